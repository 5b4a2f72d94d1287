"""Request bodies made from the steps' own dataclasses: names, types, defaults and meanings are written once, there."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_type_hints

from fastapi import APIRouter
from pydantic import BaseModel, Field, create_model

from consistent_character.meanings import meanings

Given = Mapping[str, Any]


class Body(BaseModel, extra="forbid"):
    """What may be sent with a request; a name that is not known is refused."""


def body_of(
    name: str,
    settings: type | Sequence[type] = (),
    own: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
    without: Sequence[str] = (),
) -> type[Body]:
    """A body with one field for each of `settings`, one dataclass or several, but those of the names in `without`.

    `own` names the fields that need not be sent, and whose value is used then; `more` adds fields, as pydantic's
    `create_model` takes them.
    """
    found: dict[str, Any] = {}
    for kind in (settings,) if isinstance(settings, type) else settings:
        found |= _fields(kind, own or {})
    fields = {**{field: value for field, value in found.items() if field not in without}, **(more or {})}
    model: type[Body] = create_model(name, __base__=Body, __module__=__name__, **fields)
    return model


def _fields(settings: type, own: Mapping[str, str]) -> dict[str, Any]:
    hints, told = get_type_hints(settings), meanings(settings)
    return {
        field.name: _field(field, hints[field.name], told.get(field.name, ""), own.get(field.name))
        for field in dataclasses.fields(settings)
    }


def _field(field: dataclasses.Field[Any], hint: Any, told: str, own: str | None) -> tuple[Any, Any]:
    if own is not None:
        return hint | None, Field(None, description=f"{told} [{own}]".strip())
    default = ... if field.default is dataclasses.MISSING else field.default
    return hint, Field(default, description=told)


def only(settings: type, sent: Given) -> dict[str, Any]:
    """What of the fields that were sent belongs to one of the dataclasses that a body was made of."""
    return {field.name: sent[field.name] for field in dataclasses.fields(settings) if field.name in sent}


def add_post(router: APIRouter, path: str, endpoint: Callable[..., Any], body: type[Body], **options: Any) -> None:
    """A POST route whose body's type is made at run time."""
    endpoint.__annotations__["body"] = body
    endpoint.__name__ = path.removeprefix("/characters").strip("/").replace("{name}/", "").replace("/", "_") or "create"
    router.add_api_route(path, endpoint, methods=["POST"], **options)


def given(body: Body) -> dict[str, Any]:
    """The fields that were sent. Source: pydantic 1 calls their names `__fields_set__`, 2 `model_fields_set`."""
    names = body.model_fields_set if hasattr(body, "model_fields_set") else body.__fields_set__
    sent = {name: getattr(body, name) for name in names}
    return {name: value for name, value in sent.items() if value is not None}
