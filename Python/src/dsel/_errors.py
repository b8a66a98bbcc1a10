"""What goes wrong, as exceptions."""

from __future__ import annotations

from typing import Any, Mapping, Optional


class DselError(Exception):
    """A run of dsel that failed. The text is what dsel says: the place, the fault, and what to do.

    `code` is the kind of error, from the table in Documentation/Json.md. `file` and `line` are set
    if the fault is in a file or a line. For documents that came from Python, `file` is `pool`,
    `target` or another word for them, and `line` is the number of the document, from 1.
    """

    code: str
    file: Optional[str]
    line: Optional[int]
    message: str
    advice: Optional[str]

    def __init__(
        self,
        message: str,
        *,
        code: str = "other",
        file: Optional[str] = None,
        line: Optional[int] = None,
        advice: Optional[str] = None,
    ) -> None:
        self.code, self.file, self.line = code, file, line
        self.message, self.advice = message, advice
        place = "" if file is None else f"{file}: " if line is None else f"{file}:{line}: "
        super().__init__(f"{place}{message}" + (f" {advice}" if advice else ""))

    def __reduce__(self) -> Any:
        facts = dict(code=self.code, file=self.file, line=self.line, advice=self.advice)
        return _restored, (type(self), self.message, facts)


class UsageError(DselError, ValueError):
    """Options that are wrong, or that don't go together."""


class DselWarning(UserWarning):
    """A thing to check in the input or in the result."""


def _restored(kind: type[DselError], message: str, facts: Mapping[str, Any]) -> DselError:
    return kind(message, **facts)


def from_event(event: Mapping[str, Any]) -> DselError:
    """The exception for an `error` event."""
    kind = UsageError if event.get("code") == "usage" else DselError
    return kind(
        str(event.get("message", "dsel failed.")),
        code=str(event.get("code", "other")),
        file=event.get("file"),
        line=event.get("line"),
        advice=event.get("advice"),
    )
