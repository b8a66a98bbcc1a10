"""Takes rows of Parquet files, by pyarrow: all columns, with their values and types.

Memory holds some batches of rows: not a whole file, and not the whole selection.
"""

from __future__ import annotations

import itertools
import os
import re
import tempfile
from array import array
from bisect import bisect_left
from contextlib import ExitStack
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from ._errors import DselError
from ._picks import Picks, changed
from ._views import takeable

# Bytes of rows to read at a time, and to write together.
_READ = 16 << 20
_WRITE = 64 << 20
_BUFFER = 1 << 20
# Rows that are rearranged go to parts of this many bytes, each of which is sorted in memory.
_PART = 32 << 20
_MOST_PARTS = 256
# Fields without characters of their own meaning: a column, or a member of a column.
_SIMPLE = re.compile(r"[\w\- ]+(\.[\w\- ]+)*")

# Rows that belong together, and the places of each in the selection.
Taken = Tuple[Any, Sequence[int]]


def arrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as fault:
        raise ImportError(
            "rows of Parquet files are taken by pyarrow: pip install pyarrow"
        ) from fault
    return pyarrow


class PickedRows:
    """The rows that picks name."""

    def __init__(self, picks: Picks) -> None:
        self._picks = picks
        self._arrow = arrow()
        self._hash = text_hash()
        first = picks.file[0] if len(picks) else self._first_file()
        with self._open(first) as file:
            self.schema = file.schema_arrow
            self.writing = _writing(file)
        # The types that rows have on the way, in which pyarrow can take some of them.
        self._taken = takeable(self._arrow, self.schema)

    def _first_file(self) -> int:
        for number, file in enumerate(self._picks.files):
            if file.place is not None:
                return number
        raise DselError("there is no file.", code="no_documents", file=self._picks.name)

    def tables(self) -> Iterator[Any]:
        """The rows in the order of the picks, as tables of some megabytes."""
        size, rows = 0.0, self.writing["rows"]
        held: List[Any] = []
        count = 0
        for batch, row_size in self._batches():
            held.append(batch)
            count += batch.num_rows
            size += row_size * batch.num_rows
            if size < _WRITE and count < rows:
                continue
            table = self._table(held)
            # Row groups have as many rows as in the pool, unless rows are so large that fewer fill
            # the memory.
            whole = count if count < rows else count // rows * rows
            yield table.slice(0, whole).cast(self.schema)
            held, size, count = table.slice(whole).to_batches(), 0.0, count - whole
        if held:
            yield self._table(held).cast(self.schema)

    def _table(self, batches: List[Any]) -> Any:
        return self._arrow.Table.from_batches(batches, self._taken)

    def _batches(self) -> Iterator[Tuple[Any, float]]:
        """The rows in the order of the picks, with the bytes that each takes."""
        order = self._picks.pool_order()
        if isinstance(order, range):
            for (batch, _), size in self._in_pool_order(order):
                yield batch, size
        else:
            yield from self._rearranged(order)

    # Reading.

    def _open(self, number: int) -> Any:
        path, _ = self._picks.check(number)
        try:
            return self._arrow.parquet.ParquetFile(
                path, buffer_size=_BUFFER, pre_buffer=False, page_checksum_verification=True
            )
        except (self._arrow.ArrowException, OSError) as fault:
            raise DselError(
                f"it can't be read as Parquet ({fault}).", code="other_format", file=path
            ) from fault

    def _in_pool_order(self, order: Sequence[int]) -> Iterator[Tuple[Taken, float]]:
        files = self._picks.file
        for number, group in itertools.groupby(order, files.__getitem__):
            path, status = self._picks.check(number)
            with self._open(number) as file:
                if not file.schema_arrow.equals(self.schema):
                    raise DselError(
                        "its columns or their types aren't those of the first file, so the rows "
                        "can't be in one table. Take those of each file by a selection of its own.",
                        code="other_settings",
                        file=path,
                    )
                known = self._picks.files[number].rows
                if known is not None and known != file.metadata.num_rows:
                    raise changed(path)
                try:
                    yield from self._of_file(file, path, list(group))
                except (self._arrow.ArrowException, OSError) as fault:
                    raise DselError(
                        f"a row can't be read ({fault}).", code="corrupt", file=path
                    ) from fault
            if not _is_same(os.stat(path), status):
                raise changed(path)

    def _of_file(self, file: Any, path: str, picks: List[int]) -> Iterator[Tuple[Taken, float]]:
        rows = [self._picks.place[pick] for pick in picks]
        if rows[-1] >= file.metadata.num_rows:
            raise changed(path)
        start, column = 0, self._text_column(self._taken)
        for number in range(file.metadata.num_row_groups):
            group = file.metadata.row_group(number)
            end = start + group.num_rows
            low, high = bisect_left(rows, start), bisect_left(rows, end)
            if low < high:
                row_size = group.total_byte_size / group.num_rows
                batch_rows = int(min(65536, max(64, _READ / max(1.0, row_size))))
                batches = file.iter_batches(batch_rows, row_groups=[number], use_threads=False)
                for batch in batches:
                    low, high = bisect_left(rows, start), bisect_left(rows, start + batch.num_rows)
                    if low < high:
                        chosen = self._arrow.array(
                            (row - start for row in rows[low:high]), self._arrow.int64()
                        )
                        if self._taken is not self.schema:
                            batch = batch.cast(self._taken)
                        taken = batch.take(chosen)
                        self._check(taken, column, path, picks[low:high])
                        yield (taken, picks[low:high]), row_size
                    start += batch.num_rows
            start = end

    # The texts are those that were selected.

    def _text_column(self, schema: Any) -> List[str]:
        """The way to the text; empty if it isn't simply in a column of texts."""
        field = self._picks.text_field
        if not _SIMPLE.fullmatch(field):
            return []
        way, types = field.split("."), self._arrow.types
        kind = schema
        for name in way:
            if kind is not schema and not types.is_struct(kind):
                return []
            index = kind.get_field_index(name)
            if index < 0:
                return []
            kind = kind.field(index).type
        if types.is_dictionary(kind):
            kind = kind.value_type
        is_text = types.is_string(kind) or types.is_large_string(kind) or types.is_binary(kind)
        return way if is_text or types.is_large_binary(kind) else []

    def _check(self, batch: Any, way: List[str], path: str, picks: Sequence[int]) -> None:
        if not way:
            return
        from pyarrow import compute

        column = batch.column(way[0])
        for name in way[1:]:
            column = compute.struct_field(column, name)
        if self._arrow.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        sizes = compute.binary_length(column).to_pylist()
        if any(size != self._picks.text_bytes[n] for n, size in zip(picks, sizes)):
            raise changed(path)
        if self._hash is None:
            return
        for number, text in zip(picks, column):
            if self._hash(text.as_buffer()) != self._picks.text_hash[number]:
                raise changed(path)

    # Another order.

    def _rearranged(self, order: Sequence[int]) -> Iterator[Tuple[Any, float]]:
        """Rows that are selected in another order than that of the pool.

        They are written to parts, by the place in the selection, and each part is sorted.
        """
        estimate = self._estimate()
        part_count = int(min(_MOST_PARTS, max(1, estimate / _PART)))
        part_rows = -(-len(order) // part_count)
        row_size = estimate / max(1, len(order))
        with ExitStack() as stack:
            parts = [
                _Part(self._arrow, self._taken, stack, part_count > 1) for _ in range(part_count)
            ]
            for (batch, picks), _ in self._in_pool_order(order):
                indices: Dict[int, List[int]] = {}
                for index, pick in enumerate(picks):
                    indices.setdefault(pick // part_rows, []).append(index)
                for number, chosen in indices.items():
                    rows = batch.take(self._arrow.array(chosen, self._arrow.int64()))
                    parts[number].add(rows, [picks[index] for index in chosen])
            for part in parts:
                for batch in part.sorted():
                    yield batch, row_size

    def _estimate(self) -> float:
        """The size of all rows, by the sizes of the files in which they are."""
        size, counts = 0.0, [0] * len(self._picks.files)
        for number in self._picks.file:
            counts[number] += 1
        for number, count in enumerate(counts):
            if count:
                with self._open(number) as file:
                    meta = file.metadata
                    groups = (meta.row_group(n).total_byte_size for n in range(meta.num_row_groups))
                    size += count * sum(groups) / max(1, meta.num_rows)
        return size


class _Part:
    """Rows of one part of the selection, in memory or in a file."""

    def __init__(self, arrow: Any, schema: Any, stack: ExitStack, is_stored: bool) -> None:
        self._arrow, self._schema = arrow, schema
        self._places = array("q")
        self._batches: List[Any] = []
        self._file = self._writer = None
        if is_stored:
            self._file = stack.enter_context(tempfile.TemporaryFile(prefix="dsel-"))  # noqa: SIM115
            self._writer = arrow.ipc.new_stream(self._file, schema)

    def add(self, batch: Any, places: List[int]) -> None:
        self._places.extend(places)
        if self._writer is None:
            self._batches.append(batch)
        else:
            self._writer.write_batch(batch)

    def sorted(self) -> Iterable[Any]:
        if not self._places:
            return []
        if self._writer is not None:
            assert self._file is not None
            self._writer.close()
            self._file.seek(0)
            self._batches = list(self._arrow.ipc.open_stream(self._file))
        table = self._arrow.Table.from_batches(self._batches, self._schema)
        order = sorted(range(len(self._places)), key=self._places.__getitem__)
        self._batches, self._places = [], array("q")
        taken = table.unify_dictionaries().take(self._arrow.array(order, self._arrow.int64()))
        batches: Iterable[Any] = taken.to_batches()
        return batches


def _is_same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_ino, one.st_size, one.st_mtime_ns) == (
        other.st_ino,
        other.st_size,
        other.st_mtime_ns,
    )


def text_hash() -> Optional[Callable[[Any], int]]:
    """XXH3-64; None without the package xxhash."""
    try:
        from xxhash import xxh3_64_intdigest
    except ImportError:
        return None
    digest: Callable[[Any], int] = xxh3_64_intdigest
    return digest


def _writing(file: Any) -> Dict[str, Any]:
    """How a file was written, as far as it says."""
    meta = file.metadata
    columns = [meta.schema.column(number) for number in range(meta.num_columns)]
    compression: Any = "snappy"
    rows = 1 << 20
    if meta.num_row_groups:
        rows = max(1, max(meta.row_group(n).num_rows for n in range(meta.num_row_groups)))
        group = meta.row_group(0)
        names = {"UNCOMPRESSED": "NONE", "LZ4_RAW": "LZ4"}
        codecs = [group.column(number).compression for number in range(meta.num_columns)]
        compression = {
            column.path: names.get(codec, codec) for column, codec in zip(columns, codecs)
        }
    kinds = {column.physical_type for column in columns}
    has_times = any(column.logical_type.type == "TIMESTAMP" for column in columns)
    return {
        "rows": rows,
        "options": {
            "compression": compression,
            # With the schema's own names for the items of lists.
            "use_compliant_nested_type": False,
            "use_deprecated_int96_timestamps": "INT96" in kinds and not has_times,
        },
    }


def write_rows(path: str, rows: PickedRows) -> int:
    """Writes rows to a Parquet file, in the way in which the pool's files are written."""
    count = 0
    with rows._arrow.parquet.ParquetWriter(path, rows.schema, **rows.writing["options"]) as writer:
        for table in rows.tables():
            writer.write_table(table, row_group_size=rows.writing["rows"])
            count += table.num_rows
    return count
