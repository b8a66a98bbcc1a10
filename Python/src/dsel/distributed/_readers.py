"""Which addresses are read by the commands of `reader`, and not by fsspec.

The program starts the commands where the task is. Nobody knows the sizes of such files before.
"""

from __future__ import annotations

import re
from typing import List, Sequence, Tuple

from . import _storage


def patterns(words: Sequence[str]) -> Tuple[str, ...]:
    """The patterns of the options --reader among the words of a command, as regular expressions."""
    flag = "--reader="
    return tuple(_expression(word[len(flag) :]) for word in words if word.startswith(flag))


def is_fed(path: str, readers: Sequence[str]) -> bool:
    """Whether this package reads a file for the program, through a pipe."""
    return _storage.is_remote(path) and not is_read(path, readers)


def is_read(path: str, readers: Sequence[str]) -> bool:
    """Whether a command reads this address."""
    return _storage.is_remote(path) and _storage.is_matched(path, readers)


def _expression(text: str) -> str:
    """The regular expression of GLOB=COMMAND, as Documentation/Readers.md has it."""
    found: List[str] = []
    place = 0
    while place < len(text) and text[place] != "=":
        sign = text[place]
        end = text.find("]", place + 2) if sign == "[" else -1
        if sign == "\\" and place + 1 < len(text):
            place += 1
            found.append(re.escape(text[place]))
        elif end > 0:
            inner = text[place + 1 : end].replace("\\", "\\\\").replace("^", "\\^")
            found.append(f"[{'^' + inner[1:] if inner.startswith('!') else inner}]")
            place = end
        else:
            found.append({"*": ".*", "?": "."}.get(sign) or re.escape(sign))
        place += 1
    return "".join(found) + r"\Z"
