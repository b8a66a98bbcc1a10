"""Finds where the order of a Dictionary or a Set matters, which Swift changes from run to run.

It knows dictionaries and sets by their declarations, and looks for loops and sequence methods on
them. A place where the order makes no difference, since the result is sorted, or a sum of whole
numbers, or a set again, is listed in unordered.txt with the reason: file, line of code, reason,
with tabs between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import swift_source
from running import ROOT
from swift_source import swift_files

ALLOWED = Path(__file__).with_name("unordered.txt")

# A type that has a key, or Set<…>; [K: V] but neither [T] nor a slice such as a[1..<2].
UNORDERED_TYPE = r"(?:\[\s*[\w.\[\]?()]+\s*:\s*[^\]\s][^\n]*?\]|Set<|Dictionary<)"
DECLARATIONS = [
    re.compile(rf"\b(?:var|let)\s+(\w+)\s*:\s*{UNORDERED_TYPE}"),
    re.compile(rf"\b(?:var|let)\s+(\w+)\s*=\s*(?:{UNORDERED_TYPE}\s*\(|Set\(|Dictionary\(|\[:\])"),
    # Parameters and functions.
    re.compile(
        rf"[(,]\s*(?:\w+\s+)?(\w+)\s*:\s*(?:inout\s+|borrowing\s+|consuming\s+)?{UNORDERED_TYPE}"
    ),
    re.compile(rf"\bfunc\s+(\w+)\s*(?:<[^>]*>)?\([^)]*\)[^{{\n]*->\s*{UNORDERED_TYPE}"),
]
METHODS = (
    "map|compactMap|flatMap|filter|reduce|forEach|keys|values|first|min|max|joined|lazy|enumerated|prefix|dropFirst|"
    "randomElement|popFirst|allSatisfy|contains\\(where|count\\(where|sorted|elements|description|elementsEqual|makeIterator"
)
# Sorting makes an order, and the tests whether all or any element is something don't depend on one.
HARMLESS = re.compile(
    r"\.(sorted|contains|allSatisfy|count|isEmpty|mapValues|compactMapValues|keys\.(sorted|contains)|"
    r"values\.(allSatisfy|contains|sorted))\b"
)

# A line of a file: its number, the line without blanks around it, and its code.
Line = tuple[int, str, str]
# A file's path from the root, and a line of code.
Place = tuple[str, str]


def code_lines(text: str) -> Iterator[Line]:
    """The lines that have code."""
    lines = zip(text.split("\n"), swift_source.code(text).split("\n"))
    for number, (line, code) in enumerate(lines, 1):
        if code.strip():
            yield number, line.strip(), code


def unordered_names(lines: list[Line]) -> tuple[set[str], set[str]]:
    """The names of dictionaries and sets in a file: all, and those that other files may reach."""
    all_names, members = set(), set()
    for _, stripped, code in lines:
        names = {name for pattern in DECLARATIONS for name in pattern.findall(code)}
        all_names |= names
        if not re.match(r"(?:file)?private\b(?!\(set\))", stripped):
            members |= names
    return all_names, members


def goes_through(code: str, name: str) -> bool:
    """Whether a line of code does something in the order of what has this name."""
    dotted = rf"(?:\b|\.){name}(?:\([^()]*\))?\??"
    loop = re.search(rf"\bin\s+[\w.()?]*{dotted}\s*(?:\{{|where|$|\.)", code)
    call = re.search(rf"{dotted}\.(?:{METHODS})\b", code)
    array = re.search(rf"\b(?:Array|zip)\([\w.]*{dotted}[,)]", code)
    found = call or loop or array
    if not found:
        return False
    rest = code[found.start() :]
    after = re.search(rf"\b{name}\b", rest)
    assert after
    return not HARMLESS.match(rest[after.end() :].lstrip("?").removeprefix("()"))


def places(files: dict[str, str]) -> Iterator[tuple[Place, int]]:
    """The places in these texts that go through a dictionary or a set, and their line numbers."""
    lines = {path: list(code_lines(text)) for path, text in files.items()}
    names = {path: unordered_names(of_file) for path, of_file in lines.items()}
    members = set().union(*(reachable for _, reachable in names.values()))
    for path, of_file in lines.items():
        for number, stripped, code in of_file:
            used = (
                set(re.findall(r"\.(\w+)\b", code)) & members
                | set(re.findall(r"\b\w+\b", code)) & names[path][0]
            )
            if any(goes_through(code, name) for name in sorted(used)):
                yield (path, stripped), number


def allowed() -> dict[Place, str]:
    """The reasons in unordered.txt."""
    reasons = {}
    for line in ALLOWED.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            path, code, reason = (line.split("\t") + ["", ""])[:3]
            reasons[path, code] = reason
    return reasons


def found() -> dict[Place, int]:
    return dict(
        places(
            {
                path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
                for path in swift_files()
            }
        )
    )


def test_no_result_is_in_the_order_of_a_dictionary_or_set() -> None:
    reasons = allowed()
    new = [
        f"{path}:{number}\n{path}\t{code}\t"
        for (path, code), number in found().items()
        if (path, code) not in reasons
    ]
    assert not new, (
        f"sort these, or add their second lines to {ALLOWED.name} with a reason:\n" + "\n".join(new)
    )


def test_each_listed_place_is_there_and_has_a_reason() -> None:
    there = found()
    gone = [f"{path}: {code}" for path, code in allowed() if (path, code) not in there]
    assert not gone, f"these are listed in {ALLOWED.name} and are no more:\n" + "\n".join(gone)
    without = [f"{path}: {code}" for (path, code), reason in allowed().items() if not reason]
    assert not without, f"these are listed in {ALLOWED.name} without a reason:\n" + "\n".join(
        without
    )


def test_loops_and_sequence_methods_are_found() -> None:
    text = """
    var names: [String: Int]
    let seen: Set<Int> = []
    let list: [Int] = []
    for (name, count) in names { print(name, count) }
    let text = "all: \\(names.keys.joined())"  // names.map { $0 }
    let sorted = names.keys.sorted()
    let other = list.map { $0 } + list[1..<2]
    let first = seen.first
    if seen.contains(1) || names.isEmpty { return }
    """
    lines = [number for _, number in places({"a.swift": text})]
    assert lines == [5, 6, 9]
    assert [
        place[0]
        for place, _ in places({"a.swift": text, "b.swift": "let all = value.names.map { $0 }"})
    ][-1] == "b.swift"
