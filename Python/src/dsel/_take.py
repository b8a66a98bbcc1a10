"""Takes the documents that picks name, in the form that they have in the pool."""

from __future__ import annotations

import itertools
import json
import os
import re
import tempfile
from contextlib import ExitStack
from typing import IO, Any, Dict, Iterator, List, Sequence, Tuple, Union

from ._compressed import created, opened
from ._errors import DselError, UsageError
from ._files import Candidates
from ._picks import Picks, changed
from ._rows import PickedRows, text_hash, write_rows
from ._whole import whole

Path = Union[str, "os.PathLike[str]"]

# Lines in another order than that of the pool are sorted in parts of this many bytes.
_PART = 64 << 20
_MOST_PARTS = 256
_LINE_NAMES = (".jsonl", ".ndjson", ".json")
_COMPRESSED = (".gz", ".gzip", ".zst", ".zstd")
_SIMPLE = re.compile(r"[\w\- ]+")


def take(
    picks: Union[Path, Candidates],
    out: Path,
    *,
    pool: Union[Path, Sequence[Path], None] = None,
    allow_missing: bool = False,
    force: bool = False,
) -> int:
    """Writes the documents that a file of picks names, in its order.

    From Parquet files, these are whole rows: values, types, schema and metadata are those of the
    pool. From JSON lines, they are the lines. The file appears when it is whole.

    Args:
        picks: what `dsel select --picks` or `dsel resample --picks` wrote, or `pick()` returned.
        out: a name that ends in .parquet, or in .jsonl, perhaps with .gz or .zst after it.
        pool: the files of the pool, if they aren't where they were. From the picks of candidates,
            they may be a part of the pool: the documents of other files aren't taken.
        allow_missing: take the documents of the files that are named, though there are others.
        force: replace an existing file.

    Returns:
        the number of documents.

    Raises:
        DselError: a file of the pool isn't the one that was selected from, for example.
        ImportError: Parquet files are taken by pyarrow.
    """
    out = os.fspath(out)
    if os.path.lexists(out) and not force:
        raise DselError(
            "the file exists. Replace it with --force (force=True), or name another.",
            code="output_exists",
            file=out,
        )
    found = Picks.load(os.fspath(picks), may_be_mixed=True)
    paths = [pool] if isinstance(pool, (str, os.PathLike)) else list(pool or ())
    # Of a pool of both kinds, the files that are named may be of one.
    is_mixed = found.is_mixed()
    if not is_mixed:
        found.check_kinds()
    found.locate([os.fspath(path) for path in paths], allow_missing)
    if is_mixed:
        found.check_kinds()
    return save(found, out)


def save(picks: Picks, out: str) -> int:
    """Writes the documents to a file, which appears when it is whole."""
    for file in picks.files:
        if file.place is not None and os.path.exists(out) and _is_same_file(file.place, out):
            raise DselError("the output is also an input.", code="output_is_input", file=out)
    stem = out.lower()
    if picks.has_rows:
        if not stem.endswith(".parquet"):
            raise UsageError(
                "the picks are rows of Parquet files. Use a name that ends in .parquet.",
                code="usage",
                file=out,
            )
        rows = PickedRows(picks)
        with whole(out) as path:
            return write_rows(path, rows)
    stem = os.path.splitext(stem)[0] if stem.endswith(_COMPRESSED) else stem
    if not stem.endswith(_LINE_NAMES):
        raise UsageError(
            "the picks are lines. Use a name that ends in .jsonl, .jsonl.zst or .jsonl.gz.",
            code="usage",
            file=out,
        )
    with whole(out) as path:
        count = 0
        with created(path, out) as output:
            for line in PickedLines(picks):
                output.write(line)
                count += 1
        return count


def _is_same_file(one: str, other: str) -> bool:
    return os.path.exists(one) and os.path.samefile(one, other)


class PickedLines:
    """The lines that picks name, each with a line feed."""

    def __init__(self, picks: Picks) -> None:
        self._picks = picks
        self._hash = text_hash()
        # A text that is joined of parts isn't compared.
        self._is_simple = _SIMPLE.fullmatch(picks.text_field) is not None

    def __iter__(self) -> Iterator[bytes]:
        order = self._picks.pool_order()
        if isinstance(order, range):
            return (line for _, line in self._in_pool_order(order))
        return self._rearranged(order)

    def _in_pool_order(self, order: Sequence[int]) -> Iterator[Tuple[int, bytes]]:
        for number, group in itertools.groupby(order, self._picks.file.__getitem__):
            path, status = self._picks.check(number)
            with opened(path) as file:
                position, last = 0, b""
                for pick in group:
                    place, size = self._picks.place[pick], self._picks.size[pick]
                    if place < position:
                        # The same document again, as in another epoch.
                        yield pick, last
                        continue
                    _skip(file, place - position)
                    line = file.read(size)
                    self._check(line, pick, path)
                    position, last = place + size, line + b"\n"
                    yield pick, last
            now = os.stat(path)
            if (now.st_size, now.st_mtime_ns) != (status.st_size, status.st_mtime_ns):
                raise changed(path)

    def _check(self, line: bytes, pick: int, path: str) -> None:
        if not self._is_simple:
            if len(line) != self._picks.size[pick]:
                raise changed(path)
            return
        try:
            text = json.loads(line, object_pairs_hook=_first)[self._picks.text_field]
        except (ValueError, KeyError, TypeError):
            raise changed(path) from None
        if not isinstance(text, str):
            raise changed(path)
        # Half a surrogate pair counts as U+FFFD, which has three bytes, too.
        content = text.encode("utf-8", "surrogatepass")
        if len(content) != self._picks.text_bytes[pick]:
            raise changed(path)
        if self._hash is not None and self._hash(content) != self._picks.text_hash[pick]:
            raise changed(path)

    def _rearranged(self, order: Sequence[int]) -> Iterator[bytes]:
        """Lines that are selected in another order than that of the pool.

        They are written to parts, by their places in the selection, and each part is sorted.
        """
        sizes = self._picks.size
        largest = max(_PART, (sum(sizes) + len(sizes)) // _MOST_PARTS)
        parts: List[int] = []
        part, held = 0, 0
        for size in sizes:
            held += size + 1
            if held > largest:
                part, held = part + 1, size + 1
            parts.append(part)
        with ExitStack() as stack:
            files: List[IO[bytes]] = [
                stack.enter_context(tempfile.TemporaryFile(prefix="dsel-")) for _ in range(part + 1)
            ]
            picks: List[List[int]] = [[] for _ in files]
            for pick, line in self._in_pool_order(order):
                files[parts[pick]].write(line)
                picks[parts[pick]].append(pick)
            for file, numbers in zip(files, picks):
                file.seek(0)
                lines = {pick: file.read(sizes[pick] + 1) for pick in numbers}
                for pick in sorted(lines):
                    yield lines[pick]


def _first(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    """An object of JSON, of which the first of equal keys counts."""
    return dict(reversed(pairs))


def _skip(file: IO[bytes], count: int) -> None:
    if file.seekable():
        file.seek(count, os.SEEK_CUR)
        return
    while count > 0:
        block = file.read(min(count, 1 << 20))
        if not block:
            return
        count -= len(block)
