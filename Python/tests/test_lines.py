"""Documents as JSON lines, with orjson and without."""

import json

import pytest
from conftest import CRAWL, WIKI  # noqa: F401 - puts the package on the path

from dsel import _lines

TEXTS = [
    *("", "a", '"', "\\", '\\"', "\n\r\t", "a\x00b", "\b\f", "\x7f", "\x1f", "\u2028", "ä€😀"),
    *("\ud800", "a\udc00 b", "\\n", '{"": 3}', "x" * 300_000),
]
ROWS = [
    *({"text": text} for text in TEXTS),
    *({text: 1} for text in TEXTS),
    {},
    {"a": True, "b": None, "c": False, "d": 0, "e": -(2**70), "f": 1.5, "g": [1, {"h": "i"}]},
    {1: "a number as a name", 2.5: "another", None: "nothing"},
    {"text": "one", "n": 1},
]


@pytest.fixture(params=["orjson", "json"])
def encoder(request, monkeypatch):
    if request.param == "json":
        monkeypatch.setattr(_lines, "_orjson", None)
    else:
        pytest.importorskip("orjson")


def test_a_line_has_what_the_document_has(encoder):
    for row in ROWS:
        # As json itself writes and reads it.
        expected = json.loads(json.dumps(row))
        assert json.loads(_lines.line_of(row)) == expected
        line = _lines.numbered_line(71, row)
        assert line.count(b"\n") == 1 and line.endswith(b"}\n")
        assert _lines.number_of(line) == 71
        if "" not in row:
            assert json.loads(line) == {"": 71, **expected}


def test_blocks_have_all_lines(encoder):
    for rows in [[], [{"text": "a"}], ROWS * 3]:
        plain = b"".join(map(_lines.line_of, rows))
        assert b"".join(_lines.blocks_of(rows, are_numbered=False)) == plain
        blocks = list(_lines.blocks_of(iter(rows), are_numbered=True))
        assert all(block.endswith(b"\n") for block in blocks[:-1])
        lines = b"".join(blocks).splitlines(keepends=True)
        if not any("" in row for row in rows):
            assert [_lines.number_of(line) for line in lines] == list(range(len(rows)))


@pytest.mark.parametrize("value", [float("nan"), object(), b"bytes", {"a": {1, 2}}])
def test_what_is_no_json_has_its_number(encoder, value):
    rows = [{"text": "a"}] * 4 + [{"text": "b", "other": value}]
    with pytest.raises((TypeError, ValueError), match="document 5: the field 'other' can't be"):
        list(_lines.blocks_of(rows, are_numbered=False))
