"""What AUTOMATIC1111's web UI, reForge and Forge do each in its own way: loading models, and reading prompts."""

from consistent_character.hosts.webui.kinds.kind import Kind, kind

__all__ = ["Kind", "kind"]
