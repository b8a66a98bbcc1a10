"""Finds what goes against the order of rooms.

Rooms are the directories of a Swift target. Each may only use those before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from swift_source import code, swift_files

# Files in no room. What they declare is for all, and they may use nothing of any room.
LOOSE = "."

TYPES = "struct|enum|class|actor|protocol|typealias"
MARK = re.compile(rf"[{{}}]|\b({TYPES}|func|extension)\s+(?!func\b|var\b|let\b)([A-Za-z_][\w.]*)")
IDENTIFIER = re.compile(r"(?<![\w`])`?([A-Za-z_]\w*)`?")


@dataclass(frozen=True)
class Declaration:
    """A name that a room declares for others."""

    name: str
    room: str
    file: str
    is_function: bool
    # In an extension of another type, such as Y in `extension X { struct Y {} }`.
    is_nested: bool


@dataclass(frozen=True)
class File:
    """A Swift file: its room, its code, and all names that are declared in it anywhere."""

    path: str
    room: str
    code: str
    own_names: frozenset[str]


def room_of(path: Path, pipeline: Path) -> str:
    parts = path.relative_to(pipeline).parts
    return parts[0] if len(parts) > 1 else LOOSE


def read(pipeline: Path) -> tuple[list[File], list[Declaration]]:
    """All files, and all that they declare for others."""
    files: list[File] = []
    declarations: list[Declaration] = []
    for path in swift_files(pipeline):
        text, room = code(path.read_text(encoding="utf-8")), room_of(path, pipeline)
        own = {match[2] for match in MARK.finditer(text) if match[1] and match[1] != "extension"}
        files.append(File(path.relative_to(pipeline).as_posix(), room, text, frozenset(own)))
        declarations += declared(text, room, files[-1].path)
    return files, declarations


def declared(text: str, room: str, file: str) -> Iterator[Declaration]:
    """The names that a file declares at its top level, and the types in its extensions."""
    # For each open brace, whether an extension opened it.
    open_braces: list[bool] = []
    in_extension = False
    for match in MARK.finditer(text):
        kind, name = match[1], match[2]
        if match[0] == "{":
            open_braces.append(in_extension)
            in_extension = False
        elif match[0] == "}":
            if open_braces:
                open_braces.pop()
        elif kind == "extension":
            in_extension = not open_braces
        else:
            in_extension = False
            is_nested = open_braces == [True]
            line_begin = text.rfind("\n", 0, match.start()) + 1
            is_private = re.search(r"\b(?:file)?private\b(?!\()", text[line_begin : match.start()])
            if not is_private and (not open_braces or (is_nested and kind != "func")):
                yield Declaration(name, room, file, kind == "func", is_nested)


def violations(pipeline: Path, order: Sequence[str]) -> list[str]:
    """A line for each use of what a later room declares, and for each room without a place."""
    files, declarations = read(pipeline)
    rooms = {file.room for file in files} - {LOOSE}
    said = [
        f"{room} is a directory of {pipeline.name}, but not in the order of rooms"
        for room in sorted(rooms - set(order))
    ]
    said += [
        f"{room} is in the order of rooms, but no directory of {pipeline.name}"
        for room in order
        if room not in rooms
    ]
    rank = {room: number for number, room in enumerate([LOOSE, *order])}
    times = Counter(name for file in files for name in file.own_names)
    later = {
        declaration.name: declaration
        for declaration in declarations
        if declaration.room in rank and not (declaration.is_nested and times[declaration.name] > 1)
    }
    for file in files:
        if file.room not in rank:
            continue
        for number, name in mentions(file, later):
            declaration = later[name]
            if rank[declaration.room] > rank[file.room]:
                where = "a loose file" if file.room == LOOSE else f"the room {file.room}"
                said.append(
                    f"{file.path}:{number}: {where} may not use {name}, "
                    f"which the later room {declaration.room} declares ({declaration.file})"
                )
    return said


def mentions(file: File, declarations: dict[str, Declaration]) -> Iterator[tuple[int, str]]:
    """The first mention of each declaration in a file, with its line.

    A name that the file itself declares is its own.
    """
    seen = set(file.own_names)
    for match in IDENTIFIER.finditer(file.code):
        name = match[1]
        if name in seen or name not in declarations:
            continue
        before, after = (
            file.code[: match.start()].rstrip(" "),
            file.code[match.end() : match.end() + 1],
        )
        # A method may be called as a function is, and a label of an argument named so.
        if declarations[name].is_function and (before.endswith(".") or after not in ("(", "<")):
            continue
        seen.add(name)
        yield file.code.count("\n", 0, match.start()) + 1, name
