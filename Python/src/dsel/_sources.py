"""What documents may come as: files, and what the kinds of _kinds.py and _tables.py are."""

from __future__ import annotations

import glob
import os
import re
from typing import Any, Iterable, List, Mapping, Optional, Sequence, Union

from ._kinds import Rows, Source
from ._process import Word
from ._tables import TABLES, sequence

Documents = Union[str, "os.PathLike[str]", Iterable[Any]]

_SUFFIXES = (".jsonl", ".ndjson", ".json", ".zst", ".gz", ".parquet")


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


def source(
    documents: Documents, text_field: str, fields: Iterable[str] = (), role: str = "documents"
) -> Source:
    """Finds out what `documents` are.

    Kinds of other packages are recognised by their names, so that no package is imported.

    Args:
        fields: further fields that the program reads, such as that of --stratify.
        role: a word for messages.
    """
    if not isinstance(text_field, str):
        raise TypeError(f"text_field must be a name such as 'text', not {text_field!r}")
    paths = _paths(documents, role)
    if paths is not None:
        are_rows = any(map(is_parquet, paths))
        return ParquetFiles(paths, text_field) if are_rows else Files(paths, text_field)
    kinds = [f"{t.__module__.split('.')[0]}.{t.__name__}" for t in type(documents).__mro__]
    for kind in kinds:
        make = TABLES.get(kind)
        if make is not None:
            return make(documents, text_field, fields)
    if isinstance(documents, (list, tuple)):
        return sequence(documents, text_field, fields)
    if isinstance(documents, Iterable) and not isinstance(documents, (bytes, Mapping)):
        return Rows(documents, text_field)
    if "datasets.DatasetDict" in kinds or "datasets.IterableDatasetDict" in kinds:
        raise TypeError(
            f"{role}: a DatasetDict has several splits. Give one of them: data['train']."
        )
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


def is_parquet(path: str) -> bool:
    if os.path.isdir(path):
        return any(map(is_parquet, parquet_files(path)))
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
