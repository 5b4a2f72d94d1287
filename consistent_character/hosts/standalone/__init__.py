"""Drawing and training without a web UI, by diffusers, with AUTOMATIC1111's meaning of every setting."""
