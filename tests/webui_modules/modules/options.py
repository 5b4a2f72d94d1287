"""The settings."""

from __future__ import annotations

from typing import Any


class OptionInfo:
    """A setting's default and label."""

    def __init__(
        self, default: Any = None, label: str = "", *, section: Any = None, restrict_api: bool = False
    ) -> None:
        self.default = default
        self.label = label
        self.section = section
        self.restrict_api = restrict_api

    def info(self, info: str) -> OptionInfo:
        return self

    def needs_reload_ui(self) -> OptionInfo:
        return self


class Options:
    """Settings by name; `data` holds them."""

    def __init__(self, data_labels: dict[str, Any], restricted_opts: set[str]) -> None:
        vars(self)["data"] = {}
        vars(self)["data_labels"] = data_labels
        vars(self)["restricted_opts"] = restricted_opts

    def add_option(self, key: str, info: OptionInfo) -> None:
        self.data_labels[key] = info
        self.data.setdefault(key, info.default)

    def __setattr__(self, key: str, value: Any) -> None:
        self.data[key] = value

    def __getattr__(self, item: str) -> Any:
        try:
            return vars(self)["data"][item]
        except KeyError:
            raise AttributeError(item) from None
