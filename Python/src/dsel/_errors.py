"""What goes wrong, as exceptions."""

from __future__ import annotations

import re
from typing import Any, List, Mapping, Optional, Sequence


class DselError(Exception):
    """A run of dsel that failed. The text is what dsel says: the place, the fault, and what to do.

    `code` is the kind of error, from the table in Documentation/Json.md. `file` and `line` are set
    if the fault is in a file or a line. For documents that came from Python, `file` is `pool`,
    `target` or another word for them, and `line` is the number of the document, from 1.

    `message` and `advice` are the program's own words, so they have its options. `keywords` are the
    same options as they are written here, and the text has them at its end.
    """

    code: str
    file: Optional[str]
    line: Optional[int]
    message: str
    advice: Optional[str]
    keywords: Sequence[str]

    def __init__(
        self,
        message: str,
        *,
        code: str = "other",
        file: Optional[str] = None,
        line: Optional[int] = None,
        advice: Optional[str] = None,
        keywords: Sequence[str] = (),
    ) -> None:
        self.code, self.file, self.line = code, file, line
        self.message, self.advice, self.keywords = message, advice, tuple(keywords)
        place = "" if file is None else f"{file}: " if line is None else f"{file}:{line}: "
        text = f"{place}{message}" + (f" {advice}" if advice else "")
        super().__init__(f"{text} (In Python: {', '.join(keywords)}.)" if keywords else text)

    def __reduce__(self) -> Any:
        names = ("code", "file", "line", "advice", "keywords")
        facts = {name: getattr(self, name) for name in names}
        return _restored, (type(self), self.message, facts)


class UsageError(DselError, ValueError):
    """Options that are wrong, or that don't go together."""


def of_documents(error: Exception) -> Exception:
    """The same error, which `named` will complete."""
    error.is_of_documents = True  # type: ignore[attr-defined]
    return error


def named(error: Exception, name: str) -> Exception:
    """An error of documents that says which: the pool, a target. Others stay as they are."""
    if not getattr(error, "is_of_documents", False):
        return error
    if isinstance(error, DselError):
        return type(error)(error.message, code=error.code, file=name, advice=error.advice)
    return type(error)(f"{name}: {error}")


class DselWarning(UserWarning):
    """A thing to check in the input or in the result."""


def _restored(kind: type[DselError], message: str, facts: Mapping[str, Any]) -> DselError:
    return kind(message, **facts)


def from_event(event: Mapping[str, Any], command: str) -> DselError:
    """The exception for an `error` event of a command."""
    kind = UsageError if event.get("code") == "usage" else DselError
    message = _without_pipes(str(event.get("message", "dsel failed.")))
    advice = event.get("advice") and _without_pipes(str(event["advice"]))
    return kind(
        message,
        code=str(event.get("code", "other")),
        file=event.get("file"),
        line=event.get("line"),
        advice=advice,
        keywords=_keywords(f"{message} {advice or ''}", command),
    )


def _without_pipes(text: str) -> str:
    # A document's own fields follow its number, which has an empty name: see _lines.py.
    text = text.replace("The line has: . ", "").replace("The line has: , ", "The line has: ")
    return re.sub(r"/dev/fd/\d+", "documents from memory", text)


def _keywords(text: str, command: str) -> List[str]:
    """The options of a command that a text names, as keyword arguments."""
    # It needs the types of this module.
    from ._options import OPTIONS

    known: Mapping[str, str] = {"text_field": "value", **OPTIONS.get(command, {})}
    found: List[str] = []
    for option, value in re.findall(r"--([a-z][a-z-]*)(?: (skip|keep|auto)\b)?", text):
        name = option.replace("-", "_")
        if name in known:
            given = "True" if known[name] == "flag" else f'"{value}"' if value else "…"
            found.append(f"{name}={given}")
    return list(dict.fromkeys(found))
