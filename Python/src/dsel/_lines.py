"""Documents as JSON lines.

A document of a numbered source is sent with its number, as the first member of its line, under the
empty name, which no field has.
"""

from __future__ import annotations

import json
from typing import Any, Mapping, Optional

_orjson: Any
try:
    import orjson
except ImportError:
    _orjson = None
else:
    _orjson = orjson

_SIMPLE = frozenset((str, int, bool, type(None)))
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_encode_ascii = json.JSONEncoder(allow_nan=False).encode


def line_of(row: Mapping[str, Any]) -> bytes:
    values = row.values()
    if _orjson is not None and all(type(value) in _SIMPLE for value in values):
        # orjson is ten times as fast. It would write other values in other ways than json: a
        # number that is none, a date.
        try:
            line: bytes = _orjson.dumps(row, option=_orjson.OPT_APPEND_NEWLINE)
            return line
        except TypeError:
            pass  # Keys that are no strings, numbers of more than 64 bits, half a surrogate pair.
    # For ASCII, both encoders write the same, and one of them is faster.
    is_ascii = all(value.isascii() for value in values if isinstance(value, str))
    try:
        return (_encode_ascii if is_ascii else _encode)(row).encode() + b"\n"
    except UnicodeEncodeError:
        # Half of a surrogate pair: the program says where it is.
        return _encode_ascii(row).encode() + b"\n"


def document_line(row: Mapping[str, Any], place: str, number: Optional[int] = None) -> bytes:
    """A line, with a number or without.

    Args:
        place: the document's, for messages.

    Raises:
        TypeError: a value is nothing that JSON has, such as a date.
        ValueError: a number is none, or infinite, or a value contains itself.
    """
    try:
        return line_of(row) if number is None else numbered_line(number, row)
    except (TypeError, ValueError) as fault:
        kind = ValueError if isinstance(fault, ValueError) else TypeError
        raise kind(f"{place}: {_unsendable(row)}") from fault


def _unsendable(row: Mapping[str, Any]) -> str:
    for key, value in row.items():
        try:
            line_of({key: value})
        except (TypeError, ValueError):
            shown = repr(value)
            shown = shown if len(shown) <= 60 else f"{shown[:57]}…"
            return (
                f"the field {key!r} can't be written as JSON: it is {shown}, "
                f"{type(value).__name__}. Convert it to a text, a number or None."
            )
    return "it can't be written as JSON."


def numbered_line(number: int, row: Mapping[str, Any]) -> bytes:
    """A line whose first member is the number. Its name is empty, as no field's is."""
    members = line_of(row)[1:]
    return b'{"":%d%s%s' % (number, b"" if members == b"}\n" else b",", members)


def number_of(line: bytes) -> int:
    """The number in a line of a numbered source."""
    # It is always the first member: see numbered_line().
    return int(line[4 : _end_of_number(line)])


def annotation_of(line: bytes) -> Any:
    """What --annotate added to a line."""
    return json.loads(line).get("dsel")


def _end_of_number(line: bytes) -> int:
    comma, brace = line.find(b","), line.find(b"}")
    return brace if comma < 0 else min(comma, brace) if brace >= 0 else comma
