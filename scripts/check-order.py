#!/usr/bin/env python3
"""Fails where something is done in the order of a Dictionary or a Set, which Swift changes from run to run.

    scripts/check-order.py [--list]

It knows dictionaries and sets by their declarations, and looks for loops and sequence methods on them. A place where the order
makes no difference, since the result is sorted, or a sum of whole numbers, or a set again, is listed in
scripts/unordered.txt with the reason: file, line of code, reason, with tabs between. --list prints all places in that form.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ALLOWED = ROOT / "scripts" / "unordered.txt"

# A type that has a key, or Set<…>; [K: V] but neither [T] nor a slice such as a[1..<2].
UNORDERED_TYPE = r"(?:\[\s*[\w.\[\]?()]+\s*:\s*[^\]\s][^\n]*?\]|Set<|Dictionary<)"
DECLARATIONS = [
    re.compile(rf"\b(?:var|let)\s+(\w+)\s*:\s*{UNORDERED_TYPE}"),
    re.compile(rf"\b(?:var|let)\s+(\w+)\s*=\s*(?:{UNORDERED_TYPE}\s*\(|Set\(|Dictionary\(|\[:\])"),
    # Parameters and functions.
    re.compile(rf"[(,]\s*(?:\w+\s+)?(\w+)\s*:\s*(?:inout\s+|borrowing\s+|consuming\s+)?{UNORDERED_TYPE}"),
    re.compile(rf"\bfunc\s+(\w+)\s*(?:<[^>]*>)?\([^)]*\)[^{{\n]*->\s*{UNORDERED_TYPE}"),
]
METHODS = (
    "map|compactMap|flatMap|filter|reduce|forEach|keys|values|first|min|max|joined|lazy|enumerated|prefix|dropFirst|"
    "randomElement|popFirst|allSatisfy|contains\\(where|count\\(where|sorted|elements|description|elementsEqual|makeIterator"
)
# Sorting makes an order, and the tests whether all or any element is something don't depend on one.
HARMLESS = re.compile(
    r"\.(sorted|contains|allSatisfy|count|isEmpty|mapValues|compactMapValues|keys\.(sorted|contains)|values\.(allSatisfy|contains|sorted))\b"
)


def code_lines(path):
    """The lines of a file, without comments and the content of strings."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("//"):
            continue
        # What is interpolated into a string is code.
        parts = re.split(r'("(?:[^"\\]|\\.)*")', line)
        text = "".join(
            " ".join(re.findall(r"\\\(([^()]*)\)", part)) if part.startswith('"') else part
            for part in parts
        )
        yield number, stripped, re.sub(r"\s//.*", "", text)


def places():
    sources = [
        path for path in sorted((ROOT / "Sources").rglob("*.swift")) if "+Generated" not in path.name
    ]
    lines = {path: list(code_lines(path)) for path in sources}
    local, members = {}, set()
    for path in sources:
        local[path] = set()
        for _, stripped, text in lines[path]:
            for pattern in DECLARATIONS:
                for name in pattern.findall(text):
                    local[path].add(name)
                    # What other files may reach through a value.
                    if not re.match(r"(?:file)?private\b(?!\(set\))", stripped):
                        members.add(name)
    for path in sources:
        for number, stripped, text in lines[path]:
            used = set(re.findall(r"\.(\w+)\b", text)) & members | set(re.findall(r"\b\w+\b", text)) & local[path]
            for name in sorted(used):
                dotted = rf"(?:\b|\.){name}(?:\([^()]*\))?\??"
                loop = re.search(rf"\bin\s+[\w.()?]*{dotted}\s*(?:\{{|where|$|\.)", text)
                call = re.search(rf"{dotted}\.(?:{METHODS})\b", text)
                array = re.search(rf"\b(?:Array|zip)\([\w.]*{dotted}[,)]", text)
                if not (loop or call or array):
                    continue
                rest = text[(call or loop or array).start():]
                if HARMLESS.match(rest[re.search(rf"\b{name}\b", rest).end():].lstrip("?").removeprefix("()")):
                    continue
                yield path.relative_to(ROOT).as_posix(), number, stripped
                break


def main():
    found = list(places())
    if sys.argv[1:] == ["--list"]:
        for path, _, line in found:
            print(f"{path}\t{line}\t")
        return 0
    allowed = {}
    for number, line in enumerate(ALLOWED.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        path, code, reason = (line.split("\t") + ["", ""])[:3]
        if not reason:
            print(f"{ALLOWED.name}:{number}: no reason is given.", file=sys.stderr)
            return 1
        allowed[path, code] = number
    known = {(path, code) for path, _, code in found}
    for path, number, code in found:
        if (path, code) not in allowed:
            print(f"{path}:{number}: goes through a Dictionary or a Set: {code}", file=sys.stderr)
    for place, number in allowed.items():
        if place not in known:
            print(f"{ALLOWED.name}:{number}: this place is no more.", file=sys.stderr)
    wrong = sum(place not in allowed for place in known) + sum(place not in known for place in allowed)
    if wrong:
        print(
            "check-order.py: sort it, or list it in scripts/unordered.txt with the reason why its order can't reach a result.",
            file=sys.stderr,
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
