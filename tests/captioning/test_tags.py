"""Phrases by count, and the captions that have one or lack it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consistent_character.captioning.tags import chosen, frequencies, phrases, with_tag, without_tag

_captions = st.lists(
    st.lists(st.sampled_from(["naked", "Naked", "small  body", " small body", "", "é", "a:b"]), max_size=5).map(
        ",".join
    )
)


def test_the_most_frequent_first_and_case_kept() -> None:
    assert list(frequencies(["b, a", "a, B", "a,a , b"]).items()) == [("a", 3), ("b", 2), ("B", 1)]


def test_phrases_lie_between_commas_with_one_space_between_words() -> None:
    assert phrases("\ufeffa  photo\nof her,, naked ,naked\r\n") == ("a photo of her", "naked")


def test_of_an_infotext_only_the_prompt_counts() -> None:
    text = "a, b\nNegative prompt: c, d\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 96x96"
    assert phrases(text) == ("a", "b")


def test_captions_with_one_and_without_another() -> None:
    texts = ["a, b", "a", "b", "c"]
    assert chosen(texts, "a") == (0, 1)
    assert chosen(texts, None, "b") == (1, 3)
    assert chosen(texts, "a", "b") == (1,)
    assert chosen(texts) == (0, 1, 2, 3)


@given(_captions)
def test_a_phrase_counts_once_for_each_caption_that_has_it(texts: list[str]) -> None:
    for tag, count in frequencies(texts).items():
        assert len(with_tag(texts, tag)) == count
        assert sorted(with_tag(texts, tag) + without_tag(texts, tag)) == list(range(len(texts)))
