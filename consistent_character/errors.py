"""Everything this project raises on purpose.

    ConsistentCharacterError
      UserError             a mistake the user can mend; the message is one line that says what to do
        UnsafePrompt        a prompt that we refuse to render
        CheckpointError     a checkpoint that is missing, broken or of another architecture
        FolderError         a character folder that is missing, broken, in use or full
        CaptionError        a caption that cannot be read or written safely
        RequestError        a setting outside its range, a name that is taken, a template that cannot train
      Interrupted           the user stopped a long job; what was finished is kept
        Overtrained         the watch of a training run stopped it, as it was asked to

A `UserError` is shown as its message alone. Everything else, ours or not, keeps its traceback.
"""

from __future__ import annotations


class ConsistentCharacterError(Exception):
    """Root of everything raised on purpose."""


class UserError(ConsistentCharacterError):
    """A mistake the user can mend; the message says how."""


class UnsafePrompt(UserError):
    """A prompt that is refused on every host."""


class CheckpointError(UserError):
    """A checkpoint that cannot be used."""


class FolderError(UserError):
    """A character folder that cannot be used."""


class CaptionError(UserError):
    """A caption that cannot be read or written safely."""


class RequestError(UserError):
    """A setting that cannot be used."""


class Interrupted(ConsistentCharacterError):
    """The user stopped a long job; what was finished is kept, and the next start goes on from there."""


class Overtrained(Interrupted):
    """The watch of a training run stopped it: it is overtrained for certain. What was saved is kept."""
