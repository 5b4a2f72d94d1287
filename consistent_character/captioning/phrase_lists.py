"""Lists of phrases that ask for a better picture and say nothing of what it shows: a caption can do without."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

PhraseList: TypeAlias = Literal["quality", "camera", "style"]

LISTS: Mapping[PhraseList, str] = {
    "quality": """
        masterpiece, best quality, high quality, highest quality, good quality, normal quality, top quality,
        amazing quality, great quality, ultra quality, high detail, highly detailed, extremely detailed,
        ultra detailed, very detailed, hyper detailed, insanely detailed, detailed, intricate, intricate details,
        fine details, very aesthetic, best aesthetic, absurdres, highres, high res, high resolution, ultra high res,
        2k, 4k, 8k, 16k, hd, full hd, uhd, 4k uhd, 8k uhd, hdr, ultra hd, sharp, sharp focus, in focus, crisp,
        award winning, award winning photo, professional, perfect, beautiful lighting, stunning, trending on artstation,
        score 9, score 8 up, score 7 up, score 6 up, score 5 up, score 4 up
    """,
    "camera": """
        dslr, slr, 24mm, 35mm, 50mm, 85mm, 35mm photograph, 50mm lens, 85mm lens, f/1.4, f/1.8, f/2.8, bokeh,
        depth of field, shallow depth of field, film grain, grainy, lens flare, raw photo, raw, analog photo,
        analog film, polaroid, canon, canon eos 5d, nikon, nikon d850, sony a7, leica, hasselblad, fujifilm,
        fujifilm xt3, kodak portra 400, kodachrome, long exposure
    """,
    "style": """
        realistic, photorealistic, photo realistic, photorealism, hyperrealistic, hyper realistic, hyperrealism,
        ultra realistic, lifelike, cinematic, cinematic lighting, cinematic shot, dramatic lighting, soft lighting,
        studio lighting, studio photography, volumetric lighting, rim lighting, ray tracing, octane render,
        unreal engine, unreal engine 5, 3d render, cgi, digital art, digital painting, concept art, illustration,
        artstation, smooth
    """,
}
"""What belongs to each list, by its name."""

_BETWEEN = re.compile(r"[\s_-]+")


def phrases_of(names: Iterable[PhraseList]) -> frozenset[str]:
    """All phrases of these lists, folded as `folded` does."""
    return frozenset(folded(phrase) for name in names for phrase in LISTS[name].split(","))


def folded(phrase: str) -> str:
    """A phrase without its case; spaces, underscores and hyphens are one space: as lists are compared."""
    return _BETWEEN.sub(" ", phrase).strip().lower()
