"""The index on disk: files, chunks, postings and vectors; incremental updates; snapshots; locks."""
