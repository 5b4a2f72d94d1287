"""A small fake of the web UI's `modules`: what `hosts/webui` uses of it, and no more."""
