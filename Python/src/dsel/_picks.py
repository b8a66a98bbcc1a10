"""Files of picks: what `dsel select --picks` and `dsel resample --picks` write. They say where the
selected documents are: see Documentation/Output.md."""

from __future__ import annotations

import glob
import json
import os
import zlib
from array import array
from bisect import bisect_left, bisect_right
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    List,
    Optional,
    Sequence,
    Tuple,
)

from ._compressed import opened
from ._errors import DselError
from ._places import files_in, located

_loads: Callable[[bytes], Any] = json.loads
try:
    import orjson
except ImportError:
    pass
else:
    _loads = orjson.loads

# What a file begins with, by the first member of its header. Candidates of which some were chosen
# have the same lines, with more in the header.
_FORMATS = {"dsel-picks": 1, "dsel-candidates": 7}
# What is known of each pick.
_COLUMNS = ("file", "place", "size", "text_bytes", "text_hash", "tokens")
# What the program calls it.
STANDARD_INPUT = "standard input"
_ADVICE = "Name one that 'dsel select --picks' or 'dsel resample --picks' wrote"


class PoolFile:
    """A file of the pool, as the picks know it."""

    def __init__(
        self, path: str, size: int, rows: Optional[int], reader: Optional[str] = None
    ) -> None:
        self.path, self.size, self.rows = path, size, rows
        # The command that read it, whose output has the places; None if the program opened it.
        self.reader = reader
        # Where it is now; None if the file isn't wanted.
        self.place: Optional[str] = path


class Picks:
    """Places of documents, in the order in which they were selected.

    They take 48 bytes each.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.files: List[PoolFile] = []
        self.text_field = "text"
        # Whether they are the choice from the candidates of many machines, each of which has a part
        # of the pool.
        self.is_of_candidates = False
        self.has_rows = False
        self.file = array("l")
        # The number of a row, or the offset of a line.
        self.place = array("q")
        # The size of a line, without its line end; 0 for rows.
        self.size = array("q")
        self.text_bytes = array("q")
        self.text_hash = array("Q")
        self.tokens = array("q")
        self.annotations: List[Dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self.place)

    def is_in_pool_order(self) -> bool:
        files, places = self.file, self.place
        return all(
            (files[n - 1], places[n - 1]) <= (files[n], places[n]) for n in range(1, len(places))
        )

    def pool_order(self) -> Sequence[int]:
        """The picks' numbers, as the documents are in the pool."""
        if self.is_in_pool_order():
            return range(len(self))
        files, places = self.file, self.place
        return sorted(range(len(self)), key=lambda number: (files[number], places[number]))

    @classmethod
    def load(cls, path: str, may_be_mixed: bool = False) -> Picks:
        """Reads a file of picks.

        Args:
            may_be_mixed: rows and lines may be in it, of which those of one kind will be taken.

        Raises:
            DselError: it is no file of picks, or it isn't whole.
        """
        try:
            file = opened(path)
        except OSError as fault:
            code = "no_such_file" if isinstance(fault, FileNotFoundError) else "system"
            raise DselError(f"{fault.strerror}.", code=code, file=path) from fault
        with file:
            try:
                return cls.parse(file, path, may_be_mixed=may_be_mixed)
            except (EOFError, OSError, zlib.error) as fault:
                raise DselError(
                    f"it can't be read ({fault}).", code="unusable_picks", file=path
                ) from fault

    @classmethod
    def parse(
        cls,
        lines: Iterable[bytes],
        name: str,
        keeps_annotations: bool = False,
        may_be_mixed: bool = False,
    ) -> Picks:
        """Reads all lines, of which more may follow the picks: candidates that are excluded."""
        picks = cls(name)
        expected: Optional[int] = None
        numbers: Dict[str, int] = {}
        for line_number, line in enumerate(lines, 1):
            try:
                if expected is None:
                    expected = picks._read_header(line)
                    for number, file in enumerate(picks.files):
                        numbers.setdefault(file.path, number)
                elif len(picks) < expected:
                    picks._add(_loads(line), numbers, keeps_annotations)
            except (KeyError, TypeError, AttributeError, ValueError) as fault:
                if isinstance(fault, DselError):
                    raise
                raise picks._unusable(
                    f"line {line_number} is none of picks, so the file is damaged. Select again"
                ) from fault
        if expected is None:
            raise picks._unusable(f"it is empty. {_ADVICE}")
        if len(picks) < expected:
            raise picks._unusable(f"it has {len(picks)} of {expected} documents")
        if not may_be_mixed:
            picks.check_kinds()
        return picks

    def _read_header(self, line: bytes) -> int:
        """Returns the number of picks."""
        try:
            header = _loads(line)
        except ValueError:
            header = None
        kind = header.get("format") if isinstance(header, dict) else None
        if kind not in _FORMATS:
            raise self._unusable(f"it is no file of picks. {_ADVICE}")
        if header["format_version"] > _FORMATS[kind]:
            raise self._unusable("a newer dsel wrote it. Update this package")
        self.is_of_candidates = kind == "dsel-candidates"
        if self.is_of_candidates and header.get("chosen") is not True:
            # Draws by weight have no other mark.
            raise self._unusable(
                "its candidates weren't chosen yet. Choose with 'dsel resample --candidates "
                f"{self.name} --picks'"
            )
        # A text that is joined of parts can't be compared.
        self.text_field = header["text_field"]
        for shard in header["shards"]:
            self.files.append(
                PoolFile(shard["path"], shard["bytes"], shard.get("rows"), shard.get("reader"))
            )
        count: int = header["candidates" if self.is_of_candidates else "documents"]
        return count

    def _add(self, pick: Dict[str, Any], numbers: Dict[str, int], keeps_annotation: bool) -> None:
        number = pick.get("shard")
        self.file.append(numbers[pick["file"]] if number is None else number)
        row = pick.get("row")
        self.place.append(pick["offset"] if row is None else row)
        self.size.append(pick["bytes"] if row is None else 0)
        self.text_bytes.append(pick["text_bytes"])
        self.text_hash.append(int(pick["text_hash"], 16))
        self.tokens.append(pick.get("tokens", 0))
        if keeps_annotation:
            facts = (
                "file",
                "row",
                "offset",
                "bytes",
                "text_bytes",
                "text_hash",
                "tokens",
                "copies",
            )
            self.annotations.append({k: v for k, v in pick.items() if k not in facts})

    def is_mixed(self) -> bool:
        """Whether they are of rows and of lines."""
        return self._row_count() not in (0, len(self))

    def _row_count(self) -> int:
        return sum(1 for size in self.size if size == 0)

    def check_kinds(self) -> None:
        if self.is_mixed():
            raise self._unusable(
                "it has rows of Parquet files and lines of others. Take one kind after the other: "
                "name its files with --pool (pool=) and add --allow-missing (allow_missing=True). "
                "Or select with dsel.distributed, which writes files of both kinds",
                "mixed_kinds",
            )
        # Of a pool of both, all selected documents may be of one kind.
        kinds = (file.rows is not None for file in self.files if file.place is not None)
        self.has_rows = self._row_count() > 0 if len(self) else any(kinds)

    def _unusable(self, fault: str, code: str = "unusable_picks") -> DselError:
        return DselError(f"{fault}.", code=code, file=self.name)

    # The pool.

    def locate(self, pool: Sequence[str], allow_missing: bool = False) -> None:
        """Finds the pool's files under the paths that they have now.

        Args:
            pool: no paths if the files are where they were. Of a directory, files that the picks
                don't know are passed over.

        Raises:
            DselError: a file isn't there, or isn't one of the picks'.
        """
        if not pool:
            return
        if len(self.files) == len(pool) == 1 and is_of_pipe(self.files[0].path):
            # Its only input had no name.
            places: List[Optional[str]] = list(pool)
        else:
            inside = {path: files_in(path) for path in pool if os.path.isdir(path)}
            files = list(dict.fromkeys(file for path in pool for file in inside.get(path, [path])))
            places = located([file.path for file in self.files], files)
            found = frozenset(places)
            pool = [path for path in pool if found.isdisjoint(inside.get(path, [path]))]
        for path in pool:
            if path not in places:
                raise DselError(
                    self._unknown(path),
                    code="unknown_shard",
                    file=path,
                )
        wanted = frozenset(self.file)
        for number, (file, place) in enumerate(zip(self.files, places)):
            if place is None and number in wanted and not (self.is_of_candidates or allow_missing):
                raise DselError(
                    f"{self.name} has documents of this file, but it isn't in the pool that is "
                    "named. Name all files, or allow that some are missing.",
                    code="no_such_file",
                    file=file.path,
                )
            file.place = place
        kept = [n for n, number in enumerate(self.file) if self.files[number].place is not None]
        if len(kept) < len(self):
            for name in _COLUMNS:
                values = getattr(self, name)
                setattr(self, name, array(values.typecode, (values[n] for n in kept)))

    def _unknown(self, path: str) -> str:
        if os.path.isdir(path):
            return f"{self.name} knows no file in this directory. Name those that were weighed."
        if glob.has_magic(path) and not os.path.lexists(path):
            return (
                "a pattern isn't looked up here. Name the files that were weighed, as a shell does "
                "for dir/*."
            )
        has_pipe = any(is_of_pipe(file.path) for file in self.files)
        pipe = " A pipe can be named as a file only if it was the whole pool."
        said = f"{self.name} knows no such file. Name those that were weighed."
        return said + (pipe if has_pipe else "")

    def of_file(self, number: int, place: str) -> Picks:
        """Those of one file of the pool, in the order of the pool.

        Args:
            number: of the file, whose picks come one after another.
            place: where the file is now.
        """
        picks = Picks(self.name)
        file = self.files[number]
        picks.files = [PoolFile(file.path, file.size, file.rows, file.reader)]
        picks.files[0].place = place
        picks.text_field = self.text_field
        start, end = bisect_left(self.file, number), bisect_right(self.file, number)
        for name in _COLUMNS:
            setattr(picks, name, getattr(self, name)[start:end])
        picks.file = array("l", bytes(len(picks.file) * picks.file.itemsize))
        picks.check_kinds()
        return picks

    def check(self, number: int) -> Tuple[str, os.stat_result]:
        """The place of a file of the pool, which is that which was weighed.

        Raises:
            DselError: it has another size.
        """
        file = self.files[number]
        assert file.place is not None
        try:
            status = os.stat(file.place)
        except FileNotFoundError as fault:
            if file.reader is not None:
                raise read_by_command(file) from fault
            if is_of_pipe(file.path) and file.place == file.path:
                raise DselError(
                    "the documents came through a pipe, so they can't be read again. Name a file "
                    "with the same bytes with --pool.",
                    code="no_such_file",
                    file=file.path,
                ) from fault
            raise DselError(
                "there is no such file. If it was moved, name its new place with --pool.",
                code="no_such_file",
                file=file.place,
            ) from fault
        if status.st_size != file.size:
            raise changed(file.place) if file.reader is None else read_by_command(file)
        return file.place, status


def read_by_command(file: PoolFile) -> DselError:
    return DselError(
        f"the command '{file.reader}' read it, and take() opens files itself. It starts no command "
        "that a file names. Select again with --output instead of --picks.",
        code="read_by_command",
        file=file.path,
    )


def changed(path: str) -> DselError:
    return DselError(
        "the file isn't the one that was selected from. Select again, or restore it.",
        code="changed",
        file=path,
    )


def is_of_pipe(path: str) -> bool:
    """True for the name of a pipe, which is no file's path."""
    is_number = path.startswith(("/dev/fd/", "/proc/self/fd/"))
    return is_number or path in (STANDARD_INPUT, "/dev/stdin")
