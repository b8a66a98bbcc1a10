"""What documents may come as, and how they reach the program.

Files are named to the program. Everything else is written to a pipe as JSON lines. Where a pool can
be asked for its n-th document (lists, tables, data sets), only the text and the number of each
document go to the program, and the numbers of the selected ones come back. From other iterables,
whole documents go to the program and come back.
"""

from __future__ import annotations

import glob
import json
import math
import os
import re
from itertools import chain, islice
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Union

from ._lines import line_of, numbered_line
from ._process import Feed, Word

Documents = Union[str, "os.PathLike[str]", Iterable[Any]]

_BATCH = 1000
_SUFFIXES = (".jsonl", ".ndjson", ".json", ".zst", ".gz", ".parquet")
# The name of a field, in which no character has a meaning of its own.
_PLAIN = re.compile(r"[\w\- ]+")


class Source:
    """Documents."""

    # Where the text is, as --text-field expects it; known after prepare().
    text_field: str
    # Whether the program gets numbers with the texts, and returns numbers.
    is_numbered = False
    # Whether the program says where selected documents are, instead of returning them.
    is_picked = False
    # Whether the documents can be read again.
    is_rereadable = True

    def prepare(self) -> None:
        """Looks at the documents, before each run."""

    def words(self, name: str, prefix: str = "") -> List[Word]:
        """The values of an option such as --pool."""
        return [Feed(self.lines, name, prefix)]

    def lines(self) -> Iterator[bytes]:
        """The documents, as JSON lines."""
        raise NotImplementedError

    def parsed(self, line: bytes) -> Any:
        """The document that a selected line is."""
        return json.loads(line)

    def row(self, number: int) -> Any:
        """A document of a numbered source."""
        raise NotImplementedError

    def rows(self, numbers: Sequence[int]) -> Iterator[Any]:
        return map(self.row, numbers)

    def take(self, numbers: Sequence[int]) -> Any:
        """Documents of a numbered source, in the kind that it has."""
        raise NotImplementedError

    def files(self) -> List[str]:
        """The files of a source of Parquet."""
        raise NotImplementedError


class Files(Source):
    def __init__(self, paths: Sequence[str], text_field: str) -> None:
        self.paths, self.text_field = paths, text_field

    def words(self, name: str, prefix: str = "") -> List[Word]:
        # A comma or an equals sign in an existing path is part of it.
        return [prefix + path for path in self.paths]


class ParquetFiles(Files):
    """Files of Parquet, of which the program says where the selected rows are."""

    is_picked = True

    def files(self) -> List[str]:
        return [
            file
            for path in self.paths
            for file in (parquet_files(path) if os.path.isdir(path) else [path])
        ]


class Rows(Source):
    """An iterable of texts or of mappings, which is read from its beginning to its end."""

    def __init__(self, rows: Iterable[Any], text_field: str) -> None:
        self.is_rereadable = not isinstance(rows, Iterator)
        self._rows, self._given_field = rows, text_field
        self._begun: Optional[Iterator[Any]] = None
        self._are_texts = False

    def prepare(self) -> None:
        rows = iter(self._rows)
        first = list(islice(rows, 1))
        self._are_texts = bool(first) and isinstance(first[0], str)
        self.text_field = "text" if self._are_texts else self._given_field
        self._begun = chain(first, rows)

    def lines(self) -> Iterator[bytes]:
        rows, self._begun = self._begun, None
        assert rows is not None
        try:
            for number, row in enumerate(rows, 1):
                yield line_of(_document(row, number, self._are_texts))
        finally:
            # A generator that wasn't read to its end has files or connections to close.
            close = getattr(self._rows, "close", None)
            if close is not None and not self.is_rereadable:
                close()

    def parsed(self, line: bytes) -> Any:
        row = json.loads(line)
        return row["text"] if self._are_texts and len(row) == 1 else row


class Numbered(Source):
    """Documents that can be asked for by their number."""

    is_numbered = True

    def __init__(
        self,
        batches: Callable[[Optional[List[str]]], Iterator[Iterable[Mapping[str, Any]]]],
        take: Callable[[Sequence[int]], Any],
        rows: Callable[[Any], Iterable[Any]],
        text_field: str,
        fields: Iterable[str] = (),
    ) -> None:
        self._batches, self._take, self._as_rows = batches, take, rows
        self.text_field = text_field
        needed = {text_field, *fields}
        # An expression may lead anywhere, so all columns are sent.
        self._columns = sorted(needed) if all(map(_PLAIN.fullmatch, needed)) else None

    def lines(self) -> Iterator[bytes]:
        number = 0
        for batch in self._batches(self._columns):
            for row in batch:
                yield numbered_line(number, row)
                number += 1

    def row(self, number: int) -> Any:
        return next(iter(self.rows([number])))

    def rows(self, numbers: Sequence[int]) -> Iterator[Any]:
        for start in range(0, len(numbers), _BATCH):
            yield from self._as_rows(self._take(numbers[start : start + _BATCH]))

    def take(self, numbers: Sequence[int]) -> Any:
        return self._take(numbers)


def source(
    documents: Documents, text_field: str, fields: Iterable[str] = (), role: str = "documents"
) -> Source:
    """Finds out what `documents` are.

    Kinds of other packages are recognised by their names, so that no package is imported.

    Args:
        fields: further fields that the program reads, such as that of --stratify.
        role: a word for messages.
    """
    paths = _paths(documents, role)
    if paths is not None:
        are_rows = any(map(_is_parquet, paths))
        return ParquetFiles(paths, text_field) if are_rows else Files(paths, text_field)
    kinds = [f"{t.__module__.split('.')[0]}.{t.__name__}" for t in type(documents).__mro__]
    for kind in kinds:
        make = _TABLES.get(kind)
        if make is not None:
            return make(documents, text_field, fields)
    if isinstance(documents, (list, tuple)):
        return _sequence(documents, text_field, fields)
    if isinstance(documents, Iterable) and not isinstance(documents, (bytes, Mapping)):
        return Rows(documents, text_field)
    raise TypeError(
        f"{role}: {type(documents).__name__} is no kind of documents. Give paths, an iterable of "
        "texts or of mappings, a table or data set of pyarrow, a Dataset, or a DataFrame."
    )


# Files.


def _paths(documents: Documents, role: str) -> Optional[List[str]]:
    if isinstance(documents, (str, os.PathLike)):
        return _expanded(os.fspath(documents))
    if not isinstance(documents, (list, tuple)) or not documents:
        return None
    if any(isinstance(item, os.PathLike) for item in documents):
        if not all(isinstance(item, (str, os.PathLike)) for item in documents):
            raise TypeError(f"{role}: paths and other documents can't be in one list")
        return [path for item in documents for path in _expanded(os.fspath(item))]
    if not all(isinstance(item, str) for item in documents):
        return None
    # Texts, or names? One that looks like a name decides for all, so that a misspelt name is
    # reported, and never taken for a text.
    names = [item for item in documents if _is_name(item)]
    if not names:
        return None
    if len(names) < len(documents):
        raise TypeError(
            f"{role}: {names[0]!r} is a file's name, and other strings of the list are not. Give "
            "files as pathlib.Path, and texts as {'text': …}."
        )
    return [path for item in documents for path in _expanded(item)]


def _is_parquet(path: str) -> bool:
    if os.path.isdir(path):
        return any(map(_is_parquet, parquet_files(path)))
    try:
        # Looking at a pipe would take its bytes.
        if not os.path.isfile(path):
            return False
        with open(path, "rb") as file:
            return file.read(4) == b"PAR1"
    except OSError:
        return False  # The program reports it.


def parquet_files(directory: str) -> List[str]:
    found = []
    for path, _, names in os.walk(directory):
        found += [os.path.join(path, name) for name in names if name.lower().endswith(".parquet")]
    return sorted(found)


def _is_name(text: str) -> bool:
    if not text or len(text) > 4096 or "\n" in text or "\0" in text:
        return False
    if " " in text:
        return False
    # Objects have names, too, which a command reads: see `reader`.
    is_remote = re.match(r"[a-z][a-z0-9+.-]*://\S+$", text) is not None
    return is_remote or text.endswith(_SUFFIXES) or ("/" in text and os.path.exists(text))


def _expanded(path: str) -> List[str]:
    """The files of a pattern, in the order of a shell; other paths as they are."""
    if not path:
        raise ValueError("the path of a file is empty")
    if path == "-":
        raise ValueError("standard input (-) can't be read here. Give an iterable instead.")
    # The program would take it for an option.
    path = os.path.join(".", path) if path.startswith("-") else path
    if os.path.exists(path) or not glob.has_magic(path):
        return [path]
    return sorted(glob.glob(path, recursive=True)) or [path]


# Lists, tables and data sets.


def _sequence(rows: Sequence[Any], text_field: str, fields: Iterable[str]) -> Source:
    are_texts = bool(rows) and isinstance(rows[0], str)

    def checked(columns: Optional[List[str]]) -> Iterator[Iterable[Mapping[str, Any]]]:
        for number, row in enumerate(rows, 1):
            row = _document(row, number, are_texts)
            yield (row if columns is None else {key: row[key] for key in columns if key in row},)

    return Numbered(
        checked,
        lambda numbers: [rows[number] for number in numbers],
        lambda taken: taken,
        "text" if are_texts else text_field,
        fields,
    )


def _pandas(frame: Any, text_field: str, fields: Iterable[str]) -> Source:
    def batches(columns: Optional[List[str]]) -> Iterator[Iterable[Mapping[str, Any]]]:
        part = _columns(frame, list(frame.columns), columns)
        for start in range(0, len(part), _BATCH):
            yield _records(part.iloc[start : start + _BATCH])

    return Numbered(
        batches, lambda numbers: frame.iloc[list(numbers)], _records, text_field, fields
    )


def _records(frame: Any) -> Iterator[Dict[str, Any]]:
    names = list(frame.columns)
    for row in zip(*(frame[name].tolist() for name in names)) if names else iter(()):
        yield {str(name): _plain(value) for name, value in zip(names, row)}


def _polars(frame: Any, text_field: str, fields: Iterable[str]) -> Source:
    def batches(columns: Optional[List[str]]) -> Iterator[Iterable[Mapping[str, Any]]]:
        part = _columns(frame, frame.columns, columns)
        for batch in part.iter_slices(_BATCH):
            yield batch.iter_rows(named=True)

    return Numbered(
        batches,
        lambda numbers: frame[list(numbers)],
        lambda taken: taken.iter_rows(named=True),
        text_field,
        fields,
    )


def _arrow_table(table: Any, text_field: str, fields: Iterable[str]) -> Source:
    def batches(columns: Optional[List[str]]) -> Iterator[Iterable[Mapping[str, Any]]]:
        part = table if columns is None else table.select(_present(table.column_names, columns))
        for batch in part.to_batches(max_chunksize=_BATCH):
            yield batch.to_pylist()

    return _arrow_source(table, batches, text_field, fields)


def _arrow_dataset(data: Any, text_field: str, fields: Iterable[str]) -> Source:
    def batches(columns: Optional[List[str]]) -> Iterator[Iterable[Mapping[str, Any]]]:
        names = None if columns is None else _present(data.schema.names, columns)
        for batch in data.to_batches(columns=names, batch_size=_BATCH):
            yield batch.to_pylist()

    return _arrow_source(data, batches, text_field, fields)


def _arrow_source(
    data: Any,
    batches: Callable[[Optional[List[str]]], Iterator[Iterable[Mapping[str, Any]]]],
    text_field: str,
    fields: Iterable[str],
) -> Source:
    def take(numbers: Sequence[int]) -> Any:
        import pyarrow

        # Without a type, no numbers would be numbers of no type.
        return data.take(pyarrow.array(numbers, pyarrow.int64()))

    return Numbered(batches, take, lambda taken: taken.to_pylist(), text_field, fields)


def _hugging_face(data: Any, text_field: str, fields: Iterable[str]) -> Source:
    def batches(columns: Optional[List[str]]) -> Iterator[Iterable[Mapping[str, Any]]]:
        names = _present(data.column_names, columns)
        part = data.select_columns(names).with_format(None)
        for batch in part.iter(batch_size=_BATCH):
            yield [dict(zip(names, row)) for row in zip(*(batch[name] for name in names))]

    return Numbered(batches, lambda n: data.select(list(n)), iter, text_field, fields)


_TABLES: Dict[str, Callable[[Any, str, Iterable[str]], Source]] = {
    "datasets.Dataset": _hugging_face,
    "pandas.DataFrame": _pandas,
    "polars.DataFrame": _polars,
    "pyarrow.Dataset": _arrow_dataset,
    "pyarrow.Table": _arrow_table,
}


def _columns(frame: Any, names: Sequence[Any], columns: Optional[List[str]]) -> Any:
    return frame if columns is None else frame[_present(names, columns)]


def _present(names: Sequence[Any], columns: Optional[List[str]]) -> List[Any]:
    if columns is None:
        return list(names)
    missing = [column for column in columns if column not in names]
    if missing:
        raise ValueError(
            f"there is no column {missing[0]!r}. The columns are: {', '.join(map(str, names))}."
        )
    return columns


# Single documents.


def _document(row: Any, number: int, is_text: bool) -> Mapping[str, Any]:
    if isinstance(row, str) and is_text:
        return {"text": row}
    if isinstance(row, Mapping) and not is_text:
        return row if isinstance(row, dict) else dict(row)
    kind = "a text, as the first one is" if is_text else "a mapping"
    raise TypeError(f"document {number} is {type(row).__name__}, not {kind}")


def _plain(value: Any) -> Any:
    """A value of a frame, in which a missing one is no number."""
    return None if isinstance(value, float) and math.isnan(value) else value
