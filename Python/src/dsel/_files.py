"""What the program keeps in files: models, weights and candidates."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import tempfile
import weakref
from array import array
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Type, TypeVar, Union

from ._errors import DselError
from ._process import Progress, Run, Word, chunks_of
from ._selection import as_numpy
from ._whole import write_whole

Path = Union[str, "os.PathLike[str]"]
Self = TypeVar("Self", bound="StoredFile")


# What to do about parts that can't be added up.
ADVICE = {
    "repeated_input": "Leave one of them out, or count the documents twice by "
    "merge([…], allow_repeats=True).",
    "repeated_shard": "Leave one of the two out. Parts of a pool in memory need names of their "
    "own: weigh(…, name='a'). If both have the same content and belong to the pool, draw with "
    "allow_missing=True.",
}


class StoredFile:
    """A file of dsel. One that was made here is temporary, and lasts as long as the object."""

    def __init__(
        self,
        path: Path,
        report: Optional[Dict[str, Any]] = None,
        directory: Optional[str] = None,
    ) -> None:
        """Opens nothing: the program finds out whether the file can be used.

        Args:
            directory: it is removed with this object.
        """
        self.path = os.fspath(path)
        self._report = report
        self._is_temporary = directory is not None
        if directory is not None:
            weakref.finalize(self, shutil.rmtree, directory, ignore_errors=True)

    def __repr__(self) -> str:
        return f"dsel.{type(self).__name__}({self.path!r})"

    def __reduce__(self) -> Any:
        """A temporary file travels with its bytes, and one that has a name of its own by this."""
        if not self._is_temporary:
            return type(self), (self.path, self._report)
        with open(self.path, "rb") as file:
            return _received, (type(self), file.read(), self._report)

    @classmethod
    def load(cls: Type[Self], path: Path) -> Self:
        """The file that `save` or the program wrote."""
        path = os.fspath(path)
        # A missing file is reported here, and not only when it is used.
        open(path, "rb").close()
        return cls(path)

    def save(self, path: Path) -> None:
        """Copies the file, and replaces one of that name.

        The name of the copy should end as that of the original.
        """
        with open(self.path, "rb") as file:
            write_whole(path, chunks_of(file))

    def __fspath__(self) -> str:
        return self.path

    @property
    def report(self) -> Optional[Dict[str, Any]]:
        """What the run said that made the file; None if it was loaded."""
        return self._report

    @classmethod
    def made(
        cls: Type[Self],
        words: Sequence[Word],
        progress: Optional[Progress] = None,
        flag: str = "--output",
        advice: Optional[Mapping[str, str]] = None,
    ) -> Self:
        """The file that a command writes.

        Args:
            words: the command, without the option that names the file.
            flag: that option.
            advice: as for Run.
        """
        directory = tempfile.mkdtemp(prefix="dsel-")
        path = os.path.join(directory, cls.__name__.lower())
        try:
            words = [*words, f"{flag}={path}"]
            run = Run(words, progress, report_on_output=True, advice=advice).finish()
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        return cls(path, run.report, directory)

    def _plus(self: Self, other: object) -> Self:
        if not isinstance(other, type(self)):
            return NotImplemented  # type: ignore[no-any-return]
        return type(self).made(["merge", self.path, other.path], advice=ADVICE)

    def __radd__(self: Self, other: object) -> Self:
        """For sum(), which begins with 0."""
        return self if other == 0 else NotImplemented


class Model(StoredFile):
    """Counts of n-grams, and a sample of the documents. `a + b` is the model of both."""

    def __add__(self, other: Model) -> Model:
        return self._plus(other)

    @property
    def content(self) -> Dict[str, Any]:
        """The whole file, as Documentation/Models.md describes it."""
        with open(self.path, "rb") as file:
            start = file.read(4)
        if start == b"\x28\xb5\x2f\xfd":
            # The program decompresses it: Python can't before version 3.14.
            return self._merged()
        try:
            content = _json(self.path)
        except (ValueError, OSError, EOFError):
            content = {}
        # The program says what is wrong with a file that is no model.
        return content if "counts" in content else self._merged()

    def _merged(self) -> Dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="dsel-") as name:
            plain = os.path.join(name, "model")
            Run(["merge", self.path, f"--output={plain}"], report_on_output=True).finish()
            return _json(plain)

    @property
    def counts(self) -> Any:
        """The count of each bucket: a numpy array, or an array of the standard library."""
        return as_numpy(array("q", self.content["counts"]))


class Candidates(StoredFile):
    """The documents that a draw from the whole pool may need. `a + b` are those of both parts."""

    def __add__(self, other: Candidates) -> Candidates:
        return self._plus(other)


class Weights(StoredFile):
    """The log weight of each document, in pool order.

    Columns are numpy arrays, or arrays of the standard library without numpy. They are read when
    they are first asked for.
    """

    _columns: Optional[Dict[str, Any]] = None

    def __len__(self) -> int:
        return len(self._column("tokens"))

    @property
    def log_weight(self) -> Any:
        """The log weights. With several targets, a dictionary with those for each."""
        return self._column("log_weight")

    @property
    def log_odds(self) -> Any:
        """The regression's part, as `log_weight`; None with estimators that have none."""
        return self._column("log_odds")

    @property
    def tokens(self) -> Any:
        return self._column("tokens")

    @property
    def features(self) -> Any:
        """The numbers of n-grams."""
        return self._column("features")

    @property
    def text_bytes(self) -> Any:
        return self._column("text_bytes")

    @property
    def text_hash(self) -> Any:
        """XXH3-64 of the texts, as unsigned numbers."""
        return self._column("text_hash")

    def rows(self) -> Iterator[Dict[str, Any]]:
        """The lines of the file, one after another."""
        opened = gzip.open if self.path.endswith((".gz", ".gzip")) else open
        with opened(self.path, "rb") as file:
            for line in file:
                yield json.loads(line)

    def _column(self, name: str) -> Any:
        if self._columns is None:
            try:
                self._columns = self._read()
            except (ValueError, KeyError, TypeError, AttributeError, EOFError) as fault:
                raise DselError(
                    "these are no weights, or not whole.",
                    code="unusable_weights",
                    file=self.path,
                    advice="Use a file that 'dsel weigh' wrote, plain or in gzip.",
                ) from fault
        return self._columns[name]

    def _read(self) -> Dict[str, Any]:
        whole = {name: array("q") for name in ("tokens", "features", "text_bytes")}
        hashes = array("Q")
        numbers: Dict[str, Dict[Optional[str], array[float]]] = {"log_weight": {}, "log_odds": {}}
        for row in self.rows():
            for name, column in whole.items():
                column.append(row[name])
            hashes.append(int(row["text_hash"], 16))
            for name, columns in numbers.items():
                values = row.get(name)
                if values is None:
                    continue
                for target, value in (
                    values.items() if isinstance(values, dict) else [(None, values)]
                ):
                    columns.setdefault(target, array("d")).append(value)
        result: Dict[str, Any] = {name: as_numpy(column) for name, column in whole.items()}
        result["text_hash"] = as_numpy(hashes)
        for name, parts in numbers.items():
            arrays = {target: as_numpy(part) for target, part in parts.items()}
            result[name] = arrays.get(None, arrays or None)
        return result


def _json(path: str) -> Dict[str, Any]:
    opened = gzip.open if path.endswith((".gz", ".gzip")) else open
    with opened(path, "rb") as file:
        content: Dict[str, Any] = json.loads(file.read())
    return content


def _received(kind: Type[Self], content: bytes, report: Optional[Dict[str, Any]]) -> Self:
    directory = tempfile.mkdtemp(prefix="dsel-")
    path = os.path.join(directory, kind.__name__.lower())
    with open(path, "wb") as file:
        file.write(content)
    return kind(path, report, directory)


def names_of(files: Any) -> List[str]:
    return [os.fspath(file) for file in (files if isinstance(files, (list, tuple)) else [files])]
