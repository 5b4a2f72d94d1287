"""What the door hands to the tab: jobs that outlive a page, a size that loads nothing, the folder of the characters."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest


def test_the_jobs_are_the_processs_own(modules: ModuleType) -> None:
    from consistent_character.hosts.webui import mounting

    assert mounting.jobs() is mounting.jobs()
    assert mounting.keys() is mounting.keys()


def test_forms_begin_without_loading_a_model(modules: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    from modules import sd_models

    from consistent_character.hosts.webui import mounting

    monkeypatch.setattr(sd_models.model_data.sd_model, "image_size", 12, raising=False)
    assert mounting.usual_size() == 96
    monkeypatch.setattr(sd_models.model_data, "sd_model", None)
    assert mounting.usual_size() == 512


def test_a_page_without_a_queue_is_known(modules: ModuleType) -> None:
    from modules import shared

    from consistent_character.hosts.webui import mounting

    assert mounting.has_queue()
    shared.cmd_opts.no_gradio_queue = True
    assert not mounting.has_queue()


def test_characters_are_where_the_settings_say(modules: ModuleType, tmp_path: Path) -> None:
    from modules import shared

    from consistent_character.hosts.webui import mounting, places

    data = Path("webui-data").resolve()
    usual = data / "outputs" / "consistent-character"
    assert places.characters() == usual
    mounting.add_settings()
    assert places.characters() == usual
    assert shared.opts.data_labels[places.OPTION].restrict_api
    for written, meant in ((str(tmp_path), tmp_path), ("mine", data / "mine"), ("  ", usual)):
        shared.opts.data[places.OPTION] = written
        assert places.characters() == meant.resolve()
