"""The machines that draw and learn: each host does what `engine.py` asks in its own way."""
