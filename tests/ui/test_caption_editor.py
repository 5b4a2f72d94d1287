"""The caption editor in a real browser: no text on a neighbour, nothing lost, chips by key, ten thousand images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Browser

from tests.ui.conftest import Open
from tests.ui.editor_pages import TOKEN, Editor, Held, caption, make, served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """The folder of the images; a test that needs more of them makes its own."""
    return make(tmp_path, 5)


@pytest.fixture
def trouble() -> Event:
    """While it is set, the server saves nothing."""
    return Event()


@pytest.fixture
def editor(browser: Browser, images: Path, trouble: Event) -> Iterator[Editor]:
    with served(images.parents[1], trouble) as address:
        context = browser.new_context(viewport={"width": 1280, "height": 740})
        yield Editor(context.new_page(), address)
        context.close()


def _captions(images: Path) -> list[str]:
    return [path.read_bytes().decode() for path in sorted(images.glob("*.txt"))]


def _is_save(request: object) -> bool:
    return getattr(request, "method", "") == "PUT"


@pytest.mark.parametrize("last_first", [False, True])
def test_a_hundred_fast_pages_on_a_slow_server_put_no_text_on_a_neighbour(
    browser: Browser, tmp_path: Path, last_first: bool
) -> None:
    images = make(tmp_path, 101)
    with served(tmp_path) as address:
        context = browser.new_context()
        editor = Editor(context.new_page(), address).open()
        slow = Held(editor.page, _is_save)
        for number in range(100):
            editor.write(f"written for {number}")
            editor.press("PageDown")
        editor.showing("00100.png")
        assert _captions(images) == [caption(number) for number in range(101)], "the server has answered nothing yet"
        editor.press("Escape", "Home")
        editor.says("written for 0")
        slow.release(last_first=last_first)
        editor.saved()
        assert _captions(images) == [*(f"written for {number}" for number in range(100)), caption(100)]
        assert not editor.errors
        context.close()


def test_what_is_typed_while_a_save_is_under_way_is_saved_after_it(editor: Editor, images: Path) -> None:
    editor.open()
    slow = Held(editor.page, _is_save)
    editor.write("first")
    editor.press("Escape")
    editor.see("#state", "Saving")
    editor.write("second")
    editor.press("PageDown", "PageDown")
    slow.release()
    editor.saved()
    assert _captions(images)[0] == "second"
    assert _captions(images)[1:] == [caption(number) for number in range(1, 5)]


def test_chips_by_key_land_on_the_image_they_were_pressed_for(editor: Editor, images: Path) -> None:
    editor.open()
    slow = Held(editor.page, lambda request: request.url.endswith("/places"))
    editor.press("5", "w", "a", "ArrowRight", "g", "ArrowRight")
    editor.showing("00002.png")
    slow.release()
    editor.saved()
    editor.press("Home")
    editor.says(f"a full body rear angle photo of {TOKEN} 0, standing, gray")
    for phrase in ("a full body", "rear angle", "standing"):
        editor.see(f'.chip[data-phrase="{phrase}"][aria-pressed="true"]')
    assert _captions(images) == [
        f"a full body rear angle photo of {TOKEN} 0, standing, gray",
        f"a closeup front shot photo of {TOKEN} 1, bent over, gray",
        *map(caption, range(2, 5)),
    ]


def test_a_posture_is_taken_out_by_its_own_key_and_own_ones_are_kept(editor: Editor, images: Path) -> None:
    editor.open()
    editor.page.fill("#new-posture", "on a swing")
    editor.page.press("#new-posture", "Enter")
    editor.see('.chip[data-phrase="on a swing"]').click()
    editor.says(f"a closeup front shot photo of {TOKEN} 0, on a swing, gray")
    assert (images.parent / "postures.txt").read_bytes() == b"on a swing\n"
    editor.press("k")
    editor.says(caption(0))
    editor.saved()
    assert _captions(images)[0] == caption(0)


def test_a_text_is_saved_a_moment_after_the_last_keypress(editor: Editor, images: Path) -> None:
    editor.open()
    (images / "00000.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo")
    editor.open()
    editor.press("Enter")
    editor.page.keyboard.type(" more")
    editor.saved()
    assert (images / "00000.txt").read_bytes() == b"\xef\xbb\xbfone\r\ntwo more"
    assert editor.page.evaluate("document.activeElement.id") == "text"


def test_control_enter_saves_and_goes_on(editor: Editor, images: Path) -> None:
    editor.open()
    editor.write("one")
    editor.press("Control+Enter", "Control+a")
    editor.showing("00001.png")
    editor.page.keyboard.insert_text("two")
    editor.press("Control+Enter")
    editor.saved()
    assert _captions(images) == ["one", "two", *map(caption, range(2, 5))]


@pytest.mark.parametrize(("decision", "kept"), [("#take-mine", "mine"), ("#take-theirs", "theirs")])
def test_a_caption_that_another_program_changed_is_shown_beside_ones_own(
    editor: Editor, images: Path, decision: str, kept: str
) -> None:
    editor.open()
    (images / "00000.txt").write_bytes(b"theirs")
    editor.write("mine")
    editor.see("#conflict")
    assert (editor.see("#mine").inner_text(), editor.see("#theirs").inner_text()) == ("mine", "theirs")
    assert _captions(images)[0] == "theirs"
    editor.page.click(decision)
    editor.says(kept)
    editor.saved()
    assert _captions(images)[0] == kept


def test_a_conflict_that_is_put_off_stays_and_is_told(editor: Editor, images: Path) -> None:
    editor.open()
    (images / "00000.txt").write_bytes(b"theirs")
    editor.write("mine")
    editor.page.click("#later")
    editor.press("PageDown")
    editor.showing("00001.png")
    editor.see("#state", "1 caption was changed elsewhere").click()
    editor.see("#conflict")
    editor.page.click("#take-mine")
    editor.saved()
    assert _captions(images)[:2] == ["mine", caption(1)]


def test_undo_brings_back_what_was_there_also_no_file_at_all(editor: Editor, images: Path) -> None:
    before = caption(1).replace(",", ",\r\n").encode()
    (images / "00001.txt").write_bytes(before)
    (images / "00002.txt").unlink()
    editor.open()
    editor.press("ArrowRight")
    for key, phrase in (("1", "an extreme closeup"), ("e", "side angle")):
        editor.press(key)
        editor.see(f'.chip[data-phrase="{phrase}"][aria-pressed="true"]')
        editor.saved()
    editor.press("ArrowRight")
    editor.write("made")
    editor.press("Escape")
    editor.saved()
    assert (images / "00002.txt").read_bytes() == b"made"
    assert b"an extreme closeup side angle" in (images / "00001.txt").read_bytes()
    editor.press("End", "Control+z")
    editor.showing("00002.png")
    editor.says("")
    editor.saved()
    assert not (images / "00002.txt").exists()
    editor.press("Control+z")
    editor.showing("00001.png")
    editor.saved()
    editor.press("Control+z")
    editor.saved()
    assert (images / "00001.txt").read_bytes() == before
    editor.press("Control+y")
    editor.saved()
    assert b"an extreme closeup front shot" in (images / "00001.txt").read_bytes()


def test_undo_goes_by_when_something_was_changed_not_by_when_it_was_saved(editor: Editor, images: Path) -> None:
    editor.open()
    slow = Held(editor.page, lambda request: _is_save(request) and request.url.endswith("00000.png"))
    editor.write("earlier")
    editor.press("PageDown", "Escape")
    editor.write("later")
    editor.press("Escape")
    editor.page.wait_for_function("() => document.querySelectorAll('.image[data-state=waiting]').length === 1")
    assert _captions(images)[:2] == [caption(0), "later"]
    slow.release()
    editor.saved()
    editor.press("End", "Control+z")
    editor.showing("00001.png")
    editor.says(caption(1))
    editor.saved()
    assert _captions(images)[:2] == ["earlier", caption(1)]


def test_what_could_not_be_saved_is_kept_told_and_saved_later(editor: Editor, images: Path, trouble: Event) -> None:
    """Also when the page is loaded anew in the meantime."""
    editor.open()
    trouble.set()
    editor.write("kept")
    editor.press("PageDown", "Escape")
    editor.see("#state", "1 caption is not saved yet")
    editor.press("Home")
    editor.says("kept")
    editor.see("#notice", "The disk is full.")
    asked: list[str] = []
    editor.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    editor.page.reload()
    assert asked == ["beforeunload"]
    editor.see("#state", "1 caption is not saved yet")
    editor.says("kept")
    assert _captions(images)[0] == caption(0)
    trouble.clear()
    editor.page.dispatch_event("#again", "click")  # it may have been tried again by itself already
    editor.saved()
    assert _captions(images) == ["kept", *map(caption, range(1, 5))]


def test_an_undecodable_caption_is_not_edited_before_it_is_converted(editor: Editor, images: Path) -> None:
    content = f"photo of {TOKEN}, größer, schön".encode("latin-1")
    (images / "00000.txt").write_bytes(content)
    editor.open()
    editor.press("1", "Enter")
    editor.page.keyboard.type("x")
    editor.press("Escape")
    assert (images / "00000.txt").read_bytes() == content
    editor.see("#notice button", "Convert").click()
    editor.saved()
    assert (images / "00000.txt").read_bytes() == content.decode("latin-1").encode()
    editor.press("1")
    editor.says(f"an extreme closeup photo of {TOKEN}, größer, schön")


def test_tags_are_counted_and_filter_the_images(editor: Editor, images: Path) -> None:
    (images / "00003.txt").write_bytes(b"gray, standing")
    editor.open()
    editor.page.click("#show-tags")
    editor.page.fill("#tag-search", "stand")
    editor.see(".tag", "standing").click()
    editor.see("#count", "1 of 5")
    editor.showing("00003.png")
    editor.see(".tag", "standing").click()
    editor.see("#count", "4 of 5")
    editor.press("a")
    editor.saved()
    assert editor.see(".tag", "standing").locator("b").inner_text() == "2"
    editor.see(".tag", "standing").click()
    editor.see("#count", "5 images")


def test_the_length_counts_the_embeddings_vectors(editor: Editor) -> None:
    editor.open()
    shown = editor.see("#tokens", "of 75 tokens when training").inner_text()
    editor.write(f"{TOKEN}")
    editor.see("#tokens", "17 of 75")  # its 8 vectors, a comma, and 8 again
    editor.write(", ".join([TOKEN] * 8))
    editor.see('#length[data-state="over"] #tokens', "of 75 tokens")
    assert shown != editor.see("#tokens").inner_text()


def test_ten_thousand_images_are_paged_like_ten(browser: Browser, tmp_path: Path) -> None:
    make(tmp_path, 10_000)
    with served(tmp_path) as address:
        context = browser.new_context()
        editor = Editor(context.new_page(), address).open()
        editor.see("#count", "10,000 images")
        assert editor.page.locator(".image").count() < 40
        editor.press("End")
        editor.showing("09999.png")
        editor.press(*["ArrowLeft"] * 5)
        editor.showing("09994.png")
        assert editor.page.locator(".image").count() < 40
        assert len([url for url in editor.asked if "/images/" in url]) <= 2 * 3 + 8
        assert len([url for url in editor.asked if "/thumbnails/" in url]) < 90
        editor.page.fill("#search", f"{TOKEN} 777,")
        editor.see("#count", "1 of 10,000")
        editor.showing("00777.png")
        assert not editor.errors
        context.close()


def test_the_tab_shows_the_editor_of_the_open_character(open_page: Open, tmp_path: Path) -> None:
    """By its name, and of a folder elsewhere by a key; in the colours of the page around it."""
    images = make(tmp_path / "elsewhere", 3)
    page = open_page("dark")
    page.page.goto(f"{page.page.url}?__theme=dark")
    page.see("#cc_open")
    box = page.page.locator("#cc_character input")
    box.fill(str(images.parent))
    box.press("Enter")
    page.press("open")
    page.see("#cc_summary h2", TOKEN)
    page.panel("Caption")
    page.page.click('#cc_caption_ways > .tab-nav button:has-text("one by one")')
    frame = page.page.frame_locator("#cc_caption_editor iframe")
    frame.locator("#name", has_text="00000.png").wait_for()
    assert frame.locator("html").get_attribute("data-theme") == "dark"
    frame.locator("#picture").click()
    page.page.keyboard.press("a")
    frame.locator('.chip[data-phrase="standing"][aria-pressed="true"]').wait_for()
    frame.locator("#state", has_text="All saved").wait_for()
    assert (images / "00000.txt").read_bytes().endswith(b"0, standing, gray")
    ways = page.page.locator("#cc_caption_ways > .tab-nav button")
    ways.filter(has_text="All at once").click()
    frame.locator("#name").wait_for(state="hidden")
    (images / "00000.txt").write_bytes(b"rewritten meanwhile")
    ways.filter(has_text="one by one").click()
    frame.locator(".image", has_text="rewritten meanwhile").wait_for()
    assert frame.locator("#text").input_value() == "rewritten meanwhile"
    assert not page.errors
