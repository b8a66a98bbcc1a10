"""The documents that were selected."""

from __future__ import annotations

import os
from array import array
from contextlib import closing
from itertools import count
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Generator,
    Iterable,
    Iterator,
    List,
    Optional,
    Sequence,
)

from ._errors import UsageError
from ._kinds import Source
from ._lines import annotation_of, document_line, number_of
from ._process import Run
from ._whole import whole, write_whole

if TYPE_CHECKING:
    from types import ModuleType

    from ._picks import Picks


class Selection:
    """The selected documents, in the order in which dsel writes them: that of the pool, unless they
    are shuffled.

    Nothing runs until something is asked for. `rows()` then gives documents while the run goes on.
    """

    def __init__(
        self,
        start: Callable[[], Run],
        pool: Source,
        *,
        output: Optional[str] = None,
        is_annotated: bool = False,
    ) -> None:
        """Made by `select` and `resample`.

        Args:
            start: makes a run, which may be called again if the pool can be read again.
            output: where the program writes the selection, if not to here.
        """
        self._start, self._pool = start, pool
        self._output, self._is_annotated = output, is_annotated
        self._run: Optional[Run] = None
        self._is_begun = False
        self._numbers: Optional[array[int]] = None
        self._annotations: List[Any] = []
        self._lines: Optional[List[bytes]] = None
        self._picks: Optional[Picks] = None

    def __repr__(self) -> str:
        known = self._known()
        state = "not read yet" if known is None else f"{known:,} documents"
        if self._output is not None:
            state = f"written to {self._output}"
        return f"<dsel.Selection: {state}>"

    def __len__(self) -> int:
        """The number of documents, once it is known.

        Raises:
            TypeError: nothing has been read yet. A length doesn't start a run.
        """
        known = self._known()
        if known is None:
            raise TypeError("the selection has no length yet. Call keep() first.")
        return known

    def __bool__(self) -> bool:
        return self._known() != 0

    def _known(self) -> Optional[int]:
        """The number of documents; None before they are known."""
        for kept in (self._numbers, self._lines, self._picks):
            if kept is not None:
                return len(kept)
        report = self._run.report if self._run is not None else None
        count = ((report or {}).get("selected") or {}).get("documents")
        return count if isinstance(count, int) else None

    def _repr_html_(self) -> str:
        """What a notebook shows. It starts no run."""
        from ._html import summary

        return summary(repr(self), self._run.report if self._run is not None else None)

    # What was selected.

    def rows(self) -> Generator[Any, None, None]:
        """The selected documents, one after another.

        They are mappings, or texts if the pool was an iterable of texts. If the generator is closed
        early, the run ends.
        """
        if self._pool.is_numbered:
            yield from self._pool.rows(self._selected())
        elif self._pool.is_picked:
            for table in self._tables():
                yield from table.to_pylist()
        else:
            with closing(self.lines()) as lines:
                for line in lines:
                    yield self._pool.parsed(line)

    __iter__ = rows

    def lines(self) -> Generator[bytes, None, None]:
        """The selected lines, as they are in the pool's files, with their line ends.

        Raises:
            TypeError: the pool is a list, a table or a data set, which has no lines.
        """
        if self._pool.is_numbered:
            raise TypeError("a pool in memory has no lines. Use rows(), take() or indices.")
        if self._pool.is_picked:
            raise TypeError("Parquet files have no lines. Use rows(), take() or to_parquet().")
        return self._stream()

    @property
    def indices(self) -> Sequence[int]:
        """The numbers of the selected documents in the pool, from 0: a numpy array, or an array of
        the standard library without numpy.

        Raises:
            TypeError: the pool is files or an iterable, whose documents have no numbers.
        """
        if not self._pool.is_numbered:
            raise TypeError("documents of files and iterables have no numbers. Use rows().")
        numbers: Sequence[int] = as_numpy(self._selected())
        return numbers

    @property
    def annotations(self) -> List[Any]:
        """With annotate=True: the weight and the key of each document. They finish the run.

        Raises:
            TypeError: without annotate=True.
        """
        if not self._is_annotated:
            raise TypeError("there are annotations with annotate=True only")
        if self._pool.is_numbered:
            self._selected()
            return self._annotations
        if self._pool.is_picked:
            return self._picked().annotations
        self.keep()
        return [annotation_of(line) for line in self._lines or ()]

    def take(self) -> Any:
        """The selected documents in the kind that the pool has: a list, a Dataset, a table, a
        DataFrame. From iterables and files, a list; from Parquet files, a pyarrow.Table."""
        if self._pool.is_numbered:
            return self._pool.take(self._selected())
        if self._pool.is_picked:
            return self._table()
        return list(self.rows())

    def keep(self) -> Selection:
        """Keeps the selected documents in memory, so that they can be read repeatedly.

        Of Parquet files, it keeps which rows were selected.
        """
        if self._pool.is_numbered:
            self._selected()
        elif self._pool.is_picked:
            self._picked()
        elif self._lines is None:
            self._lines = list(self._stream())
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the selected documents to a file of JSON lines, which appears when it is whole. It
        replaces one of that name.

        From files and iterables, the lines are those that `dsel select` writes. Raises `UsageError`
        if the name ends in `.parquet`: see `to_parquet`.
        """
        if os.fspath(path).endswith(".parquet"):
            raise UsageError("save writes lines of JSON. Write Parquet with to_parquet().")
        if self._pool.is_numbered:
            places = (f"document {number + 1} of the pool" for number in self._selected())
        elif self._pool.is_picked:
            places = (f"document {number} of the selection" for number in count(1))
        else:
            write_whole(path, self.lines())
            return
        write_whole(path, map(document_line, _mappings(self.rows()), places))

    # What the run says.

    @property
    def manifest(self) -> Dict[str, Any]:
        """The record of the run. If it hasn't ended, it is finished, and its documents are kept."""
        if self._run is None or self._run.report is None:
            if self._output is not None:
                self._finish()
            else:
                self.keep()
        assert self._run is not None and self._run.report is not None
        return self._run.report

    @property
    def notes(self) -> List[str]:
        """What the options imply."""
        self.manifest  # noqa: B018 - finishes the run
        assert self._run is not None
        return self._run.notes

    # Other kinds.

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Writes the selected documents to a Parquet file, which appears when it is whole. It
        replaces one of that name.

        From Parquet files, these are the pool's rows: with all columns, and the same values, types,
        schema and metadata. From other pools, they are what `to_arrow` gives.
        """
        from ._take import save

        if self._pool.is_picked:
            save(self._picked(), os.fspath(path))
            return
        from pyarrow import parquet

        from ._views import writable

        table = writable(self.to_arrow())
        with whole(os.fspath(path)) as temporary:
            parquet.write_table(table, temporary)

    def to_arrow(self) -> Any:
        """A pyarrow.Table."""
        import pyarrow

        taken = self.take()
        kind = type(taken).__module__.split(".")[0]
        if kind == "pyarrow":
            return taken
        if kind == "polars":
            return taken.to_arrow()
        if kind == "pandas":
            return pyarrow.Table.from_pandas(taken, preserve_index=False)
        if kind == "datasets":
            if len(taken) == 0:
                return taken.features.arrow_schema.empty_table()
            return taken.with_format("arrow")[:]
        return pyarrow.Table.from_pylist(list(_mappings(taken)))

    def to_pandas(self) -> Any:
        """A pandas.DataFrame."""
        taken = self.take()
        kind = type(taken).__module__.split(".")[0]
        if kind == "pandas":
            return taken
        if kind in ("pyarrow", "polars", "datasets"):
            return taken.to_pandas()
        import pandas

        return pandas.DataFrame(list(_mappings(taken)))

    def to_dataset(self) -> Any:
        """A datasets.Dataset."""
        import datasets

        taken = self.take()
        if isinstance(taken, datasets.Dataset):
            return taken
        if isinstance(taken, list):
            return datasets.Dataset.from_list(list(_mappings(taken)))
        return datasets.Dataset(self.to_arrow())

    # The run.

    def _begin(self) -> Run:
        if self._is_begun and not self._pool.is_rereadable:
            raise RuntimeError(
                "the pool was an iterator, which is used up. Call keep() before reading the "
                "selection twice."
            )
        self._is_begun = True
        return self._start()

    def _stream(self) -> Generator[bytes, None, None]:
        if self._lines is not None:
            yield from self._lines
            return
        if self._output is not None:
            raise TypeError(f"the selection was written to {self._output}. Read it from there.")
        run = self._begin()
        yield from run.lines()
        self._run = run

    def _finish(self) -> None:
        run = self._begin()
        run.finish()
        self._run = run

    def _picked(self) -> Picks:
        """Which rows of Parquet files were selected."""
        if self._picks is None:
            from ._picks import Picks

            picks = Picks.parse(self._stream(), "the selection", self._is_annotated)
            if picks.is_of_candidates:
                picks.locate(self._pool.files())
            self._picks = picks
        return self._picks

    def _tables(self) -> Iterator[Any]:
        from ._rows import PickedRows

        return PickedRows(self._picked()).tables()

    def _table(self) -> Any:
        from ._rows import PickedRows, arrow

        rows = PickedRows(self._picked())
        return arrow().Table.from_batches(
            (batch for table in rows.tables() for batch in table.to_batches()), rows.schema
        )

    def _selected(self) -> array[int]:
        if self._numbers is None:
            numbers, annotations = array("q"), []
            for line in self._stream():
                numbers.append(number_of(line))
                if self._is_annotated:
                    annotations.append(annotation_of(line))
            self._numbers, self._annotations = numbers, annotations
        return self._numbers


def as_numpy(values: array[Any]) -> Any:
    """A numpy array of the same memory; `values` itself without numpy."""
    numpy = _numpy()
    return values if numpy is None else numpy.frombuffer(values, dtype=values.typecode)


def _numpy() -> Optional[ModuleType]:
    try:
        import numpy
    except ImportError:
        return None
    return numpy


def _mappings(rows: Iterable[Any]) -> Iterator[Any]:
    return ({"text": row} if isinstance(row, str) else row for row in rows)
