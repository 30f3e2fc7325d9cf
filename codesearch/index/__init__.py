"""What lies on disk: files, chunks, postings, vectors; incremental update; locks; generations."""
