"""Makes the cartoon world's tokenizer: CLIP's byte-level BPE format, with every word of the world one token.

python -m worlds.cartoon.tokenizer FOLDER
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from random import Random

from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import CLIPTokenizer
from transformers.models.clip.tokenization_clip import bytes_to_unicode

from worlds.cartoon.captions import BACKGROUND_PHRASES, clear_caption, web_caption
from worlds.cartoon.dataset import scene_of

EXTRA_WORDS = """
a an the of in on at by with and to is for from this that it no not very more less person people character somebody
extreme closeup medium close up full body shot front rear side angle from above low high photo picture color black
portrait studio image neutral gray plain white background wall backdrop forest woods trees beach sea city street night
sky snow snowy field room living naked clothed clothes dress suit wearing standing kneeling lying bent over sitting
her his back all fours expression face smiling beautiful pretty handsome young adult old 25yo 30yo french italian
spanish german defined cheekbones straight nose full lips hazel eyes chin dimple square jaw plucked eyebrows small
large breasts toned slim body length hair in bob cut bangs gray glasses earrings necklace high heels deformed
distorted disfigured poorly drawn bad anatomy wrong extra limb missing floating limbs mutated hands and fingers
disconnected mutation ugly disgusting blurry amputation tattoo teen child loli low quality worst best masterpiece
detailed sharp focus cartoon drawing painting watercolor sketch oil style art fog foggy rain desert mountain red green
blue yellow orange brown purple pink blonde
"""
"""Words of the method's prompts that the world's own captions do not hold."""

_WORD = re.compile(r"[a-z]+|[0-9]|[^\sa-z0-9]+")


def world_words() -> list[str]:
    """Every word that a caption of the world, or a prompt of the method, is made of."""
    random = Random(0)
    texts = [web_caption(scene_of(index), random) for index in range(4000)]
    texts += [clear_caption(scene_of(index)) for index in range(200)]
    texts += [phrase for names in BACKGROUND_PHRASES.values() for phrase in names]
    texts.append(EXTRA_WORDS)
    return sorted({word for text in texts for word in _WORD.findall(text.lower())})


def _merges(words: list[str]) -> list[tuple[str, str]]:
    """Byte pair merges under which each of the words becomes one token."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(vocab_size=8000, min_frequency=1, end_of_word_suffix="</w>", show_progress=False)
    tokenizer.train_from_iterator([" ".join(words)], trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return [(pair[0], pair[1]) if isinstance(pair, list) else tuple(pair.split()) for pair in merges]


def load_or_build(folder: Path) -> CLIPTokenizer:
    """The tokenizer in `folder`, built only where there is none: a model's words are numbered once and for all.

    Building it anew gives the same tokens, but numbers some of them differently, since equal merges have no order.
    """
    return CLIPTokenizer.from_pretrained(folder) if (folder / "vocab.json").exists() else build(folder)


def build(folder: Path) -> CLIPTokenizer:
    """Write a new tokenizer's files into `folder` and return it loaded."""
    letters = list(bytes_to_unicode().values())
    entries = letters + [letter + "</w>" for letter in letters]
    merges = _merges(world_words())
    entries += dict.fromkeys(first + second for first, second in merges if first + second not in entries)
    entries += ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = folder / "vocab.json"
    vocabulary.write_text(json.dumps({entry: index for index, entry in enumerate(entries)}), encoding="utf-8")
    lines = ["#version: 0.2", *(f"{first} {second}" for first, second in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    tokenizer = CLIPTokenizer(str(vocabulary), str(folder / "merges.txt"), model_max_length=77)
    tokenizer.save_pretrained(folder)
    return tokenizer


if __name__ == "__main__":
    build(Path(sys.argv[1]))
