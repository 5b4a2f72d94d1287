"""The words that the guard looks for. A hyphen stands for a space, a hyphen or nothing; words are whole words.

Words that people pull apart ("na ked") are listed as such, by choice: "shot a" must not read as one word, nor "men in
a".
"""

from __future__ import annotations

import re

SEXUAL = (
    "naked nude nudes nudity nudism nudist semi-nude nsfw topless bottomless unclothed undressed undressing unclad "
    "disrobed disrobing no-clothes no-clothing without-clothes without-clothing without-any-clothes wearing-nothing "
    "in-the-buff birthday-suit clothes-off breasts boobs boobies tits cleavage bare-breast bare-breasted bare-chest "
    "bare-chested bare-butt bare-ass exposed-chest nipple nipples areola areolae areolas genital genitals genitalia "
    "vagina vaginal vulva pussy penis testicles labia clitoris crotch sex sexy sexual sexually sexualized "
    "sexualised sexuality erotic erotica erotically porn porno pornographic pornography xxx r18 hentai lewd ecchi "
    "ahegao aroused arousal horny orgasm orgasmic masturbating masturbation masturbate blowjob fellatio cunnilingus "
    "intercourse fucking fucked cum cumming cumshot creampie gangbang bukkake seductive seductively sensual "
    "sensually provocative fetish bdsm bondage striptease stripper stripping upskirt panties thong g-string "
    "lingerie underwear see-through-clothes nackt nackte nacktes desnuda desnudo desnudos nuda nudo nue"
)
SEXUAL_ANYWHERE = ("裸", "ヌード", "エロ", "セックス", "性交", "おっぱい", "голая", "голый", "обнажен")
NOT_SEXUAL = re.compile(
    r"\b(?:chicken|turkey|duck|goose) breasts\b|\bpussy ?(?:willows?|cats?)\b|\bcum laude\b|\bsame sex\b"
)

MINOR = (
    "child children childlike kid kids kiddo teen teens teenage teenaged teenager teenagers preteen preteens "
    "pre-teen tween tweens adolescent adolescents adolescence pubescent prepubescent pre-pubescent prepubertal "
    "juvenile minor minors under-age under-aged infant infants baby babies newborn newborns toddler toddlers "
    "youngster youngsters school-girl school-girls school-boy school-boys school-child school-children school-kid "
    "school-kids schooler schoolers high-school middle-school elementary-school primary-school grade-school "
    "junior-high pre-school pre-schooler kindergarten kindergartner kindergartener loli lolis lolita lolitas "
    "lolicon shota shotas shotacon jailbait nymphet mesugaki girlchild boychild little-lady young-lass enfant "
    "enfants fillette bambina bambino ragazzina menina jugendliche"
)
MINOR_ANYWHERE = (
    "幼女",
    "ロリ",
    "ショタ",
    "小学生",
    "中学生",
    "高校生",
    "少女",
    "少年",
    "萝莉",
    "正太",
    "девочка",
    "мальчик",
)
NOT_MINOR = re.compile(
    r"\bchild ?bearing\b|\bchild ?birth\b|\bbaby (?:blue|pink|oil|hairs?|bangs|dolls?|powder)\b|\bkid gloves\b"
    r"|\bminor (?:details?|imperfections?|blemish(?:es)?|flaws?|wrinkles?|scars?|differences?|key|scale)\b"
)

PULLED_APART = (
    "naked nude nudes nudity nsfw topless unclothed undressed nipples breasts boobs erotic porn sexual hentai child "
    "children kid kids teen teens teenage teenager teenagers preteen loli lolita toddler underage school-girl "
    "infant"
)


def pattern_of(words: str) -> re.Pattern[str]:
    """A pattern that finds any of the words as a whole word, also spelled letter by letter ("n a k e d")."""
    longest_first = sorted(words.split(), key=len, reverse=True)
    return re.compile(rf"(?<![a-z])(?:{'|'.join(map(_spellings, longest_first))})(?![a-z])")


def _spellings(word: str) -> str:
    letters = word.replace("-", "")
    if word in PULLED_APART.split():
        return " ?".join(letters)
    return f"{word.replace('-', ' ?')}|{' '.join(letters)}"
