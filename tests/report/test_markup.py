"""HTML is escaped unless it is HTML already."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from consistent_character.report.markup import Html, element


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


plain = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40)


@given(plain, plain)
def test_what_goes_in_as_text_comes_out_as_text(title: str, words: str) -> None:
    reader = _Reader()
    reader.feed(element("p", words, title=title))
    reader.close()
    assert reader.tags == [("p", {"title": title})]
    assert reader.text == words


def test_markup_is_not_escaped_twice() -> None:
    assert element("p", element("b", "<&>")) == "<p><b>&lt;&amp;&gt;</b></p>"
    assert isinstance(element("p"), Html)


def test_attributes_are_written_as_html_spells_them() -> None:
    assert element("img", src="x", aria_label="y", class_="z", open=True, hidden=False, title=None) == (
        '<img src="x" aria-label="y" class="z" open>'
    )
