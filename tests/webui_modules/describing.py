"""What the fake `modules` claims about the real ones, as JSON: names, parameters, attributes.

What a fake has for the tests alone begins with `fake_` or an underscore, and claims nothing.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Collection
from types import ModuleType
from typing import Any

_ATTRIBUTE = re.compile(r"\bself\.([a-z]\w*)\b(?!\()")


def describe_package(package: ModuleType) -> dict[str, Any]:
    """All claims of a fake package, by module."""
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    names = [info.name for info in found if _public(info.name.rpartition(".")[2])]
    return {name: describe_module(importlib.import_module(name)) for name in names}


def describe_module(module: ModuleType) -> dict[str, Any]:
    """The claims of one module, by name; what it has imported from elsewhere is none."""
    named = {name: value for name, value in vars(module).items() if _public(name)}
    return {name: describe(value) for name, value in named.items() if _own(value, module)}


def describe(value: object) -> dict[str, Any]:
    """A function's parameters, a class's members, or the attributes of anything else."""
    if inspect.isclass(value):
        members = {name: describe(_plain(member)) for name, member in vars(value).items() if _public(name)}
        if "__init__" in vars(value):
            members["__init__"] = describe(vars(value)["__init__"])
        return {"members": members, "attributes": sorted(name for name in class_attributes(value) if _public(name))}
    if inspect.isroutine(value):
        return {"parameters": parameters(value)}
    if isinstance(value, property) or not hasattr(value, "__dict__") or isinstance(value, Collection):
        return {}
    return {"attributes": _held(value), "members": _methods(value) | _parts(value)}


def _held(value: object) -> list[str]:
    """Public attributes; for the settings, their names too, which are read as attributes."""
    held = vars(value)
    settings = held["data"] if "data_labels" in held else ()
    return sorted(name for name in (*held, *settings) if _public(name))


def _methods(value: object) -> dict[str, Any]:
    own = (name for name in vars(type(value)) if _public(name))
    return {name: describe(getattr(value, name)) for name in own if inspect.isroutine(getattr(value, name))}


def _parts(value: object) -> dict[str, Any]:
    """What an instance holds of the fake's own making."""
    parts = {name: part for name, part in vars(value).items() if _public(name)}
    return {name: describe(part) for name, part in parts.items() if type(part).__module__.startswith("modules.")}


def parameters(function: Any) -> list[list[Any]]:
    """Name, kind and whether there is a default, for each parameter."""
    found = inspect.signature(function).parameters.values()
    return [[one.name, one.kind.name, one.default is not one.empty] for one in found]


def class_attributes(owner: type) -> set[str]:
    """What instances hold: declared fields, and what a method sets on `self`."""
    found: set[str] = set()
    for one in owner.__mro__[:-1]:
        found |= set(vars(one).get("__annotations__", {}))
        try:
            found |= set(_ATTRIBUTE.findall(inspect.getsource(one)))
        except (OSError, TypeError):  # of the interpreter itself
            continue
    return found


def _public(name: str) -> bool:
    return not name.startswith(("_", "fake_"))


def _own(value: object, module: ModuleType) -> bool:
    if inspect.ismodule(value) or name_of_typing(value):
        return False
    if inspect.isclass(value) or inspect.isroutine(value):
        return getattr(value, "__module__", None) == module.__name__
    return True


def name_of_typing(value: object) -> bool:
    """Whether it is `annotations` or a type's name, not a thing of the module."""
    return type(value).__module__ in ("__future__", "typing")


def _plain(member: object) -> object:
    return member.__func__ if isinstance(member, classmethod | staticmethod) else member
