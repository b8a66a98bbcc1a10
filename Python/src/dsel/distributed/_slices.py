"""Cuts a file of candidates into the parts of its shards.

Every shard needs its own candidates only. With a hundred thousand shards, it would take longer to
read all of them for each shard than to read the shards. The parts are members of gzip in one file,
so that a machine reads some bytes of it.

The format is that of Documentation/Weighing.md. Where a file has more than this code knows, such as
documents that limits left out, it isn't cut, and every shard gets all of it.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import IO, Any, Dict, Iterator, List, Optional, Sequence

_SHARD = re.compile(rb'\{"shard":(\d+),')
# What the whole file counts beside its candidates, and isn't there in a part.
_NOT_OF_PARTS = ("excluded", "near_duplicate_documents", "over_max_tokens", "under_min_weight")
_KNOWN_VERSION = 6
# Of those that were chosen, no more is needed than their places.
_KNOWN_CHOSEN_VERSION = 7


class Slices:
    """What became of the candidates of some parts.

    `candidates` has the number of candidates of each shard. `places` has start and length of each
    part; None for a part without candidates. Without `places`, the file isn't cut.
    """

    def __init__(self) -> None:
        self.candidates: List[int] = []
        self.places: Optional[List[Optional[List[int]]]] = None


def cut(
    lines: Iterator[bytes], parts: Sequence[int], output: IO[bytes], is_cut_if_empty: bool
) -> Slices:
    """Writes each part's candidates.

    Args:
        lines: those of a file of candidates, whose shards are in the order of the parts.
        parts: the number of shards of each part.
        is_cut_if_empty: parts without candidates are written, too.
    """
    found = Slices()
    header: Dict[str, Any] = json.loads(next(lines))
    if len(header["shards"]) != sum(parts):
        raise ValueError(f"there are {len(header['shards'])} shards instead of {sum(parts)}")
    found.candidates = [0] * sum(parts)
    # The candidates come first, and then what was left out.
    rest = int(header["candidates"])
    if not _is_known(header):
        for line in lines:
            if rest:
                found.candidates[_shard(line)] += 1
                rest -= 1
        return found
    places: List[Optional[List[int]]] = []
    line = next(lines, b"") if rest else b""
    first = 0
    for count in parts:
        own: List[bytes] = []
        while rest and (shard := _shard(line)) < first + count:
            if shard < first:
                raise ValueError("the candidates are not in the order of the shards")
            found.candidates[shard] += 1
            own.append(b'{"shard":%d,' % (shard - first) + line[line.index(b",") + 1 :])
            rest -= 1
            line = next(lines, b"") if rest else b""
        if own or is_cut_if_empty:
            own.insert(0, _header(header, first, count, len(own)))
            places.append(_written(own, output))
        else:
            places.append(None)
        first += count
    if rest:
        raise ValueError("the file of candidates is shorter than it says")
    found.places = places
    return found


def _is_known(header: Dict[str, Any]) -> bool:
    # The parts of a choice are only read from. Before it, numbers must agree.
    if header.get("chosen") is True:
        return bool(header["format_version"] <= _KNOWN_CHOSEN_VERSION)
    if header["format_version"] > _KNOWN_VERSION:
        return False
    return not any(name in header for name in _NOT_OF_PARTS)


def _header(header: Dict[str, Any], first: int, count: int, candidates: int) -> bytes:
    part = dict(header)
    for name, value in header.items():
        if name == "shards" or name.startswith("shard_"):
            part[name] = value[first : first + count]
        elif name in _NOT_OF_PARTS:
            part[name] = 0
    part["candidates"] = candidates
    if header.get("chosen") is True:
        # So many are wanted of this part, and no one misses the others. Tokens and bytes aren't
        # counted here, and nothing depends on them.
        if "unit" not in header:
            part["count"] = candidates
    else:
        part["documents"] = sum(shard["documents"] for shard in part["shards"])
        for name in [name for name in header if name.startswith("shard_eligible_")]:
            part[name[len("shard_") :]] = sum(part[name])
    return json.dumps(part, separators=(",", ":")).encode() + b"\n"


def _written(lines: List[bytes], output: IO[bytes]) -> List[int]:
    start = output.tell()
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    for line in lines:
        output.write(packer.compress(line))
    output.write(packer.flush())
    return [start, output.tell() - start]


def _shard(line: bytes) -> int:
    match = _SHARD.match(line)
    if match is None:
        raise ValueError("a line of candidates doesn't begin with its shard")
    return int(match.group(1))
