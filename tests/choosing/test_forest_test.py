"""The whole forest test, on an engine that paints what an iteration is said to draw."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.choosing import ForestRequest, ForestTest, Subject, forest_test, read_result
from consistent_character.choosing.judging import Judge
from consistent_character.engine import RenderRequest
from consistent_character.errors import FolderError, Interrupted, RequestError, UnsafePrompt
from consistent_character.progress import Progress, Silent
from tests.choosing.pictures import WOMAN, Look, draw, training_set
from tests.fakes import FakeEngine, as_engine

COARSE = ForestRequest(
    prompt="an extreme closeup front shot photo of {name} in a forest",
    seeds=(1, 2, 3, 4),
    more_seeds=4,
    width=96,
    height=96,
)
REQUEST = replace(COARSE, seeds=(1, 2, 3), more_seeds=0, search="all")
FADES = (Look(1, 0.1), Look(1, 0.6), Look(0.9, 0.9), Look(0.2, 1), Look(0, 1))
STAYS = (Look(1, 0.1), Look(1, 0.6), Look(0.95, 0.9), Look(1, 1), Look(1, 0.95))
NEVER_LEARNS = (Look(1, 0), Look(1, 0.05), Look(1, 0), Look(1, 0.1))


def made(path: Path, iterations: int = 5) -> tuple[CharacterFolder, Path]:
    """A folder with a training set and a run with iterations 40, 80, … whose files hold their step."""
    folder = CharacterFolder.create(path / "her", Character(token="t0ken", look=WOMAN.look))
    for number, (image, caption) in enumerate(training_set(WOMAN, per_cell=1)):
        image.save(folder.images / f"{number:04}.png")
        (folder.images / f"{number:04}.txt").write_text(caption, encoding="utf-8")
    run = folder.new_run()
    (run / "embeddings").mkdir()
    for number in range(1, iterations + 1):
        (run / "embeddings" / f"t0ken-{40 * number}.pt").write_bytes(str(40 * number).encode())
    (run / "embeddings" / "other-40.pt").write_bytes(b"40")
    return folder, run


def painting(*looks: Look, baseline: Look | None = None) -> Callable[[RenderRequest], Image.Image]:
    """Paints the look of the iteration that the prompt names, by the step in its file; the class word's without one."""

    def paint(request: RenderRequest) -> Image.Image:
        if not request.embeddings:
            assert "photo of woman in" in request.prompt
            return draw(baseline or Look(), WOMAN, request.seed)
        (embedding,) = request.embeddings
        assert re.fullmatch(r"t0ken-at-\d+", embedding.name)
        assert f"photo of {embedding.name} in a forest" in request.prompt
        return draw(looks[int(embedding.path.read_bytes()) // 40 - 1], WOMAN, request.seed)

    return paint


def judge(
    folder: CharacterFolder, run: Path, request: ForestRequest, engine: FakeEngine, progress: Progress | None = None
) -> ForestTest:
    subject = Subject.of_run(folder, run)
    return forest_test(subject, request, as_engine(engine), progress or Silent())


def outcome(path: Path, *looks: Look, baseline: Look | None = None, request: ForestRequest = REQUEST) -> ForestTest:
    folder, run = made(path, len(looks))
    with folder:
        return judge(folder, run, request, FakeEngine(painter=painting(*looks, baseline=baseline)))


def test_a_run_that_fades_is_found_out(tmp_path: Path) -> None:
    test = outcome(tmp_path, *FADES)
    assert not test.cannot_tell
    assert test.onset == 160
    assert test.recommended == 120
    assert test.best is not None and test.best.verdict == "good"
    assert [one.step for one in test.iterations] == [40, 80, 120, 160, 200]
    assert test.iterations[0].verdict == "undertrained"
    assert {one.verdict for one in test.iterations[3:]} == {"overtrained"}
    assert "From step 160 on" in test.why


def test_a_run_done_right_raises_no_alarm(tmp_path: Path) -> None:
    test = outcome(tmp_path, *STAYS)
    assert test.onset is None
    assert test.recommended in (120, 160, 200)
    assert test.best is not None and test.best.likeness > 0.7
    assert "overtrained" not in {one.verdict for one in test.iterations}


def test_what_reads_more_than_the_training_set_itself_is_told_as_a_share_of_the_best(tmp_path: Path) -> None:
    """The training set shows each view once: nearly all that is learned would read 1, and the first be the best."""
    test = outcome(tmp_path, Look(1, 0.1), Look(1, 0.5), Look(1, 0.75), Look(1, 1))
    likenesses = [one.likeness for one in test.iterations]
    assert likenesses == sorted(likenesses)
    assert likenesses[-2] < 0.95
    assert likenesses[-1] == 1
    assert test.recommended == 160
    assert "not to be compared with another run's" in test.advice
    for one in test.iterations:
        (told,) = (signal for signal in one.signals if signal.name == "likeness")
        assert "as a share of the best one's" in told.reason
        assert one.likeness == pytest.approx(sum(seen.likeness for seen in one.pictures) / len(one.pictures), abs=0.1)


def test_a_run_that_never_learns_says_so(tmp_path: Path) -> None:
    test = outcome(tmp_path, *NEVER_LEARNS)
    assert test.onset is None
    assert {one.verdict for one in test.iterations} == {"undertrained"}
    assert "still undertrained" in test.why
    assert test.advice.startswith("Train on")


def test_a_run_that_fades_before_it_has_learned_is_to_be_trained_more_gently(tmp_path: Path) -> None:
    test = outcome(tmp_path, Look(1, 0), Look(0.95, 0.1), Look(0.1, 0.8), Look(0, 1))
    assert (test.onset, test.best and test.best.verdict) == (120, "undertrained")
    assert test.advice.startswith("Train more gently")


def test_a_murky_run_is_overtrained(tmp_path: Path) -> None:
    looks = [replace(look, murky=True) for look in FADES]
    assert outcome(tmp_path, *looks).onset == 160


def test_no_scene_no_verdict(tmp_path: Path) -> None:
    test = outcome(tmp_path, *FADES, baseline=Look(scene=0))
    assert "the base model does not draw the scene" in test.cannot_tell
    assert (test.onset, test.recommended) == (None, None)
    assert {one.verdict for one in test.iterations} == {"unsure"}


def test_no_backdrop_in_the_frame_no_verdict(tmp_path: Path) -> None:
    folder, run = made(tmp_path, 2)
    for pair in folder.pairs():
        if pair.caption.read_text(encoding="utf-8").startswith("an extreme closeup"):
            with Image.open(pair.image) as image:
                filled = image.crop((34, 34, 62, 62)).resize(image.size)  # nothing but face
            filled.save(pair.image)
    with folder:
        test = judge(folder, run, REQUEST, FakeEngine(painter=painting(*FADES)))
        watch = Judge(Subject.of_run(folder, run), REQUEST, as_engine(FakeEngine(painter=painting(*FADES))), Silent())
    assert "the person fills the frame" in test.cannot_tell
    assert "a wider zoom" in test.advice
    assert (test.onset, test.recommended) == (None, None)
    assert watch.watched.cannot_tell == test.cannot_tell


def test_the_outcome_is_kept_and_read_again(tmp_path: Path) -> None:
    folder, run = made(tmp_path, 2)
    with folder:
        assert read_result(run) is None
        test = judge(folder, run, REQUEST, FakeEngine(painter=painting(*FADES)))
        assert list((run / "forest-test").glob("*/baseline/2.png"))
        assert list((run / "forest-test").glob("*/80/3.png"))
        for path in (*test.baseline, *test.references, *(one.path for row in test.iterations for one in row.pictures)):
            assert (folder.path / path).is_file()
        captions = [(folder.path / path).with_suffix(".txt").read_text(encoding="utf-8") for path in test.references]
        assert all(caption.startswith("an extreme closeup") for caption in captions)
    stored = read_result(run)
    assert stored is not None
    assert stored.to_json() == test.to_json() == json.loads(json.dumps(test.to_json()))
    assert ForestTest.from_json(stored.to_json()) == stored
    assert all(0 <= one.scene <= 1 for row in stored.iterations for one in row.pictures)


@pytest.mark.parametrize("text", ["{", "[]", '{"prompt": "x"}'])
def test_a_broken_outcome_is_one_clear_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "forest-test.json").write_text(text, encoding="utf-8")
    with pytest.raises(FolderError, match="again"):
        read_result(tmp_path)


def test_nothing_is_drawn_twice(tmp_path: Path) -> None:
    folder, run = made(tmp_path, 3)
    interrupted = Silent()
    drawn: list[RenderRequest] = []

    def stop(request: RenderRequest) -> None:
        drawn.append(request)
        if len(drawn) == 5:
            interrupted.interrupt()

    with folder, pytest.raises(Interrupted):
        judge(folder, run, REQUEST, FakeEngine(painter=painting(*FADES), on_render=stop), interrupted)
    assert len(drawn) == 5
    with folder:
        again = FakeEngine(painter=painting(*FADES))
        first = judge(folder, run, REQUEST, again)
        assert len(again.rendered) == 12 - 5
        third = FakeEngine(painter=painting(*FADES))
        assert judge(folder, run, REQUEST, third) == first
        assert not third.rendered


def test_what_has_changed_is_drawn_again(tmp_path: Path) -> None:
    folder, run = made(tmp_path, 2)

    def count(request: ForestRequest = REQUEST, sha256: str = "f" * 64) -> int:
        engine = FakeEngine(painter=painting(*FADES), sha256=sha256)
        judge(folder, run, request, engine)
        return len(engine.rendered)

    with folder:
        assert count() == 9
        (run / "embeddings" / "t0ken-80.pt").write_bytes(b"120")
        assert count() == 3
        next((run / "forest-test").glob("*/40/1.png")).write_bytes(b"half a pict")
        assert count() == 1
        assert count(replace(REQUEST, seeds=(1, 2, 3, 4))) == 3
        assert count(replace(REQUEST, cfg_scale=5)) == 9
        assert count(replace(REQUEST, cfg_scale=5), sha256="0" * 64) == 9
        assert count() == 0  # nor is what belongs to other settings drawn over
        (run / "embeddings" / "t0ken-1000.pt").write_bytes(b"40")
        assert count(replace(REQUEST, cfg_scale=5), sha256="0" * 64) == 3


def long_run(steps: int, onset: int) -> tuple[Look, ...]:
    """Learns the person slowly, and loses the scene from one step to the next."""
    return tuple(Look(1.0 if step < onset else 0.05, min(1.0, 0.2 + step / steps)) for step in range(steps))


@pytest.mark.parametrize("onset", [1, 7, 12, 23, 24])
def test_the_coarse_search_finds_what_the_full_one_finds(tmp_path: Path, onset: int) -> None:
    looks = long_run(24, onset)
    coarse = outcome(tmp_path / "coarse", *looks, request=COARSE)
    full = outcome(tmp_path / "full", *looks, request=replace(COARSE, search="all"))
    assert coarse.onset == full.onset == (40 * (onset + 1) if onset < 24 else None)
    assert coarse.best is not None and full.best is not None
    assert coarse.best.scene * coarse.best.likeness >= full.best.scene * full.best.likeness - 0.06
    assert coarse.drawn < full.drawn / 2
    seen, unseen = ([one.step for one in some] for some in (coarse.iterations, coarse.unseen))
    assert sorted([*seen, *unseen]) == [one.step for one in full.iterations]
    assert not full.unseen


def test_more_seeds_are_taken_only_where_they_do_not_agree(tmp_path: Path) -> None:
    folder, run = made(tmp_path, 6)

    def paint(request: RenderRequest) -> Image.Image:
        if not request.embeddings:
            return draw(Look(), WOMAN, request.seed)
        step = int(request.embeddings[0].path.read_bytes())
        torn = Look(request.seed % 2, 1)  # half of the seeds have lost their scene
        return draw((Look(1, 0.2), Look(1, 0.9), torn, torn, torn, Look(0, 1))[step // 40 - 1], WOMAN, request.seed)

    with folder:
        test = judge(folder, run, COARSE, FakeEngine(painter=paint))
    looked = {one.step: len(one.pictures) for one in test.iterations}
    assert {looked[step] for step in (120, 160, 200)} == {8}
    assert looked[40] < 8
    assert (test.onset, test.recommended) == (None, 80)
    assert test.onset_confidence < 0.9
    assert test.cannot_tell.startswith("Cannot tell from when on it is overtrained, because the seeds do not agree")
    assert "Take more seeds" in test.advice
    torn = test.iterations[2]
    assert torn.scene_band[0] < 0.5 < torn.scene_band[1]


def test_every_signal_is_told(tmp_path: Path) -> None:
    test = outcome(tmp_path, *FADES)
    for iteration in test.iterations:
        names = [signal.name for signal in iteration.signals]
        assert names[:4] == ["scene", "likeness", "copying", "variety"]
        assert all(0 <= signal.value <= 1 and signal.reason and signal.source for signal in iteration.signals)
        low, high = iteration.scene_band
        assert low <= iteration.scene <= high


def test_training_pictures_come_from_the_run(tmp_path: Path) -> None:
    folder, run = made(tmp_path, 1)
    pairs = folder.pairs()
    examples = [
        {"image": pair.image.relative_to(folder.path).as_posix(), "caption": pair.caption.read_text(encoding="utf-8")}
        for pair in pairs[:8]
    ]
    (run / "request.json").write_text(json.dumps({"name": "t0ken", "examples": examples}), encoding="utf-8")
    pairs[0].image.unlink()
    with folder:
        test = judge(folder, run, REQUEST, FakeEngine(painter=painting(*FADES)))
    assert test.references == tuple(f"images/{number:04}.png" for number in (1, 2, 3))


def test_no_iterations(tmp_path: Path) -> None:
    folder, run = made(tmp_path, 0)
    with folder, pytest.raises(FolderError, match="train first"):
        judge(folder, run, REQUEST, FakeEngine())


def test_too_few_training_pictures(tmp_path: Path) -> None:
    folder, run = made(tmp_path, 1)
    for pair in folder.pairs()[3:]:
        pair.image.write_bytes(b"no picture")
    with folder, pytest.raises(FolderError, match="3 can be read"):
        judge(folder, run, REQUEST, FakeEngine())


def test_an_unsafe_prompt_draws_nothing(tmp_path: Path) -> None:
    folder, run = made(tmp_path, 1)
    engine = FakeEngine()
    request = replace(REQUEST, prompt="a naked {name}", class_word="15yo woman")
    with folder, pytest.raises(UnsafePrompt):
        judge(folder, run, request, engine)
    assert not engine.rendered


def test_the_look_that_a_name_hides_is_read_with_the_prompt(tmp_path: Path) -> None:
    folder, run = made(tmp_path, 1)
    folder.character = replace(folder.character, look="a 15yo girl")
    engine = FakeEngine()
    with folder, pytest.raises(UnsafePrompt):
        judge(folder, run, replace(REQUEST, prompt="a naked {name}"), engine)
    assert not engine.rendered


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"prompt": "a woman in a forest"}, "{name}"),
        ({"class_word": " "}, "class word"),
        ({"seeds": (1,)}, "Number of seeds"),
        ({"seeds": (1, 1)}, "different"),
        ({"seeds": (-1, 2)}, "Smallest seed"),
        ({"steps": 0}, "Steps"),
        ({"width": 100}, "multiple of 8"),
        ({"sampler": "DDIM"}, "DDIM"),
    ],
)
def test_settings_that_cannot_be_used(change: dict[str, object], words: str) -> None:
    with pytest.raises(RequestError, match=re.escape(words)):
        replace(REQUEST, **change).check()  # type: ignore[arg-type]
