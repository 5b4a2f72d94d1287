"""A forest test's pictures and files by REST: whole, made when asked for, and nothing else of the folder."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from fastapi import FastAPI
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.house import House
from consistent_character.report.exporting import FILES
from consistent_character.web import PREFIX, mount
from consistent_character.web.showing import addresses, files_of
from tests.fakes import FakeEngine, as_engine
from tests.report.forests import forest_test
from tests.web.client import Client

RUN = "20260101-120000-1"
_HERE = "/characters/l4dyx"


@pytest.fixture
def house(tmp_path: Path) -> House:
    with CharacterFolder.create(tmp_path / "root" / "l4dyx", Character("l4dyx", "a woman")) as folder:
        run = folder.path / "runs" / RUN
        (run / "forest-test").mkdir(parents=True)
        test = forest_test(run / "forest-test", (50, 75), seeds=(1, 2), onset=None)
        start = f"runs/{RUN}/forest-test"
        moved = json.dumps(test.to_json()).replace('"path": "', f'"path": "{start}/')
        for kind in ("baseline", "references"):
            moved = moved.replace(f'"{kind}/', f'"{start}/{kind}/')
        (run / "forest-test.json").write_text(moved, encoding="utf-8")
    return House(as_engine(FakeEngine()), tmp_path / "root")


@pytest.fixture
def client(house: House) -> Client:
    app = FastAPI()
    mount(app, house)
    return Client(app)


def test_a_picture_is_there_small_and_whole_where_the_page_looks_for_it(client: Client, house: House) -> None:
    path = house.root / "l4dyx" / "runs" / RUN / "forest-test" / "50" / "1.png"
    address = addresses(house, house.root / "l4dyx")(path)
    whole = client.call("GET", f"/{address.whole}")
    assert whole.content == path.read_bytes()
    assert "immutable" in whole.headers["cache-control"]
    small = client.call("GET", f"/{address.small}")
    with Image.open(io.BytesIO(small.content)) as picture:
        assert picture.format == "JPEG" and max(picture.size) <= 128


@pytest.mark.parametrize(
    "path", ["character.toml", "character.db", "../../secret.png", "runs/../character.toml", "runs", "images/no.png"]
)
def test_nothing_else_of_the_folder_is_shown(client: Client, house: House, path: str) -> None:
    (house.root.parent / "secret.png").write_bytes(b"for nobody")
    for size in ("small", "whole"):
        answer = client.get(f"{_HERE}/pictures/{size}/{path.replace('..', '%2e%2e')}")
        assert answer.status_code == 404, path
        assert b"for nobody" not in answer.content


def test_a_link_out_of_the_folder_is_not_followed(client: Client, house: House, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "elsewhere.png")
    (house.root / "l4dyx" / "images" / "link.png").symlink_to(tmp_path / "elsewhere.png")
    assert client.get(f"{_HERE}/pictures/whole/images/link.png").status_code == 404


def test_what_is_no_picture_is_not_shown(client: Client, house: House) -> None:
    assert client.get(f"{_HERE}/pictures/whole/runs/{RUN}/forest-test.json").status_code == 404


def test_every_file_is_made_when_it_is_asked_for_and_anew_after_another_test(client: Client, house: House) -> None:
    run = house.root / "l4dyx" / "runs" / RUN
    kinds = {}
    for name, address in files_of(house, house.root / "l4dyx", RUN):
        answer = client.call("GET", f"/{address}")
        assert answer.status_code == 200
        assert f"{RUN}-{name}" in answer.headers["content-disposition"], "taken away, and not run within the page"
        kinds[name] = answer.headers["content-type"].split(";")[0]
    assert kinds == dict(zip(FILES, ("text/html", "application/json", "text/csv", "image/png"), strict=True))
    before = (run / "report.html").stat()
    client.get(f"{_HERE}/runs/{RUN}/files/report.html")
    assert (run / "report.html").stat().st_mtime_ns == before.st_mtime_ns, "still of this test"
    later = before.st_mtime_ns + 10_000_000_000
    os.utime(run / "forest-test.json", ns=(later, later))
    client.get(f"{_HERE}/runs/{RUN}/files/report.html")
    assert (run / "report.html").stat().st_ino != before.st_ino


@pytest.mark.parametrize(
    "path", [f"{RUN}/files/request.json", "x/files/report.html", f"{RUN}/files/..%2fcharacter.toml"]
)
def test_no_other_file_can_be_had(client: Client, path: str) -> None:
    assert client.get(f"{_HERE}/runs/{path}").status_code == 404


def test_a_run_without_a_test_has_no_files(client: Client, house: House) -> None:
    (house.root / "l4dyx" / "runs" / RUN / "forest-test.json").unlink()
    answer = client.get(f"{_HERE}/runs/{RUN}/files/report.html")
    assert answer.status_code == 404
    assert "do the forest test" in answer.json()["detail"]


def test_the_runs_beside_each_other(client: Client, house: House) -> None:
    (run,) = client.get(f"{_HERE}/comparison").json()["runs"]
    assert (run["run"], run["recommended"]) == (RUN, 75)
    assert client.get("/characters/nobody/comparison").status_code == 404


def test_the_files_are_behind_the_prefix(house: House) -> None:
    assert all(address.startswith(PREFIX.lstrip("/")) for _, address in files_of(house, house.root / "l4dyx", RUN))
