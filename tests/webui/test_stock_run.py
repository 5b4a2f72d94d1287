"""A run of the stock Train tab, judged from its folder alone; and our own, watched while the web UI trains it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestRequest, forest_test
from consistent_character.choosing.following import NOT_ASKED, FollowRequest, Services, follow
from consistent_character.choosing.foreign import subject_of
from consistent_character.choosing.watched import read_watched
from consistent_character.hosts.standalone.engine import StandaloneEngine
from consistent_character.progress import Silent
from consistent_character.training import TrainingSettings, train
from tests.choosing.pictures import WOMAN, training_set
from tests.webui.rest import Routes
from tests.webui.server import RunningWebUI, WebUI
from tests.webui.stock_folder import train_elsewhere

pytestmark = pytest.mark.webui

NAME, TOKEN = "st0cklady", "0urlady"
REQUEST = ForestRequest(
    "an extreme closeup front shot photo of {name} in a forest", seeds=(1, 2, 3), steps=8, width=96, height=96
)
STEPS, EVERY = 31, 8
ASKED = {
    "learn_rate": "0.02",
    "batch_size": 4,
    "gradient_step": 1,
    "training_width": 96,
    "training_height": 96,
    "varsize": False,
    "steps": STEPS,
    "clip_grad_mode": "disabled",
    "clip_grad_value": "0.1",
    "shuffle_tags": False,
    "tag_drop_out": 0,
    "latent_sampling_method": "once",
    "use_weight": False,
    "create_image_every": 2 * EVERY,
    "save_embedding_every": EVERY,
    "template_filename": "subject_filewords_double.txt",
    "save_image_with_stored_embedding": True,
    "preview_from_txt2img": True,
    "preview_prompt": f"photo of {NAME} in a forest",
    "preview_negative_prompt": "",
    "preview_steps": 2,
    "preview_sampler_name": "Euler a",
    "preview_cfg_scale": 7.0,
    "preview_seed": 1,
    "preview_width": 96,
    "preview_height": 96,
}
"""What a user fills into the Train tab."""
SHORT = {"steps": 4, "save_every": 2, "preview_every": 2, "preview_steps": 4, "learn_rate": "0.01", "watch_seeds": 2}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training set whose captions keep silent about the backdrop."""
    folder = tmp_path_factory.mktemp("set")
    for number, (picture, caption) in enumerate(training_set(WOMAN, per_cell=1)):
        picture.save(folder / f"{number:02d}.png")
        (folder / f"{number:02d}.txt").write_text(caption.partition(",")[0].replace("t0ken", NAME), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def stock(
    webui: WebUI,
    running: RunningWebUI,
    standalone: StandaloneEngine,
    tmp_path_factory: pytest.TempPathFactory,
    pictures: Path,
) -> Iterator[Path]:
    """The folder that the stock Train tab leaves; where there is none, a run from elsewhere in its form."""
    log = tmp_path_factory.mktemp("textual_inversion")
    settings = {**ASKED, "data_root": str(pictures), "log_directory": str(log)}
    if not webui.kind.trains:
        yield train_elsewhere(standalone, NAME, log, settings, words="woman", vectors=8)
        return
    if not webui.kind.stock_previews:
        settings["create_image_every"] = 0
    told = running.inside("stock_run.press_train", name=NAME, words="woman", vectors=8, settings=settings)
    assert f"finished at {STEPS} steps" in told
    (run,) = log.glob(f"*/{NAME}")
    yield run
    running.inside("stock_run.forget", name=NAME)


def same(one: dict[str, Any], other: dict[str, Any]) -> None:
    """The same verdict, but for what a level's difference in a picture makes."""
    for name in ("checkpoint", "onset", "recommended", "cannot_tell"):
        assert one[name] == other[name], name
    rows = "iterations" if "iterations" in one else "seen"
    assert [(row["step"], row["verdict"]) for row in one[rows]] == [
        (row["step"], row["verdict"]) for row in other[rows]
    ]
    for mine, theirs in zip(one[rows], other[rows], strict=True):
        assert mine["scene"] == pytest.approx(theirs["scene"], abs=0.02)
        assert mine["likeness"] == pytest.approx(theirs["likeness"], abs=0.03)


def as_json(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(asdict(value)))
    return found


@pytest.mark.usefixtures("exact")
def test_from_its_folder_alone_with_the_same_verdict(
    running: RunningWebUI, standalone: StandaloneEngine, stock: Path, tmp_path: Path
) -> None:
    """Its files say what they have seen, an update less than their names; nothing else in the folder is touched."""
    assert sorted(path.name for path in (stock / "embeddings").iterdir())[0] == f"{NAME}-16.pt"
    copy = shutil.copytree(stock, tmp_path / "copy")
    before = {path: path.read_bytes() for path in stock.rglob("*") if path.is_file()}
    state = running.inside("state.everything")
    told = running.inside("stock_run.judge", path=str(stock), request=asdict(REQUEST))
    assert running.inside("state.everything") == state
    assert [row["step"] for row in told["iterations"]] == [7, 15, 23, 31]
    assert told["token"] == NAME
    same(told, as_json(forest_test(subject_of(copy, standalone), REQUEST, standalone, Silent())))
    assert {path: path.read_bytes() for path in before} == before
    new = {path.relative_to(stock).parts[0] for path in stock.rglob("*") if path.is_file() and path not in before}
    assert new == {"forest-test", "forest-test.json"}


@pytest.mark.usefixtures("exact")
def test_watched_it_comes_to_the_same(
    running: RunningWebUI, standalone: StandaloneEngine, stock: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(stock, tmp_path / "copy", ignore=shutil.ignore_patterns("forest-*"))
    told = running.inside("stock_run.watch", path=str(stock), request=asdict(REQUEST))
    services = Services(standalone, Silent())
    same(told, as_json(follow(copy, REQUEST, services, how=FollowRequest(patience=0)).watched))
    assert [row["step"] for row in told["seen"]] == [7, 15, 23, 31]


@pytest.mark.usefixtures("exact")
def test_by_its_path_over_rest(
    running: RunningWebUI, standalone: StandaloneEngine, stock: Path, tmp_path: Path
) -> None:
    here, there = (shutil.copytree(stock, tmp_path / name) for name in ("here", "there"))
    told = Routes(running).done("/elsewhere/choose", {"path": str(there), **asdict(REQUEST)})
    assert told["run"] == str(there)
    same(told["test"], as_json(forest_test(subject_of(here, standalone), REQUEST, standalone, Silent())))
    assert (there / "report.html").stat().st_size > 10_000


def test_a_watch_that_waits_leaves_the_web_ui_to_others(running: RunningWebUI, stock: Path, tmp_path: Path) -> None:
    """It holds the web UI's queue only while it draws: txt2img would wait for it otherwise, until its patience ends."""
    unfinished = shutil.ignore_patterns("forest-*", "image*", f"{NAME}-32.pt")
    routes, copy = Routes(running), shutil.copytree(stock, tmp_path / "copy", ignore=unfinished)
    asked = {name: value for name, value in asdict(REQUEST).items() if name not in NOT_ASKED}
    job = routes.post("/elsewhere/watch", {**asked, "path": str(copy), "patience": 600})["id"]
    try:
        routes.wait(job, lambda told: _seen(copy) == 3)
        drawn = running.request("/sdapi/v1/txt2img", {"prompt": "", "steps": 2, "width": 96, "height": 96})
        assert len(drawn["images"]) == 1
        assert routes.get(f"/jobs/{job}")["state"] == "working"
        routes.post(f"/jobs/{job}/interrupt")
        assert routes.ended(job)["state"] == "interrupted"
        assert _seen(copy) == 3, "what it has seen is kept"
    finally:
        routes.stop_all()


def _seen(run: Path) -> int:
    watched = read_watched(run)
    return len(watched.seen) if watched else 0


def test_the_pictures_with_the_embedding_in_them_hold_the_same(
    webui: WebUI, stock: Path, standalone: StandaloneEngine, tmp_path: Path
) -> None:
    if not webui.kind.stock_previews:
        pytest.skip(f"{webui.kind.name} has no Train tab that draws such pictures")
    copy = shutil.copytree(stock, tmp_path / "copy", ignore=shutil.ignore_patterns("forest-*", "embeddings"))
    found = subject_of(copy, standalone)
    assert [one.step for one in found.iterations] == [15, 31]
    file = standalone.vocabulary.read(stock / "embeddings" / f"{NAME}-16.pt")
    assert (standalone.vocabulary.read(found.iterations[0].path).vectors == file.vectors).all()


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    with CharacterFolder.create(tmp_path / "our", Character(TOKEN, WOMAN.look, num_vectors=8)) as folder:
        for number, (picture, caption) in enumerate(training_set(WOMAN, per_cell=1)):
            picture.save(folder.images / f"{number:02d}.png")
            text = caption.partition(",")[0].replace("t0ken", TOKEN)
            (folder.images / f"{number:02d}.txt").write_text(text, encoding="utf-8")
        return folder.path


@pytest.mark.usefixtures("exact")
def test_our_own_run_is_judged_the_same_on_either_host(
    webui: WebUI, running: RunningWebUI, standalone: StandaloneEngine, ours: Path, tmp_path: Path
) -> None:
    """Where the web UI cannot train, a run that was trained without one."""
    settings = {"steps": 24, "save_every": 8, "preview_every": 8, "learn_rate": "0.02", "batch_size": 4}
    if webui.kind.trains:
        asked = {**settings, "preview_steps": 8}
        run = Path(running.inside("stock_run.train", folder=str(ours), settings=asked, watching="off")["run"])
    else:
        with CharacterFolder.open(ours) as folder:
            wanted = TrainingSettings.for_character(folder.character, 96).with_changes(**settings)
            run = train(folder, wanted.with_changes(forest_watch="off"), standalone, Silent()).path
    copy = shutil.copytree(ours, tmp_path / "copy") / "runs" / run.name
    told = running.inside("stock_run.judge", path=str(run), request=asdict(REQUEST))
    same(told, as_json(forest_test(subject_of(copy, standalone), REQUEST, standalone, Silent())))


@pytest.mark.usefixtures("trainer")
def test_watching_disturbs_nothing(running: RunningWebUI, ours: Path) -> None:
    """The very same files, and the web UI as it was; the watch has judged each of them on its own true previews."""
    before = running.inside("training.state")
    watched = running.inside("stock_run.train", folder=str(ours), settings=SHORT, watching="watch")
    plain = running.inside("stock_run.train", folder=str(ours), settings=SHORT, watching="off")
    after = running.inside("training.state")
    assert {**after, "random": before["random"]} == before
    assert watched["files"] == plain["files"]
    assert len(plain["files"]) == 2
    assert plain["watched"] is None
    assert [row["step"] for row in watched["watched"]["seen"]] == [2, 4]
    assert all(len(row["pictures"]) == 2 for row in watched["watched"]["seen"])


@pytest.mark.usefixtures("trainer")
def test_a_watch_stops_the_web_uis_own_trainer_and_it_goes_on(running: RunningWebUI, ours: Path) -> None:
    """Its trainer catches whatever is raised in its loop, and calls it finished."""
    before = running.inside("training.state")
    told = running.inside("stock_run.stop", folder=str(ours), settings={**SHORT, "forest_watch": "stop"})
    assert told == {"ending": {"how": "overtrained", "words": "Stopped at step 2."}, "saved": [2], "finished": True}
    after = running.inside("training.state")
    assert {**after, "random": before["random"]} == before
