"""The curves of a run at work, whatever has been seen of it so far."""

from __future__ import annotations

from consistent_character.report.plots import loss_curve, watch_curve


def test_the_watch_before_any_preview_has_drawn_a_scene() -> None:
    drawn = watch_curve([(1, 0.0, "unsure")], None, 1)
    assert drawn.startswith("<svg")
    assert "overtrained" not in drawn


def test_the_watch_marks_where_the_scene_was_lost_in_colours_of_the_page() -> None:
    drawn = watch_curve([(10, 1.0, "scene"), (20, 0.1, "lost"), (30, 0.1, "lost")], 20, 30)
    assert "overtrained from step 20" in drawn
    assert "var(--cc-bad)" in drawn and "var(--cc-scene)" in drawn
    assert "#0101" not in drawn


def test_steps_are_whole_numbers() -> None:
    drawn = loss_curve([(step, 1 / step) for step in range(1, 4)])
    assert ">1<" in drawn and ">0.5<" not in drawn.split("step")[0]
