"""Flags made from the fields of a settings dataclass: name, type, choices, default and help are written once, there."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from consistent_character.meanings import meanings


def add_settings(
    parser: argparse.ArgumentParser,
    settings: type,
    *,
    skip: Collection[str] = (),
    required: Collection[str] = (),
    told: Mapping[str, str] | None = None,
) -> None:
    """One flag for each field but those in `skip`; `told` has the help of fields that lack a docstring."""
    help_of = {**meanings(settings), **(told or {})}
    hints = get_type_hints(settings)
    for field in dataclasses.fields(settings):
        if field.name in skip:
            continue
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            dest=field.name,
            required=field.name in required,
            default=argparse.SUPPRESS,
            help=_help(help_of.get(field.name, ""), field),
            **_kind(hints[field.name]),
        )


def given(arguments: argparse.Namespace, settings: type) -> dict[str, Any]:
    """The fields that the call gave a value, ready for the dataclass."""
    values = {
        field.name: getattr(arguments, field.name)
        for field in dataclasses.fields(settings)
        if hasattr(arguments, field.name)
    }
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _help(text: str, field: dataclasses.Field[Any]) -> str:
    known = "" if field.default in (dataclasses.MISSING, "", (), False) else f" [{_spelt(field.default)}]"
    return f"{text}{known}".strip().replace("%", "%%")


def _spelt(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _kind(hint: Any) -> dict[str, Any]:
    """What argparse must know of a type: bool, str, int, float, Path, a Literal, or a tuple of these."""
    if get_origin(hint) is Literal:
        return {"choices": get_args(hint)}
    if get_origin(hint) is tuple:
        return {"nargs": "+", **_kind(get_args(hint)[0])}
    if hint is bool:
        return {"action": "store_true"}
    if hint in (str, int, float):
        return {"type": hint, "metavar": {str: "TEXT", int: "N", float: "X"}[hint]}
    if hint is Path:
        return {"type": Path, "metavar": "FILE"}
    raise TypeError(f"no flag can be made for {hint}")
