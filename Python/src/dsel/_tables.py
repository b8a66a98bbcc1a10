"""Lists, tables and data sets, which can be asked for documents by their numbers.

Kinds of other packages are recognised by their names, so that no package is imported.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence

from ._errors import UsageError, of_documents
from ._kinds import BATCH, Numbered, Rows, Source, are_texts, document, plain


def sequence(rows: Sequence[Any], text_field: str, fields: Iterable[str]) -> Source:
    has_texts = are_texts(rows)

    def checked(columns: Optional[List[str]]) -> Iterator[Iterable[Mapping[str, Any]]]:
        documents = (document(row, number, has_texts) for number, row in enumerate(rows, 1))
        # A text has one field.
        is_whole = columns is None or has_texts
        yield documents if is_whole else (_part(row, columns or ()) for row in documents)

    return Numbered(
        checked,
        lambda numbers: [rows[number] for number in numbers],
        lambda taken: taken,
        "text" if has_texts else text_field,
        fields,
    )


def _part(row: Mapping[str, Any], columns: Sequence[str]) -> Mapping[str, Any]:
    """The columns of a document. If one is missing, the message about it tells the names of all
    others, so they are sent, too."""
    part = {key: row[key] for key in columns if key in row}
    if len(part) < len(columns):
        part.update((key, None) for key in row if key not in part and isinstance(key, str))
    return part


def _pandas(frame: Any, text_field: str, fields: Iterable[str]) -> Source:
    def batches(columns: Optional[List[str]]) -> Iterator[Iterable[Mapping[str, Any]]]:
        part = _columns(frame, list(frame.columns), columns)
        if not part.columns.is_unique:
            repeated = part.columns[part.columns.duplicated()][0]
            message = f"there are several columns {repeated!r}. Rename or drop one."
            raise of_documents(ValueError(message))
        for start in range(0, len(part), BATCH):
            yield _records(part.iloc[start : start + BATCH])

    return Numbered(
        batches, lambda numbers: frame.iloc[list(numbers)], _records, text_field, fields
    )


def _records(frame: Any) -> Iterator[Dict[str, Any]]:
    names = list(frame.columns)
    for row in zip(*(frame[name].tolist() for name in names)) if names else iter(()):
        yield {str(name): plain(value) for name, value in zip(names, row)}


def _polars(frame: Any, text_field: str, fields: Iterable[str]) -> Source:
    def batches(columns: Optional[List[str]]) -> Iterator[Iterable[Mapping[str, Any]]]:
        part = _columns(frame, frame.columns, columns)
        for batch in part.iter_slices(BATCH):
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
        return map(_arrow_rows, part.to_batches(max_chunksize=BATCH))

    return _arrow_source(table, batches, text_field, fields)


def _arrow_dataset(data: Any, text_field: str, fields: Iterable[str]) -> Source:
    def batches(columns: Optional[List[str]]) -> Iterator[Iterable[Mapping[str, Any]]]:
        names = None if columns is None else _present(data.schema.names, columns)
        return map(_arrow_rows, data.to_batches(columns=names, batch_size=BATCH))

    return _arrow_source(data, batches, text_field, fields)


def _arrow_rows(batch: Any) -> Iterable[Mapping[str, Any]]:
    # As `to_pylist` of a batch does it, which asks for each value anew.
    if not batch.num_columns:
        rows: List[Mapping[str, Any]] = batch.to_pylist()
        return rows
    names, columns = batch.schema.names, [column.to_pylist() for column in batch.columns]
    return (dict(zip(names, values)) for values in zip(*columns))


def _arrow_source(
    data: Any,
    batches: Callable[[Optional[List[str]]], Iterator[Iterable[Mapping[str, Any]]]],
    text_field: str,
    fields: Iterable[str],
) -> Source:
    from ._views import take

    return Numbered(
        *(batches, lambda numbers: take(data, numbers), lambda taken: taken.to_pylist()),
        *(text_field, fields),
    )


def _arrow_batch(batch: Any, text_field: str, fields: Iterable[str]) -> Source:
    import pyarrow

    return _arrow_table(pyarrow.Table.from_batches([batch]), text_field, fields)


def _arrow_reader(reader: Any, text_field: str, fields: Iterable[str]) -> Source:
    return Rows((row for batch in reader for row in _arrow_rows(batch)), text_field)


def _hugging_face(data: Any, text_field: str, fields: Iterable[str]) -> Source:
    def batches(columns: Optional[List[str]]) -> Iterator[Iterable[Mapping[str, Any]]]:
        names = _present(data.column_names, columns)
        part = data.select_columns(names).with_format(None)
        for batch in part.iter(batch_size=BATCH):
            yield [dict(zip(names, row)) for row in zip(*(batch[name] for name in names))]

    return Numbered(batches, lambda n: data.select(list(n)), iter, text_field, fields)


TABLES: Dict[str, Callable[[Any, str, Iterable[str]], Source]] = {
    "datasets.Dataset": _hugging_face,
    "pandas.DataFrame": _pandas,
    "polars.DataFrame": _polars,
    "pyarrow.Dataset": _arrow_dataset,
    "pyarrow.RecordBatch": _arrow_batch,
    "pyarrow.RecordBatchReader": _arrow_reader,
    "pyarrow.Table": _arrow_table,
}


def _columns(frame: Any, names: Sequence[Any], columns: Optional[List[str]]) -> Any:
    return frame if columns is None else frame[_present(names, columns)]


def _present(names: Sequence[Any], columns: Optional[List[str]]) -> List[Any]:
    if columns is None:
        return list(names)
    missing = [column for column in columns if column not in names]
    if missing:
        known = ", ".join(map(str, names)) or "none"
        message = f"there is no column {missing[0]!r}. The columns are: {known}."
        raise of_documents(UsageError(message, code="missing_field"))
    return columns
