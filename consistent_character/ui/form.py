"""One typed request per event in place of a row of positional arguments; alike on gradio 3.41 and 4.40."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Generic, TypeVar, get_type_hints

import gradio as gr

from consistent_character.errors import RequestError, UserError

Request = TypeVar("Request")
Updates = dict[Any, Any]


@contextmanager
def shown_to_the_user() -> Iterator[None]:
    """Show a `UserError` as one line on the page; let every other error keep its traceback."""
    try:
        yield
    except UserError as error:
        raise gr.Error(str(error)) from error


_streams: ContextVar[bool] = ContextVar("streams", default=True)


@contextmanager
def in_one_piece() -> Iterator[None]:
    """Within it, events are wired for a page without a queue: what a handler streams is shown when it has ended."""
    token = _streams.set(False)
    try:
        yield
    finally:
        _streams.reset(token)


def _wired(handler: Callable[..., Any], call: Callable[..., Any], stream: Callable[..., Iterator[Any]]) -> Any:
    """The function that gradio shall call: `call`, or for a handler that streams `stream` or all of it at once."""
    if not inspect.isgeneratorfunction(handler):
        return call
    if _streams.get():
        return stream

    def gathered(*values: Any) -> Updates:
        updates: Updates = {}
        for part in stream(*values):
            updates |= part
        return updates

    return gathered


@dataclass(frozen=True)
class Spelled:
    """How a field that is no single value is written in a text box, and read again."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]


class Form(Generic[Request]):
    """Components that hold a request: one for each field that a person may set, `fixed` values for the others.

    Raises:
        TypeError: components and fixed values together are not the fields of the request.
    """

    def __init__(
        self,
        request_type: type[Request],
        fixed: Mapping[str, object] | None = None,
        spelled: Mapping[str, Spelled] | None = None,
        **components: Any,
    ) -> None:
        if not is_dataclass(request_type):
            raise TypeError(f"{request_type.__name__} is no dataclass")
        self.request_type = request_type
        self.fixed = dict(fixed or {})
        self.spelled = dict(spelled or {})
        self.components = components
        names = {field.name for field in fields(request_type)}
        if names != {*components, *self.fixed}:
            raise TypeError(
                f"{request_type.__name__}: fields and components differ in {names ^ {*components, *self.fixed}}"
            )
        self._hints = get_type_hints(request_type)

    def read(self, values: Mapping[Any, Any]) -> Request:
        """The request that the components hold.

        Raises:
            RequestError: a number's box is empty.
        """
        held = {name: self._value(name, values[component]) for name, component in self.components.items()}
        return self.request_type(**self.fixed, **held)

    def _value(self, name: str, value: Any) -> Any:
        """The value as the field's type wants it: pages know neither whole numbers nor tuples."""
        hint = self._hints[name]
        if name in self.spelled:
            return self.spelled[name].read(value or "")
        if hint in (int, float):
            if value is None:
                raise RequestError(f"“{self.components[name].label}” needs a number.")
            return hint(value)
        return tuple(value) if isinstance(value, list) else value

    def show(self, request: Request) -> Updates:
        """The updates that put a request into the components."""
        held = ((component, name, getattr(request, name)) for name, component in self.components.items())
        return {component: gr.update(value=self._written(name, value)) for component, name, value in held}

    def _written(self, name: str, value: Any) -> Any:
        if name in self.spelled:
            return self.spelled[name].write(value)
        return list(value) if isinstance(value, tuple) else value

    def on(
        self,
        listener: Callable[..., Any],
        handler: Callable[..., Any],
        outputs: Iterable[Any],
        *,
        also: tuple[Any, ...] = (),
        **options: Any,
    ) -> Any:
        """Call `handler(request, *values of also)` on an event; a `UserError` becomes one line on the page."""

        def call(values: Mapping[Any, Any]) -> Any:
            with shown_to_the_user():
                return handler(self.read(values), *(values[component] for component in also))

        def stream(values: Mapping[Any, Any]) -> Iterator[Any]:
            with shown_to_the_user():
                yield from handler(self.read(values), *(values[component] for component in also))

        return listener(
            _wired(handler, call, stream), inputs={*self.components.values(), *also}, outputs=list(outputs), **options
        )


LINES = Spelled("\n".join, lambda text: tuple(line for line in text.splitlines() if line.strip()))
"""A tuple of lines."""

PHRASES = Spelled(", ".join, lambda text: tuple(part.strip() for part in text.split(",") if part.strip()))
"""A tuple of phrases, between commas."""


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.replace(",", " ").split())
    except ValueError as error:
        raise RequestError(f"“{text}” is no list of whole numbers: write them like 1, 2, 3.") from error


NUMBERS = Spelled(lambda numbers: ", ".join(map(str, numbers)), _numbers)
"""A tuple of whole numbers, between commas or blanks."""


def on(
    listener: Callable[..., Any],
    handler: Callable[..., Any],
    inputs: Iterable[Any],
    outputs: Iterable[Any],
    **options: Any,
) -> Any:
    """Call `handler` with the inputs' values, in order, on an event; a `UserError` becomes one line on the page."""

    def call(*values: Any) -> Any:
        with shown_to_the_user():
            return handler(*values)

    def stream(*values: Any) -> Iterator[Any]:
        with shown_to_the_user():
            yield from handler(*values)

    return listener(_wired(handler, call, stream), inputs=list(inputs), outputs=list(outputs), **options)
