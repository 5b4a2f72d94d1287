"""A worker that sees what the file's bytes tell it: it may crash, hang, chatter, or say who it is. Run by its path.

    python fake_looker.py LOG NAME

Every look is a line in LOG. The first bytes of a file are what to do; whatever follows makes the file another one.
NAME `knowing` sees people in real pictures: their infotext tells it who they are. `filling` sees them everywhere.
"""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from consistent_character.vision.seeing import serving
from consistent_character.vision.seeing.seen import MASK_EDGE, Face, Seen

LEARNED = 100
"""From this step on an iteration has the character's face."""
FACELESS = 3
"""Pictures of this seed show none."""


def see(content: bytes) -> Seen:
    log, name = Path(sys.argv[1]), sys.argv[2]
    what = name if content.startswith(b"\x89PNG") else content.split(b" ")[0].decode()
    with log.open("a", encoding="utf-8") as lines:
        lines.write(f"{what}\n")
    if what in ("knowing", "filling"):
        return somebody(content, 1 if what == "filling" else 0.5)
    if what == "crash" or (what == "crash-once" and log.read_text(encoding="utf-8").count("crash-once") == 1):
        os._exit(7)
    if what == "hang":
        os.read(os.pipe()[0], 1)
    if what == "chatter":
        os.write(1, b"a greeting from a library\n")
        sys.stdout.write("and another\n")
    return Seen(by=name, sharpness=len(content) / 100)


def somebody(content: bytes, share: float) -> Seen:
    """Somebody in this share of the frame, from the left: a stranger for the class word and in the first iterations."""
    with Image.open(io.BytesIO(content)) as image:
        infotext = str(image.info.get("parameters", "t0ken"))
    step = re.search(r"t0ken-at-(\d+)", infotext)
    known = int(step[1]) >= LEARNED if step else "t0ken" in infotext
    mask = np.zeros((MASK_EDGE, MASK_EDGE), np.bool_)
    mask[:, : round(share * MASK_EDGE)] = True
    chance = np.random.default_rng(len(content))
    face = (0.9 if known else -0.1) * np.eye(1, 128)[0] + chance.normal(0, 0.005, 128)
    seen = None if f"Seed: {FACELESS}," in infotext else face.astype(np.float32)
    return Seen(by="knowing", faces=(Face((0.1, 0.2, 0.4, 0.6), 0.9),), person=mask, identity=seen)


if __name__ == "__main__":
    answers = serving.own_output()
    if sys.argv[2] == "broken":
        serving.tell(answers, {"problem": "ImportError: libmodels.so is missing"})
    elif sys.argv[2] != "mute":
        serving.serve(answers, see)
