"""Documents as JSON lines.

A document of a numbered source is sent with its number, as the first member of its line, under the
empty name, which no field has.
"""

from __future__ import annotations

import json
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Iterable, Iterator, List, Mapping

from ._errors import of_documents

_orjson: Any
try:
    import orjson
except ImportError:
    _orjson = None
else:
    _orjson = orjson

# Lines go to the program in blocks of so many bytes.
_BLOCK = 1 << 18
_SIMPLE = frozenset((str, int, bool, type(None)))
# Characters that are written in other ways than by a letter after a backslash.
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_encode_ascii = json.JSONEncoder(allow_nan=False).encode


def line_of(row: Mapping[str, Any]) -> bytes:
    if _SIMPLE.issuperset(map(type, row.values())):
        try:
            if _orjson is None:
                return _simple_line(row)
            # It would write other values in other ways than json: a number that is none, a date.
            line: bytes = _orjson.dumps(row, option=_orjson.OPT_APPEND_NEWLINE)
            return line
        except (TypeError, UnicodeEncodeError):
            pass  # Keys that are no strings, numbers of more than 64 bits, half a surrogate pair.
    # For ASCII, both encoders write the same, and one of them is faster.
    is_ascii = all(value.isascii() for value in row.values() if isinstance(value, str))
    try:
        return (_encode_ascii if is_ascii else _encode)(row).encode() + b"\n"
    except UnicodeEncodeError:
        # Half of a surrogate pair: the program says where it is.
        return _encode_ascii(row).encode() + b"\n"


def _simple_line(row: Mapping[str, Any]) -> bytes:
    """A document of texts, whole numbers and the like. This is twice as fast as the encoder of
    json, which looks at each character."""
    members: List[bytes] = []
    for key, value in row.items():
        if type(value) is str:
            written = _string(value)
        elif type(value) is int:
            written = b"%d" % value
        else:
            written = _WORDS[value]
        members.append(_name(key) + written)
    return b"{" + b",".join(members) + b"}\n"


_WORDS = {None: b"null", True: b"true", False: b"false"}


def _string(text: str) -> bytes:
    line = text.encode()
    if len(line.translate(None, _CONTROLS)) < len(line):
        return encode_basestring(text).encode()
    line = line.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    line = line.replace(b"\n", b"\\n").replace(b"\t", b"\\t").replace(b"\r", b"\\r")
    return b'"' + line + b'"'


@lru_cache(1024)
def _name(key: Any) -> bytes:
    if not isinstance(key, str):
        raise TypeError
    return _string(key) + b":"


def blocks_of(rows: Iterable[Mapping[str, Any]], *, are_numbered: bool) -> Iterator[bytes]:
    """The lines of documents, many at a time.

    Raises:
        TypeError: a value is nothing that JSON has, such as a date.
        ValueError: a number is none, or infinite, or a value contains itself.
    """
    held: List[bytes] = []
    size = 0
    for number, row in enumerate(rows):
        try:
            line = numbered_line(number, row) if are_numbered else line_of(row)
        except (TypeError, ValueError) as fault:
            raise _unsendable(fault, row, f"document {number + 1}") from fault
        held.append(line)
        size += len(line)
        if size >= _BLOCK:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def document_line(row: Mapping[str, Any], place: str) -> bytes:
    """A line.

    Args:
        place: the document's, for messages.

    Raises:
        TypeError, ValueError: as for blocks_of.
    """
    try:
        return line_of(row)
    except (TypeError, ValueError) as fault:
        raise _unsendable(fault, row, place) from fault


def _unsendable(fault: Exception, row: Mapping[str, Any], place: str) -> Exception:
    kind = ValueError if isinstance(fault, ValueError) else TypeError
    return of_documents(kind(f"{place}: {_reason(row)}"))


def _reason(row: Mapping[str, Any]) -> str:
    for key, value in row.items():
        try:
            line_of({key: value})
        except (TypeError, ValueError):
            shown = repr(value)
            shown = shown if len(shown) <= 60 else f"{shown[:57]}…"
            return (
                f"the field {key!r} can't be written as JSON: it is {shown}, "
                f"{type(value).__name__}. Convert it to a text, a number or None, or "
                "leave the field out of the documents."
            )
    return "it can't be written as JSON."


def numbered_line(number: int, row: Mapping[str, Any]) -> bytes:
    """A line whose first member is the number. Its name is empty, as no field's is."""
    if "" not in row:
        return line_of({"": number, **row})
    # The program takes the last of equal names, and number_of() the first.
    return b'{"":%d,%s' % (number, line_of(row)[1:])


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
