"""Trying the chosen iteration out, on an engine that paints what an iteration is said to draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from consistent_character.choosing import Subject
from consistent_character.choosing.battery import Battery, BatteryRequest, Cell, read_battery, try_out
from consistent_character.choosing.battery.groups import groups_of
from consistent_character.choosing.battery.judging import judge
from consistent_character.choosing.battery.request import GROUPS
from consistent_character.choosing.signals.signal import Signal
from consistent_character.engine import CheckpointInfo, EmbeddingContent, RenderRequest
from consistent_character.errors import CheckpointError, FolderError, Interrupted, RequestError, UnsafePrompt
from consistent_character.progress import Silent
from consistent_character.prompts.cells import TUTORIAL, Vocabulary, cell_of
from consistent_character.report.battery import battery_page
from tests.choosing.pictures import WOMAN, Look, draw
from tests.choosing.test_forest_test import made
from tests.choosing.test_witness import sight_of
from tests.fakes import FakeEngine, FakeVocabulary, as_engine
from tests.vision.seeing.fake_looker import FACELESS
from worlds.cartoon.captions import BACKGROUND_PHRASES

REQUEST = BatteryRequest(step=40, groups=("places",), width=96, height=96)
PLACES = ("in a forest", "on a beach", "in a city", "in the snow", "at night")
Paint = Callable[[RenderRequest], Image.Image]
CHARACTER = Look(1, 1)


def place_of(prompt: str) -> str:
    return next((name for name, phrases in BACKGROUND_PHRASES.items() if phrases[0] in prompt), "beach")


def looking(prompt: str, look: Look) -> Look:
    cell = cell_of(prompt)
    assert cell is not None
    return replace(look, place=place_of(prompt), zoom=cell.zoom, angle=cell.angle)


def painting(lost: Sequence[str] = (), character: Look = CHARACTER) -> Paint:
    """The character everywhere, and the training set's wall where a place is `lost`."""

    def paint(request: RenderRequest) -> Image.Image:
        if not request.embeddings:
            return draw(looking(request.prompt, Look(1, 0)), WOMAN, request.seed)
        gone = any(place in request.prompt for place in lost)
        return draw(looking(request.prompt, replace(character, scene=0 if gone else 1)), WOMAN, request.seed)

    return paint


def tried(
    path: Path,
    request: BatteryRequest = REQUEST,
    engine: FakeEngine | None = None,
    vocabulary: Vocabulary = TUTORIAL,
) -> Battery:
    subject = subject_at(path)
    engine = engine or FakeEngine(painter=painting())
    return try_out(subject, request, as_engine(engine), Silent(), vocabulary)


def subject_at(path: Path) -> Subject:
    if not (path / "her").exists():
        folder, run = made(path, 3)
    else:
        from consistent_character.character.folder import CharacterFolder

        folder = CharacterFolder.open(path / "her")
        (run,) = folder.runs()
    with folder:
        return Subject.of_run(folder, run)


def cells(battery: Battery) -> dict[str, Cell]:
    (one,) = battery.tried
    return {cell.what: cell for cell in one.cells}


def test_a_character_that_keeps_its_face_everywhere_is_good(tmp_path: Path) -> None:
    battery = tried(tmp_path)
    assert {what: cell.verdict for what, cell in cells(battery).items()} == dict.fromkeys(PLACES, "good")
    (summary,) = battery.tried[0].summaries
    assert summary.words == "Keeps its face in 5 of 5 places."
    assert summary.counts == "5 good"
    for cell in battery.tried[0].cells:
        assert [signal.name for signal in cell.signals] == ["likeness", "asked for", "difference", "copying"]
        assert all(0 <= signal.value <= 1 and signal.reason and signal.source for signal in cell.signals)


def test_a_place_that_is_lost_is_named(tmp_path: Path) -> None:
    battery = tried(tmp_path, engine=FakeEngine(painter=painting(lost=("in a city", "at night"))))
    found = cells(battery)
    assert {what for what, cell in found.items() if cell.verdict == "bad"} == {"in a city", "at night"}
    assert found["at night"].reason.startswith("It loses the place.")
    assert battery.tried[0].summaries[0].words == (
        "Keeps its face in 5 of 5 places; loses the place (in a city, at night)."
    )


def test_somebody_else_is_told(tmp_path: Path) -> None:
    def paint(request: RenderRequest) -> Image.Image:
        # A stranger, and another one than the class word's of this seed.
        seed = request.seed + (100 if request.embeddings else 0)
        return draw(looking(request.prompt, Look(1, 0)), WOMAN, seed)

    found = cells(tried(tmp_path, engine=FakeEngine(painter=paint)))
    assert "good" not in {cell.verdict for cell in found.values()}


def test_an_embedding_without_effect_is_told(tmp_path: Path) -> None:
    found = cells(tried(tmp_path, engine=FakeEngine(painter=painting(character=Look(1, 0)))))
    assert {cell.verdict for cell in found.values()} == {"bad"}
    assert "the class word draws the same" in found["in a forest"].reason


def test_a_copy_of_a_training_picture_is_told(tmp_path: Path) -> None:
    subject = subject_at(tmp_path)
    close = next(one.path for one in subject.references if one.framing.zoom == "a closeup")

    def paint(request: RenderRequest) -> Image.Image:
        return Image.open(close).convert("RGB") if request.embeddings else painting()(request)

    found = cells(tried(tmp_path, engine=FakeEngine(painter=paint)))
    assert {cell.verdict for cell in found.values()} == {"bad"}
    assert found["on a beach"].reason.startswith("It is a copy of a training picture.")


def test_nothing_is_drawn_twice_and_it_goes_on_after_an_interruption(tmp_path: Path) -> None:
    drawn: list[RenderRequest] = []

    def stop(request: RenderRequest) -> None:
        if len(drawn) == 4:
            raise Interrupted("stopped")
        drawn.append(request)

    with pytest.raises(Interrupted):
        tried(tmp_path, engine=FakeEngine(painter=painting(), on_render=stop))
    rest, again, other = (FakeEngine(painter=painting()) for _ in range(3))
    tried(tmp_path, engine=rest)
    assert len(rest.rendered) == 2 * len(PLACES) - 4
    tried(tmp_path, engine=again)
    assert again.rendered == []
    tried(tmp_path, replace(REQUEST, step=80), engine=other)
    assert all(request.embeddings for request in other.rendered), "the class word's pictures are the same"
    assert len(other.rendered) == len(PLACES)


def test_groups_and_prompts_of_ones_own(tmp_path: Path) -> None:
    own = "a closeup front shot photo of {name} at night on a beach"
    engine = FakeEngine(painter=painting())
    battery = tried(tmp_path, replace(REQUEST, groups=("shots",), prompts=(own,)), engine)
    groups = {cell.group for cell in battery.tried[0].cells}
    assert groups == {"shots", "own"}
    assert any("at night on a beach" in request.prompt for request in engine.rendered)
    assert len({request.prompt for request in engine.rendered}) == 2 * len(battery.tried[0].cells)


def test_the_shots_are_the_characters_own_and_every_prompt_names_it() -> None:
    groups = {group.name: group for group in groups_of()}
    assert [*groups] == [*GROUPS, "own"]
    shots = [prompt.what for prompt in groups["shots"].prompts]
    assert {what.rsplit(f" {TUTORIAL.angles[0]}", 1)[0] for what in shots} >= set(TUTORIAL.zooms)
    assert all(any(what.endswith(angle) for what in shots) for angle in TUTORIAL.angles)
    assert len(shots) == len(set(shots)) == 9
    other = {group.name: group for group in groups_of(Vocabulary(("near", "far"), ("front", "back")))}
    assert [prompt.text for prompt in other["shots"].prompts] == [
        f"{shot} photo of {{name}}" for shot in ("near front", "far front", "far back")
    ]
    assert all("{name}" in prompt.text for group in (*groups.values(), *other.values()) for prompt in group.prompts)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"groups": ("places", "pets")}, 'nothing called “pets”|nothing called "pets"'),
        ({"groups": (), "prompts": ()}, "nothing to try"),
        ({"prompts": ("a photo of her",)}, r"has no \{name\}"),
        ({"seeds": ()}, "1 to 16 seeds"),
        ({"seeds": (1, 1)}, "all of them different"),
        ({"steps": 0}, "Steps"),
        ({"width": 100}, "multiple of 8"),
        ({"sampler": "none"}, "no sampler"),
        ({"step": 41}, "no iteration of step 41"),
        ({"step": 0}, "do the forest test first"),
    ],
)
def test_what_cannot_be_used_is_told_before_anything_is_drawn(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    engine = FakeEngine()
    with pytest.raises(RequestError, match=words):
        tried(tmp_path, replace(REQUEST, **changes), engine)  # type: ignore[arg-type]
    assert engine.rendered == []


def test_the_guard_reads_the_look_with_every_prompt(tmp_path: Path) -> None:
    subject = replace(subject_at(tmp_path), look="a 15 year old")
    engine = FakeEngine()
    request = replace(REQUEST, prompts=("a nude photo of {name}",))
    with pytest.raises(UnsafePrompt):
        try_out(subject, request, as_engine(engine), Silent())
    assert engine.rendered == []


class Narrow(FakeVocabulary):
    """Of a model that has no room for these vectors."""

    def read(self, path: Path) -> EmbeddingContent:
        raise RequestError(f"{path.name} is an embedding for another model.")


class Checkpoints(FakeEngine):
    """`fake`, `other`, `wide`, whose vectors are longer, and `broken`, which cannot be loaded."""

    using = "fake"

    @property
    def checkpoint(self) -> CheckpointInfo:
        return CheckpointInfo(self.using, self.using.ljust(64, "0"), 64, Path(f"{self.using}.safetensors"))

    @property
    def vocabulary(self) -> FakeVocabulary:
        return Narrow() if self.using == "wide" else FakeVocabulary()

    @contextmanager
    def on(self, checkpoint: str) -> Iterator[None]:
        if checkpoint == "broken":
            raise CheckpointError("There is no checkpoint broken here.")
        before = self.using
        self.using = checkpoint or before
        self.used.append(self.using)
        try:
            yield
        finally:
            self.using = before


def test_checkpoints_one_after_the_other(tmp_path: Path) -> None:
    engine = Checkpoints(painter=painting())
    battery = tried(tmp_path, replace(REQUEST, checkpoints=("other", "wide", "broken", "fake")), engine)
    assert engine.used == ["other", "wide", "fake"]
    assert engine.using == "fake"
    assert [(one.checkpoint, len(one.cells), bool(one.problem)) for one in battery.tried] == [
        ("other", 5, False),
        ("wide", 0, True),
        ("broken", 0, True),
        ("fake", 5, False),
    ]
    assert "for another model" in battery.tried[1].problem
    pictures = [set(cell.pictures) for one in battery.tried for cell in one.cells]
    assert len(set().union(*pictures)) == 10, "no checkpoint's picture is taken for another's"


@pytest.mark.parametrize("error", [Interrupted("stopped"), FolderError("the disk is full"), ZeroDivisionError()])
def test_the_checkpoint_in_use_comes_back_whatever_happens(tmp_path: Path, error: Exception) -> None:
    engine = Checkpoints(painter=painting())

    def fail(request: RenderRequest) -> None:
        if engine.using == "other" and len(engine.rendered) == 13:
            raise error

    engine._on_render = fail
    with pytest.raises(type(error)):
        tried(tmp_path, replace(REQUEST, checkpoints=("fake", "other")), engine)
    assert engine.using == "fake"
    run = subject_at(tmp_path).path
    kept = read_battery(run)
    assert kept is not None and [one.checkpoint for one in kept.tried] == ["fake"], "what was finished is kept"


def test_faces_tell_where_colours_cannot(tmp_path: Path) -> None:
    """In other styles only a face that is recognised says who it is."""
    plain = tried(tmp_path, replace(REQUEST, groups=("styles",)))
    assert {cell.verdict for cell in plain.tried[0].cells} <= {"unsure"}
    assert plain.by == "colour, layout and edges"

    subject = subject_at(tmp_path)
    engine = as_engine(FakeEngine(painter=painting()))
    with sight_of(tmp_path, "knowing") as sight:
        seen = try_out(subject, replace(REQUEST, step=120, groups=("styles",)), engine, Silent(), sight=sight)
    assert seen.by == seen.tried[0].by
    assert seen.by.startswith("the face. People and faces are recognised in 5 of 5 training pictures")
    assert {cell.verdict for cell in seen.tried[0].cells} <= {"good", "unsure"}
    assert all(cell.signals[0].name == "likeness" for cell in seen.tried[0].cells)
    assert {cell.by for cell in seen.tried[0].cells} == {"the face"}
    assert "Keeps its face in 5 of 5 art styles" in seen.tried[0].summaries[0].words


def test_each_cell_says_what_it_was_judged_by(tmp_path: Path) -> None:
    """Pictures of one seed show no face: colours tell then, and in other styles nothing does."""
    subject = subject_at(tmp_path)
    request = replace(REQUEST, step=120, groups=("places", "styles"), seeds=(FACELESS - 1, FACELESS))

    def judged(*seeds: int) -> dict[str, Cell]:
        engine = as_engine(FakeEngine(painter=painting()))
        with sight_of(tmp_path, "knowing") as sight:
            return cells(try_out(subject, replace(request, seeds=seeds), engine, Silent(), sight=sight))

    some, alone = judged(1, FACELESS), judged(1)
    assert {cell.by for cell in some.values()} == {"the face in 1 of 2 pictures"}
    assert all("by the face in 1 of 2 pictures" in cell.signals[0].reason for cell in some.values())
    assert {cell.by for cell in alone.values()} == {"the face"}
    with sight_of(tmp_path, "blind") as sight:
        engine = as_engine(FakeEngine(painter=painting()))
        battery = try_out(subject, request, engine, Silent(), sight=sight)
    blind = cells(battery)
    assert "The models see nobody in most pictures" in battery.by
    assert {blind[what].by for what in PLACES} == {"colours of the face in their places"}
    assert {cell.by for what, cell in blind.items() if what not in PLACES} == {""}
    assert all("cannot be told by colours" in cell.reason for cell in blind.values() if not cell.by)


def test_a_face_that_is_not_seen_is_told() -> None:
    (styles,) = (group for group in groups_of() if group.name == "styles")
    read = [Signal(name, 1, "neither", "", "") for name in ("difference", "copying")]
    assert judge(styles, read, by_faces=True)[1].startswith("No face is recognised. Whether it is the character")
    assert judge(styles, read)[1].startswith("Whether it is the character cannot be told by colours here")


def test_what_was_found_is_kept_and_shown(tmp_path: Path) -> None:
    subject = subject_at(tmp_path)
    assert read_battery(subject.path) is None
    engine = Checkpoints(painter=painting(lost=("at night",)))
    battery = tried(tmp_path, replace(REQUEST, checkpoints=("fake", "wide"), seeds=(1, 2)), engine)
    assert read_battery(subject.path) == battery
    page = battery_page(battery, subject.base, run="a run")
    assert page.count('class="cc-picture"') == 2 * 2 * len(PLACES)
    assert "loses the place (at night)" in page
    assert "for another model" in page
    (subject.path / "battery.json").write_text("{}", encoding="utf-8")
    with pytest.raises(FolderError, match="try it out again"):
        read_battery(subject.path)
