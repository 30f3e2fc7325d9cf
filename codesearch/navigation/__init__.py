"""Ways through code that need no question: outlines, references, similar code."""
