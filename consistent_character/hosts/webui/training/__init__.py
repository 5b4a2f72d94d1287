"""Training by the web UI's own trainer, with everything around it that costs people a run."""

from consistent_character.hosts.webui.training.trainer import WebUITrainer, find_trainer

__all__ = ["WebUITrainer", "find_trainer"]
