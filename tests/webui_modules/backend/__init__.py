"""Where Forge has what AUTOMATIC1111 has in `ldm` and `modules`: as much of it as embeddings need."""
