"""Single captions by REST: nothing is overwritten unseen, and no name or link leads out of the folder."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.house import House
from consistent_character.web import PREFIX, editor, mount
from consistent_character.web.places import address_of
from tests.fakes import FakeEngine, as_engine
from tests.web.client import Client

_HERE = "/characters/l4dyx"
_PARTS = sorted(path.name for path in Path(editor.__file__).with_name("editor_page").glob("*.[cj]s*"))


def _make(path: Path) -> Path:
    with CharacterFolder.create(path, Character("l4dyx", "a woman")) as folder:
        for number, name in enumerate(("a", "b", "schön & #1?")):
            Image.new("RGB", (300, 200), (number, 0, 0)).save(folder.images / f"{name}.png")
            (folder.images / f"{name}.txt").write_bytes(f"a closeup front shot photo of l4dyx, {name}".encode())
        return folder.path


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    (tmp_path / "root").mkdir()
    _make(tmp_path / "root" / "l4dyx")
    yield House(as_engine(FakeEngine()), tmp_path / "root")


@pytest.fixture
def images(house: House) -> Path:
    return house.root / "l4dyx" / "images"


@pytest.fixture
def client(house: House) -> Client:
    app = FastAPI()
    mount(app, house)
    return Client(app)


def _put(client: Client, image: str, text: str | None, expected: str | None, **more: Any) -> httpx.Response:
    path = f"{PREFIX}{_HERE}/captions/{quote(image)}"
    return client.call("PUT", path, json={"text": text, "expected": expected, **more})


def test_every_caption_is_listed_with_the_words_of_its_chips(client: Client) -> None:
    told = client.get(f"{_HERE}/captions").json()
    assert (told["token"], told["vectors"], told["own"]) == ("l4dyx", 8, [])
    assert (len(told["zooms"]), len(told["angles"]), len(told["postures"])) == (5, 5, 7)
    first = told["captions"][0]
    assert (first["image"], first["text"]) == ("a.png", "a closeup front shot photo of l4dyx, a")
    assert [told["phrases"][at] for at in first["tags"]] == ["a closeup front shot photo of l4dyx", "a"]
    assert client.get(f"{_HERE}/captions/a.png").json() == {
        **first,
        "tags": ["a closeup front shot photo of l4dyx", "a"],
    }


def test_a_caption_is_saved_and_the_steps_undo_takes_it_back(client: Client, images: Path) -> None:
    before = (images / "a.txt").read_bytes()
    (images / "a.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo")
    seen = client.get(f"{_HERE}/captions/a.png").json()
    assert seen["text"] == "one\ntwo"
    saved = _put(client, "a.png", "one\nthree", seen["version"]).json()
    assert (images / "a.txt").read_bytes() == b"\xef\xbb\xbfone\r\nthree"
    assert saved["batch"] > 0
    assert saved["version"] == client.get(f"{_HERE}/captions/a.png").json()["version"] != seen["version"]
    assert client.done(f"{_HERE}/undo")["restored"] == 1
    assert (images / "a.txt").read_bytes() == b"\xef\xbb\xbfone\r\ntwo" != before


def test_what_another_program_wrote_is_shown_and_not_overwritten(client: Client, images: Path) -> None:
    seen = client.get(f"{_HERE}/captions/a.png").json()
    (images / "a.txt").write_bytes(b"theirs")
    answer = _put(client, "a.png", "mine", seen["version"])
    assert answer.status_code == 409
    assert (answer.json()["now"]["text"], "another program" in answer.json()["detail"]) == ("theirs", True)
    assert (images / "a.txt").read_bytes() == b"theirs"
    assert _put(client, "a.png", "mine", answer.json()["now"]["version"]).status_code == 200
    (images / "a.txt").unlink()
    answer = _put(client, "a.png", "mine", seen["version"])
    assert (answer.status_code, answer.json()["now"]["version"]) == (409, None)
    assert not (images / "a.txt").exists()
    assert _put(client, "a.png", "mine", None).status_code == 200
    assert _put(client, "a.png", "over it", None).status_code == 409


def test_a_save_says_what_it_has_seen(client: Client, images: Path) -> None:
    before = (images / "a.txt").read_bytes()
    answer = client.call("PUT", f"{PREFIX}{_HERE}/captions/a.png", json={"text": "mine"})
    assert answer.status_code == 422
    assert (images / "a.txt").read_bytes() == before


def test_an_undecodable_caption_is_told_and_converted_only_when_asked(client: Client, images: Path) -> None:
    content = "photo of l4dyx, größer".encode("latin-1")
    (images / "a.txt").write_bytes(content)
    seen = client.get(f"{_HERE}/captions").json()["captions"][0]
    assert (seen["locked"], seen["text"]) == (True, "photo of l4dyx, größer")
    assert seen["problem"]
    answer = _put(client, "a.png", "mine", seen["version"])
    assert (answer.status_code, "a.png" in answer.json()["detail"]) == (400, True)
    assert (images / "a.txt").read_bytes() == content
    assert not _put(client, "a.png", seen["text"], seen["version"], convert=True).json()["locked"]
    assert (images / "a.txt").read_bytes() == "photo of l4dyx, größer".encode()


def test_an_image_without_a_caption_offers_the_prompt_inside_of_it(client: Client, images: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    inside = PngInfo()
    inside.add_text("parameters", "a prompt\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 8x8")
    Image.new("RGB", (8, 8)).save(images / "new.png", pnginfo=inside)
    told = client.get(f"{_HERE}/captions/new.png").json()
    assert (told["version"], told["text"], told["offered"]) == (None, "", "a prompt")
    made = _put(client, "new.png", "photo", None).json()
    assert _put(client, "new.png", None, made["version"]).status_code == 200
    assert not (images / "new.txt").exists()


def test_names_may_hold_anything(client: Client, images: Path) -> None:
    name = "schön & #1?.png"
    seen = client.get(f"{_HERE}/captions/{quote(name)}").json()
    assert _put(client, name, "mine", seen["version"]).status_code == 200
    assert (images / "schön & #1?.txt").read_bytes() == b"mine"
    assert client.get(f"{_HERE}/thumbnails/{quote(name)}").status_code == 200


def test_a_name_that_is_no_unicode_stops_nothing(client: Client, images: Path) -> None:
    try:
        (images / "caf\udce9.png").write_bytes((images / "a.png").read_bytes())
    except OSError:
        pytest.skip("this file system has Unicode names only")
    assert len(client.get(f"{_HERE}/captions").json()["captions"]) == 4


def test_pictures_are_small_when_asked_and_kept_by_their_version(client: Client, images: Path) -> None:
    version = client.get(f"{_HERE}/captions").json()["captions"][0]["picture"]
    small = client.get(f"{_HERE}/thumbnails/a.png?v={version}")
    assert (small.headers["content-type"], "immutable" in small.headers["cache-control"]) == ("image/jpeg", True)
    assert Image.open(io.BytesIO(small.content)).size == (128, 85)
    whole = client.get(f"{_HERE}/images/a.png?v={version}")
    assert whole.content == (images / "a.png").read_bytes()
    Image.new("RGB", (100, 200)).save(images / "a.png")
    again = client.get(f"{_HERE}/thumbnails/a.png?v={version}")
    assert "no-cache" in again.headers["cache-control"]
    assert Image.open(io.BytesIO(again.content)).size == (64, 128)


@pytest.mark.parametrize("kind", ["images", "thumbnails", "captions"])
@pytest.mark.parametrize("image", ["..%2fcharacter.toml", "a.txt", "d.png", "%2Fetc%2Fpasswd", "a%00.png", ".a.png"])
def test_no_name_leads_out_of_the_images(client: Client, kind: str, image: str) -> None:
    assert client.get(f"{_HERE}/{kind}/{image}").status_code == 404


def test_what_is_no_picture_is_not_shown(client: Client, images: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (images / "linked.png").symlink_to(tmp_path / "secret")
    (images / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    for image in ("linked.png", "broken.png"):
        for kind in ("images", "thumbnails"):
            answer = client.get(f"{_HERE}/{kind}/{image}")
            assert answer.status_code == 404
            assert "secret" not in answer.text.replace("secrets", "")


def test_a_folder_elsewhere_is_reached_by_its_key_alone(client: Client, house: House, tmp_path: Path) -> None:
    elsewhere = _make(tmp_path / "elsewhere")
    assert address_of(house, house.root / "l4dyx") == "l4dyx"
    key = address_of(house, elsewhere)
    assert key == address_of(house, elsewhere)
    assert len(key) > 30
    assert client.get(f"/characters/{key}/captions").json()["token"] == "l4dyx"
    assert client.get(f"/characters/{key}/editor").status_code == 200
    assert client.get(f"/characters/{key}/thumbnails/a.png").status_code == 200
    for wrong in ("~", "~x", key[:-1], f"{key}x", "elsewhere", "..%2felsewhere"):
        assert client.get(f"/characters/{wrong}/captions").status_code == 404
    assert client.post(f"/characters/{key}/caption/apply").status_code == 404, "a key is for the editor alone"


def test_a_link_in_the_root_to_elsewhere_gets_a_key(house: House, tmp_path: Path) -> None:
    (house.root / "linked").symlink_to(_make(tmp_path / "elsewhere"))
    assert address_of(house, house.root / "linked").startswith("~")


def test_tags_are_counted_and_found(client: Client) -> None:
    told = client.get(f"{_HERE}/tags").json()
    assert told["tags"][0] == {"tag": "a closeup front shot photo of l4dyx", "captions": 3}
    assert client.get(f"{_HERE}/tags?with=b").json()["images"] == ["b.png"]
    assert client.get(f"{_HERE}/tags?without=b").json()["images"] == ["a.png", "schön & #1?.png"]


def test_the_embedding_counts_with_all_its_vectors_wherever_it_stands(client: Client) -> None:
    told = client.post(f"{_HERE}/tokens", {"text": "photo of l4dyx, L4DYX\n"}).json()
    assert told == {"caption": 2 + 8 + 1 + 8, "training": 8 + 1 + 2 + 8 + 1 + 8, "room": 75, "vectors": 8}


def test_chips_are_told_their_places(client: Client) -> None:
    told = client.post(f"{_HERE}/places", {"text": "a closeup photo of l4dyx, jumping high"}).json()
    assert (told["zoom"]["phrase"], told["angle"]["phrase"], told["posture"]["phrase"]) == ("a closeup", "", "")
    kept = client.call("PUT", f"{PREFIX}{_HERE}/postures", json={"postures": ["jumping high", "standing"]})
    assert kept.json() == {"postures": ["jumping high"]}
    told = client.post(f"{_HERE}/places", {"text": "a closeup photo of l4dyx, jumping high"}).json()
    assert told["posture"]["phrase"] == "jumping high"
    assert client.get(f"{_HERE}/captions").json()["own"] == ["jumping high"]


def test_the_page_needs_nothing_from_elsewhere(client: Client) -> None:
    page = client.get(f"{_HERE}/editor")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "://" not in page.text
    assert "<script>" not in page.text
    for name in _PARTS:
        part = client.get(f"/editor/{name}")
        assert part.status_code == 200
        assert "://" not in part.text
    for name in ("editor.html", "..%2feditor.py", "__init__.py", "nothing.js"):
        assert client.get(f"/editor/{name}").status_code == 404
    assert client.get("/characters/nobody/editor").status_code == 404
