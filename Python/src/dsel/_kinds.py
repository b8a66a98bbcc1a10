"""Documents of each kind, and how they reach the program.

Files are named to the program. Everything else is written to a pipe as JSON lines. Where a pool can
be asked for its n-th document (lists, tables, data sets), only the text and the number of each
document go to the program, and the numbers of the selected ones come back. From other iterables,
whole documents go to the program and come back.
"""

from __future__ import annotations

import json
import math
import re
from itertools import chain
from typing import Any, Callable, Iterable, Iterator, List, Mapping, Optional, Sequence

from ._errors import named, of_documents
from ._lines import blocks_of
from ._process import Feed, Word

# As many documents at a time.
BATCH = 1000
# A path, of which only the first name matters here: `messages[role=user].content`.
_PATH = re.compile(r'([\w\- ]+)(?:\.[\w\- ]+|\[[^\[\]\\"]*\])*')


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
        return [Feed(lambda: self.named_lines(name), name, prefix)]

    def named_lines(self, name: str) -> Iterator[bytes]:
        """The lines. Errors of documents begin with the name."""
        try:
            yield from self.lines()
        except (TypeError, ValueError) as fault:
            error = named(fault, name)
            if error is fault:
                raise
            raise error from fault

    def lines(self) -> Iterator[bytes]:
        """The documents, as blocks of whole JSON lines."""
        raise NotImplementedError

    def send_whole(self) -> None:
        """Sends documents with all fields and without numbers, because the program writes them to
        files."""

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


class Rows(Source):
    """An iterable of texts or of mappings, which is read from its beginning to its end."""

    def __init__(self, rows: Iterable[Any], text_field: str) -> None:
        self.is_rereadable = not isinstance(rows, Iterator)
        self._rows, self._given_field = rows, text_field
        self._begun: Optional[Iterator[Any]] = None
        self._are_texts = False

    def prepare(self) -> None:
        rows = iter(self._rows)
        first: List[Any] = []
        for row in rows:
            first.append(row)
            if row is not None:
                break
        self._are_texts = are_texts(first)
        self.text_field = "text" if self._are_texts else self._given_field
        self._begun = chain(first, rows)

    def lines(self) -> Iterator[bytes]:
        rows, self._begun = self._begun, None
        assert rows is not None
        try:
            are_texts = self._are_texts
            documents = (document(row, number, are_texts) for number, row in enumerate(rows, 1))
            yield from blocks_of(documents, are_numbered=False)
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
    _is_whole = False

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
        paths = [_PATH.fullmatch(field) for field in {text_field, *fields}]
        # Other expressions may lead anywhere, so all columns are sent.
        needed = {path[1] for path in paths if path is not None}
        self._columns = sorted(needed) if all(paths) else None

    def lines(self) -> Iterator[bytes]:
        batches = self._batches(None if self._is_whole else self._columns)
        return blocks_of(chain.from_iterable(batches), are_numbered=not self._is_whole)

    def send_whole(self) -> None:
        self._is_whole = True

    def row(self, number: int) -> Any:
        return next(iter(self.rows([number])))

    def rows(self, numbers: Sequence[int]) -> Iterator[Any]:
        for start in range(0, len(numbers), BATCH):
            yield from self._as_rows(self._take(numbers[start : start + BATCH]))

    def take(self, numbers: Sequence[int]) -> Any:
        return self._take(numbers)


# Single documents.


def are_texts(rows: Iterable[Any]) -> bool:
    """Whether documents are texts and no mappings, by the first of them."""
    return isinstance(next((row for row in rows if row is not None), None), str)


def document(row: Any, number: int, is_text: bool) -> Mapping[str, Any]:
    if isinstance(row, str) and is_text:
        return {"text": row}
    if is_text and (row is None or isinstance(row, (bool, int, float))):
        # The program says what it is, or skips it.
        return {"text": plain(row)}
    if not is_text:
        if isinstance(row, dict):
            return row
        if isinstance(row, Mapping):
            return dict(row)
    kind = "a text, as the first one is" if is_text else "a mapping"
    found = "None" if row is None else type(row).__name__
    raise of_documents(TypeError(f"document {number} is {found}, not {kind}"))


def plain(value: Any) -> Any:
    """A value of a frame, in which a missing one is no number."""
    return None if isinstance(value, float) and math.isnan(value) else value
