"""Where everything is."""

from __future__ import annotations

data_path = "webui-data"
