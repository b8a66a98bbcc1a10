"""Holds Sources/Pipeline to its rooms: directories, of which each may only use those before it.

Members that a later room adds to an earlier type by an extension are not seen: the check knows
names of types and of functions in file scope.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from rooms import LOOSE, violations
from running import ROOT
from swift_source import code, swift_files

PIPELINE = ROOT / "Sources" / "Pipeline"
# From the first to the last. Loose files come before all of them.
ROOMS = [
    "Passes",
    "Records",
    "Outputs",
    "Resuming",
    "Fitting",
    "Mixing",
    "Excluding",
    "Modeling",
    "Drawing",
    "Copying",
    "Surveying",
    "Weighing",
    "Redrawing",
    "Merging",
    "Comparing",
    "Explaining",
    "Sizing",
    "Selecting",
    "Verifying",
    "Answering",
    "Showing",
]
MOST_LOOSE_FILES = 8
# The sum of all rooms' errors: every room throws it, and it holds what each room declares.
SUM_OF_ERRORS = "PipelineError.swift"


def test_no_room_uses_a_later_one() -> None:
    said = [line for line in violations(PIPELINE, ROOMS) if not line.startswith(SUM_OF_ERRORS)]
    assert not said, f"{len(said)} places go against the order of rooms:\n" + "\n".join(said)


def test_few_files_are_loose() -> None:
    loose = [path.name for path in swift_files(PIPELINE) if path.parent == PIPELINE]
    assert len(loose) <= MOST_LOOSE_FILES, f"{len(loose)} files are in no room: {', '.join(loose)}"


class Tree:
    """A made-up target with the rooms First and Second."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("First/One.swift", "struct One {}\nfunc first() {}\n")
        self.write(
            "Second/Two.swift",
            "package struct Two {\n  var one: One\n}\nfunc second() { first() }\n",
        )

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def violations(self) -> list[str]:
        return violations(self.folder, ["First", "Second"])


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "Target")


def test_a_later_room_may_use_an_earlier_one(tree: Tree) -> None:
    assert tree.violations() == []


USES = [
    pytest.param("let two: Two", "Two", id="type"),
    pytest.param("struct Other { let all: [String: Two?] }", "Two", id="member"),
    pytest.param("extension Two {}", "Two", id="extension"),
    pytest.param('let text = "two: \\(String(describing: Two()))"', "Two", id="interpolation"),
    pytest.param("func one() { second() }", "second", id="function"),
    pytest.param("let nested: One.Nested", "Nested", id="in-an-extension"),
]


@pytest.mark.parametrize(("line", "name"), USES)
def test_a_use_of_a_later_room_is_found(tree: Tree, line: str, name: str) -> None:
    tree.write("Second/One+Nested.swift", "extension One {\n  struct Nested {}\n}\n")
    tree.write("First/Use.swift", f"import Files\n\n{line}\n")
    (said,) = tree.violations()
    assert said.startswith(
        f"First/Use.swift:3: the room First may not use {name}, which the later room Second"
    )


NO_USES = [
    pytest.param("// As Two does.", id="comment"),
    pytest.param("/* As /* one */ Two does. */", id="nested-comment"),
    pytest.param('let text = "Two second()"', id="string"),
    pytest.param('let text = #"a " Two"#', id="raw-string"),
    pytest.param('let text = """\n  Two "\n  """', id="long-string"),
    pytest.param('let text = "\\" Two"', id="escaped-quote"),
    pytest.param("struct Other { struct Two {} }", id="a-name-of-its-own"),
    pytest.param("let three: TwoThree", id="longer-name"),
    pytest.param("let end = clock.second()", id="method"),
    pytest.param("let end = clock.second", id="property"),
    pytest.param("let hidden: Hidden", id="private"),
    pytest.param("let inner: Inner", id="within-a-type"),
    pytest.param("let common: One.Common", id="nested-and-not-unique"),
]


@pytest.mark.parametrize("line", NO_USES)
def test_what_is_no_use_is_let_be(tree: Tree, line: str) -> None:
    tree.write(
        "Second/Hidden.swift",
        "private struct Hidden {}\nextension One { fileprivate struct Inner {} }\n",
    )
    tree.write("Second/Inner.swift", "struct Outer {\n  struct Inner {}\n}\n")
    tree.write("Second/One+Common.swift", "extension One {\n  enum Common {}\n}\n")
    tree.write("First/Common.swift", "struct Three {\n  enum Common {}\n}\n")
    tree.write("First/Use.swift", f"{line}\n")
    assert tree.violations() == []


def test_a_loose_file_may_use_no_room(tree: Tree) -> None:
    tree.write("Loose.swift", "struct Loose { let one: One }\n")
    tree.write("First/Use.swift", "let loose: Loose\n")
    (said,) = tree.violations()
    assert said.startswith("Loose.swift:1: a loose file may not use One")
    assert LOOSE == "."


def test_rooms_and_their_order_must_match(tree: Tree) -> None:
    tree.write("Third/Three.swift", "struct Three {}\n")
    said = violations(tree.folder, ["First", "Second", "Fourth"])
    assert said == [
        "Third is a directory of Target, but not in the order of rooms",
        "Fourth is in the order of rooms, but no directory of Target",
    ]


def test_code_keeps_its_lines_and_columns() -> None:
    text = 'let a = "b\\(c + "d(" + e)f" // g\n/* h\n*/ let i = """\n  j "k" \\(l)\n  """\n'
    found = code(text)
    assert len(found) == len(text)
    assert found.split() == 'let a = " c + " " + e " let i = """ l """'.split()
    assert [len(line) for line in found.split("\n")] == [len(line) for line in text.split("\n")]
