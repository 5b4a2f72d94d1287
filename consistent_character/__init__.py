"""From a description of a made-up person to a Textual Inversion embedding that brings that person back.

The five steps are five rooms: `generating`, `curating`, `captioning`, `training`, `choosing`. They stand on `character`
(the folder on disk), `prompts` (the prompt language), `vision` (what an image shows) and `engine` (the Protocols that a
host implements). `cli`, `ui` and `report` are for people; `hosts` holds what draws and trains.
"""

__version__ = "0.1.0"
