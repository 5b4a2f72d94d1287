"""Calls an application's routes without a server. starlette's own test client knows no httpx as new as ours."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from fastapi import FastAPI

from consistent_character.web import PREFIX


class Client:
    """Calls the routes below their prefix; `headers` and `cookies` go with every call."""

    def __init__(self, app: FastAPI, **cookies: str) -> None:
        self.app = app
        self.cookies = cookies

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request; `path` is whole."""

        async def answer() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            settings: Any = {"base_url": "http://host", "cookies": self.cookies, "follow_redirects": True}
            async with httpx.AsyncClient(transport=transport, **settings) as http:
                return await http.request(method, path, timeout=60, **options)

        # In a thread of its own: in this one an event loop may run already, Playwright's for example.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(answer())).result()

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.call("GET", PREFIX + path, headers=headers)

    def post(self, path: str, body: object = None) -> httpx.Response:
        return self.call("POST", PREFIX + path, json={} if body is None else body)

    def done(self, path: str, body: object = None) -> Any:
        """Start a step, wait for its end, and return what came of it."""
        started = self.post(path, body)
        assert started.status_code == 202, started.text
        job = self.get(f"/jobs/{started.json()['id']}?wait=30").json()
        assert job["state"] == "done", job
        return self.get(f"/jobs/{job['id']}/result").json()
