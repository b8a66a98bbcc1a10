"""Holds all sources to rules that no compiler knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from running import ROOT
from swift_source import swift_files

MOST_LINES = 400
MOST_COLUMNS = 100
SOURCES = {".swift", ".c", ".h", ".cpp", ".py", ".sh"}
SKIPPED = {".venv", ".venv-report", ".venv-store", "__pycache__"}

# Owners of C resources and descriptors, and the measured hot loops. A new place belongs in this
# list only with a SAFETY comment and a naive twin in the tests.
MAY_BE_UNSAFE = re.compile(
    r"Compression/|Files/|Platform/"
    r"|Files/ContentHasher|Reading/(ContentHash|JSONLines/DocumentParser)\.swift"
    r"|Reading/JSON/JSONScanner(\+Values)?\.swift"
    r"|Parquet/PageDecompressor\.swift"
    r"|Writing/AtomicFile\.swift"
    r"|Featurizing/(CacheLines|Featurizer|GramCache|JoinedFeatureHasher|SHA256)\.swift"
    r"|Featurizing/(TokenCache|TokenHasher|TokenReader|Tokenizer(\+Tokens)?|UTF8Decoding|UTF8Encoding|UnicodeTables)\.swift"
    r"|Choosing/TargetProfile\.swift"
    r"|Weighting/(DocumentSample|FeatureCounter|LogRatioTable|Regression/FoldedCounts)\.swift"
    r"|Resampling/(PositionHash|SeededHash|TextHash)\.swift"
)


def source_files() -> Iterator[Path]:
    """The files that people write."""
    for name in ["Sources", "Tests", "scripts"]:
        for path in sorted((ROOT / name).rglob("*")):
            is_skipped = SKIPPED & set(path.parts) or "+Generated" in path.name
            if path.suffix in SOURCES and path.is_file() and not is_skipped:
                yield path


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_unsafe_code_stands_only_where_it_may() -> None:
    sources = ROOT / "Sources"
    found = [
        short(path)
        for path in sorted(sources.rglob("*.swift"))
        if re.search(r"\bunsafe\b", path.read_text(encoding="utf-8"))
        and not MAY_BE_UNSAFE.match(path.relative_to(sources).as_posix())
    ]
    assert found == [], "these files use unsafe code, and are not among those that may"


def test_every_directory_of_tests_is_a_target() -> None:
    targets = re.findall(
        r'\.testTarget\(\s*name:\s*"(\w+)"', (ROOT / "Package.swift").read_text(encoding="utf-8")
    )
    folders = [
        path.name
        for path in (ROOT / "Tests").iterdir()
        if path.is_dir() and path.name.endswith("Tests")
    ]
    assert sorted(set(folders) - set(targets)) == [], (
        "Package.swift has no test target for these: their tests never run"
    )


def test_no_file_is_long() -> None:
    counts = {short(path): path.read_bytes().count(b"\n") for path in source_files()}
    long = [f"{name} has {count} lines" for name, count in counts.items() if count > MOST_LINES]
    assert long == [], f"{MOST_LINES} lines are enough: split these by topic"


def test_no_comment_is_wide() -> None:
    wide = []
    for path in [path for name in ["Sources", "Tests"] for path in swift_files(ROOT / name)]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            # An address can't be wrapped.
            if len(line) > MOST_COLUMNS and re.search(r"(^\s*|\s)//", line) and "://" not in line:
                wide.append(f"{short(path)}:{number}: {len(line)} columns")
    assert not wide, f"{len(wide)} comments have more than {MOST_COLUMNS} columns:\n" + "\n".join(
        wide
    )
