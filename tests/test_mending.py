"""All that a look before training found is mended one after the other; what stays is told with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consistent_character.character.character import Character
from consistent_character.character.folder import CharacterFolder
from consistent_character.documents import checked, mended, to_json
from consistent_character.errors import Interrupted, RequestError
from consistent_character.findings import Finding, Fix
from consistent_character.mending import mend_findings
from consistent_character.progress import Silent
from consistent_character.training import TrainingSettings, preflight
from tests.choosing.pictures import WOMAN, training_set
from tests.fakes import FakeEngine, FakeTrainer

TOKEN = "adal0v"
LOOK = "a 30yo woman with hazel eyes"
SETTINGS = TrainingSettings(width=64, height=64, num_vectors=4)


class Refuses(FakeTrainer):
    """Mends nothing, and says why."""

    def mend(self, finding: Finding) -> None:
        raise RequestError("Start it without --vae-path.")


@pytest.fixture
def folder(tmp_path: Path) -> CharacterFolder:
    """Pictures with the prompts that they were generated with."""
    made = CharacterFolder.create(tmp_path / "ada", Character(TOKEN, LOOK))
    for number, (picture, _) in enumerate(training_set(WOMAN, per_cell=1)[:12]):
        picture.resize((64, 64)).save(made.images / f"{number:02d}.png")
        text = f"a closeup photo of {LOOK}, (gray:1.3) wall {number}\nSteps: 20, Seed: {number}\n"
        (made.images / f"{number:02d}.txt").write_text(text, encoding="utf-8")
    return made


def _engine(trainer: FakeTrainer | None = None) -> FakeEngine:
    return FakeEngine(trainer=trainer or FakeTrainer())


def test_all_is_mended_and_can_be_undone(folder: CharacterFolder) -> None:
    before = {path.name: path.read_bytes() for path in folder.images.iterdir()}
    settings, engine = SETTINGS.with_changes(save_every=0), _engine()
    done = mend_findings(folder, settings, engine, Silent())
    assert (done.findings, done.left) == ((), ())
    assert [finding.code for finding in done.mended] == ["caption-infotext", "nothing-saved"]
    assert done.settings == SETTINGS
    assert (folder.images / "00.txt").read_text(encoding="utf-8").startswith(f"a closeup photo of {TOKEN}")
    folder.undo()
    assert {path.name: path.read_bytes() for path in folder.images.iterdir()} == before


def test_only_what_was_asked_for_is_mended(folder: CharacterFolder) -> None:
    before = {path.name: path.read_bytes() for path in folder.images.iterdir()}
    settings = SETTINGS.with_changes(save_every=0)
    done = mend_findings(folder, settings, _engine(), Silent(), ["nothing-saved"])
    assert [finding.code for finding in done.mended] == ["nothing-saved"]
    assert "caption-infotext" in {finding.code for finding in done.findings}
    assert {path.name: path.read_bytes() for path in folder.images.iterdir()} == before


def test_what_is_not_found_or_no_program_can_mend_is_refused(folder: CharacterFolder) -> None:
    (folder.images / "05.jpg").write_bytes((folder.images / "05.png").read_bytes())
    assert "caption-shared" in {finding.code for finding in preflight(folder, SETTINGS, _engine())}
    for code in ("caption-shared", "nothing-saved", "unheard-of"):
        with pytest.raises(RequestError, match=f"nothing to mend .* {code}"):
            mend_findings(folder, SETTINGS, _engine(), Silent(), [code])


def test_what_cannot_be_mended_does_not_keep_the_rest_from_it(folder: CharacterFolder) -> None:
    trainer = Refuses()
    trainer.found = [Finding("error", "vae-loaded", "A VAE.", "Unload it.", fix=Fix("Unload it", "host"))]
    (folder.images / "03.txt").write_text("(a dog:1.3), no one else", encoding="utf-8")
    done = mend_findings(folder, SETTINGS.with_changes(save_every=0), _engine(trainer), Silent())
    assert {finding.code for finding in done.mended} == {"caption-infotext", "nothing-saved"}
    left = {finding.code: reason for finding, reason in done.left}
    assert left["vae-loaded"] == "Start it without --vae-path."
    assert "caption step leaves some" in left["caption-token"]


def test_an_interruption_keeps_what_was_mended(folder: CharacterFolder) -> None:
    class Stops(Silent):
        def advance(self, units: int = 1, note: str = "") -> None:
            raise Interrupted("enough")

    with pytest.raises(Interrupted):
        mend_findings(folder, SETTINGS, _engine(), Stops())
    assert preflight(folder, SETTINGS, _engine()) == ()


def test_programs_are_told_the_id_of_every_fix(folder: CharacterFolder) -> None:
    settings = SETTINGS.with_changes(save_every=0)
    told: Any = to_json(checked(preflight(folder, settings, _engine())))
    fix = {"id": "nothing-saved", "label": "Save every 10 steps", "how": "settings", "changes": {"save_every": 10}}
    assert fix in [one["fix"] for one in told["findings"]]
    answer: Any = to_json(mended(mend_findings(folder, settings, _engine(), Silent(), ["nothing-saved"])))
    assert (answer["mended"], answer["settings"]["save_every"]) == (["nothing-saved"], 10)
