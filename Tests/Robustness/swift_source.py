"""Reads Swift files as far as the static checks need it: without comments and strings."""

from __future__ import annotations

import re
from pathlib import Path

from running import ROOT

# Where something begins that may not be code.
BEGINNING = re.compile(r'//|/\*|#*"""|#*"')
COMMENT_EDGE = re.compile(r"/\*|\*/")


def swift_files(folder: Path = ROOT / "Sources") -> list[Path]:
    """All Swift files of a directory but the generated ones."""
    return [path for path in sorted(folder.rglob("*.swift")) if "+Generated" not in path.name]


def code(text: str) -> str:
    """The text with blanks in place of comments and of what is in strings but interpolated code."""
    kept: list[str] = []
    place = 0
    while match := BEGINNING.search(text, place):
        start = match.start()
        kept.append(text[place:start])
        if match[0] == "//":
            end = text.find("\n", start)
            place = len(text) if end < 0 else end
            kept.append(blank(text[start:place]))
        elif match[0] == "/*":
            place = end_of_comment(text, match.end())
            kept.append(blank(text[start:place]))
        else:
            place = keep_interpolations(text, match, kept)
    kept.append(text[place:])
    return "".join(kept)


def blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def end_of_comment(text: str, place: int) -> int:
    """Where the comment ends that is open at a place. Swift's comments may be nested."""
    depth = 1
    while depth and (match := COMMENT_EDGE.search(text, place)):
        depth += 1 if match[0] == "/*" else -1
        place = match.end()
    return place if depth == 0 else len(text)


def keep_interpolations(text: str, opening: re.Match[str], kept: list[str]) -> int:
    """Adds a string with blanks in place of its content to `kept`; returns where it ends."""
    delimiter = opening[0].replace("#", "")
    hashes = "#" * (len(opening[0]) - len(delimiter))
    edge = re.compile(
        rf"{delimiter}{hashes}|\\{hashes}\(|\\{hashes}." + ("" if '"""' in delimiter else r"|\n"),
        re.S,
    )
    kept.append(opening[0])
    place = opening.end()
    while match := edge.search(text, place):
        kept.append(blank(text[place : match.start()]))
        if match[0] == f"\\{hashes}(":
            end = end_of_interpolation(text, match.end())
            kept.append(" " * len(match[0]) + code(text[match.end() : end - 1]) + " ")
            place = end
        elif match[0].startswith("\\"):
            kept.append(blank(match[0]))
            place = match.end()
        else:
            kept.append(match[0])
            return match.end()
    kept.append(blank(text[place:]))
    return len(text)


def end_of_interpolation(text: str, place: int) -> int:
    """The place after the parenthesis that closes the one open at a place, strings aside."""
    depth = 1
    while depth and place < len(text):
        if text[place] == '"':
            match = BEGINNING.match(text, place)
            assert match
            place = keep_interpolations(text, match, [])
            continue
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        place += 1
    return place
