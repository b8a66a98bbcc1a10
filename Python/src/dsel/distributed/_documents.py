"""Where the documents of a selection are, and how they reach the program on any machine."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Any, Iterable, List, Optional, Sequence, Tuple

from .._errors import DselError, UsageError
from .._process import Feed, Word
from .._sources import Documents, Files, is_parquet, source
from . import _readers, _storage
from ._cost import RATIO, text_bytes

# Path, size and stamp, which changes with the file.
Shard = Tuple[str, int, str]


def shards_of(pool: Any, readers: Sequence[str] = ()) -> Tuple[List[Shard], bool]:
    """Path, size and stamp of each file of the pool, in the order of the bytes of their paths; and
    whether a file is of Parquet.

    Args:
        readers: patterns of addresses that commands read. Their sizes are unknown, which is -1.
    """
    paths: Iterable[Any]
    if isinstance(pool, (str, os.PathLike)):
        paths = [pool]
    elif isinstance(pool, (list, tuple)) and all(isinstance(p, (str, os.PathLike)) for p in pool):
        paths = pool
    else:
        raise TypeError("the pool must be files that all machines see: paths, patterns, or a list")
    found: List[str] = []
    for path in paths:
        text = os.fspath(path)
        local = [text] if _storage.is_remote(text) else _local_files(text)
        for one in local:
            is_read = _readers.is_read(one, readers)
            found += [one] if is_read else _storage.files_of(_storage.absolute(one), readers)
    for path in found:
        if _storage.is_remote(path) and ("," in path or "=" in path):
            raise usage_error(f"{path}: an address can't have a comma or an equals sign")
    found.sort(key=os.fsencode)
    for one, other in zip(found, found[1:]):
        if one == other:
            raise DselError("the file is named twice.", code="repeated_file", file=one)
    return _stamped(found, readers)


def _local_files(path: str) -> List[str]:
    files = source(path, "text", role="pool")
    assert isinstance(files, Files)
    return list(files.paths)


def facts_of(path: str, readers: Sequence[str]) -> Optional[Tuple[int, str]]:
    """Size and stamp; None if there is no such file."""
    return (-1, "") if _readers.is_read(path, readers) else _storage.facts(path)


def _stamped(paths: Sequence[str], readers: Sequence[str]) -> Tuple[List[Shard], bool]:
    shards: List[Shard] = []
    has_parquet = False
    # On a shared file system, each question takes a millisecond. What waits for its answer takes a
    # kilobyte of memory.
    with ThreadPoolExecutor(16) as threads:
        for start in range(0, len(paths), 1000):
            block = paths[start : start + 1000]
            found = threads.map(partial(_facts_and_kind, readers=readers), block)
            for path, (facts, is_it) in zip(block, found):
                if facts is None:
                    raise _no_such_file(path)
                shards.append((path, *facts))
                has_parquet = has_parquet or is_it
    if not shards:
        raise usage_error("the pool has no files")
    return shards, has_parquet


def has_rows(path: str, readers: Sequence[str]) -> bool:
    """Whether a file is of Parquet: by its first bytes, or at an address by the end of its name."""
    if _storage.is_matched(path, readers):
        return False
    # The first bytes of objects aren't asked for: that would take as long again.
    return is_named_parquet(path) if _storage.is_remote(path) else is_parquet(path)


def is_named_parquet(path: str) -> bool:
    return path.lower().endswith(".parquet")


def _facts_and_kind(path: str, readers: Sequence[str]) -> Tuple[Optional[Tuple[int, str]], bool]:
    if is_named_parquet(path) and _storage.is_matched(path, readers):
        raise UsageError(
            "rows of Parquet files that a command reads can't be taken. Leave the pattern out of "
            "reader, so that the file is opened, or read by fsspec.",
            code="usage",
            file=path,
        )
    return facts_of(path, readers), has_rows(path, readers)


def _no_such_file(path: str) -> DselError:
    return DselError(
        "no such file or directory.", code="no_such_file", file=path, advice="Check the name."
    )


def grouped(shards: Sequence[Shard], limit: int) -> Tuple[Tuple[Shard, ...], ...]:
    """Shards that one task reads. A large one has a task of its own.

    Args:
        limit: in bytes of compressed files. A shard that isn't compressed counts as one that is.
    """
    parts: List[List[Shard]] = []
    size = 0
    for shard in shards:
        # A shard of unknown size has a task of its own, too.
        own = text_bytes(*shard[:2]) if shard[1] >= 0 else RATIO * limit + 1
        if not parts or size + own > RATIO * limit:
            parts.append([])
            size = 0
        parts[-1].append(shard)
        size += own
    return tuple(map(tuple, parts))


def stored(
    documents: Documents, field: str, work: str, role: str, readers: Sequence[str] = ()
) -> Tuple[List[str], str]:
    """The files of documents, and the field of their texts. Others than files are written to one
    in `work`, so that all machines can read them."""
    if isinstance(documents, (str, os.PathLike)) and _storage.is_remote(os.fspath(documents)):
        path = os.fspath(documents)
        if _readers.is_read(path, readers):
            return [path], field
        return _storage.files_of(path, readers), field
    found = source(documents, field, role=role)
    if isinstance(found, Files):
        paths = [_storage.absolute(path) for path in found.paths]
        for path in paths:
            if not _storage.is_remote(path) and not os.path.exists(path):
                raise _no_such_file(path)
        return paths, field
    found.prepare()
    rows = b"".join(found.named_lines(role))
    path = _storage.joined(memory_of(work), hashlib.sha256(rows).hexdigest()[:24] + ".jsonl")
    with _storage.new_file(path) as temporary, open(temporary, "wb") as file:
        file.write(rows)
    return [path], found.text_field


def memory_of(work: str) -> str:
    """The folder of documents that came from memory."""
    return _storage.joined(work, "inputs")


def feeds_of(
    words: Sequence[str], readers: Sequence[str], stack: ExitStack, flag: str = ""
) -> List[Word]:
    """The words, in which remote files that no command reads are pipes with their names.

    Args:
        stack: keeps copies of remote Parquet files, which are read from their ends.
        flag: what comes before each word that is no option.
    """
    made: List[Word] = []
    for word in words:
        if word.startswith("-") or not _readers.is_fed(word, readers):
            made.append(word if word.startswith("-") else flag + word)
        else:
            copy = None
            if is_named_parquet(word):
                copy = stack.enter_context(_storage.local_copy(word))
            made.append(_feed_of(word, flag, copy))
    return made


def _feed_of(path: str, flag: str, copy: Optional[str]) -> Feed:
    """A remote file as a pipe, by the name that models and candidates know it by."""

    def blocks() -> Any:
        with _storage.opened(path) as file:
            while True:
                block = file.read(1 << 20)
                if not block:
                    return
                yield block

    return Feed(blocks, path, f"{flag}{path}=", is_stored=True, file=copy)


def refused(name: str, reason: str) -> UsageError:
    return usage_error(f"{name} can't be used on many machines: {reason}")


def usage_error(message: str) -> UsageError:
    return UsageError(message + ".", code="usage")
