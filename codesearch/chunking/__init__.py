"""Text and its language → chunks: functions, methods, types, sections, and one chunk for the file itself."""
