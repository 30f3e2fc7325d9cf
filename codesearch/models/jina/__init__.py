"""JinaBERT v2 (jina-embeddings-v2-*) in plain torch: no code from a hub, no transformers."""
