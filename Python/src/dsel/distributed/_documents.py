"""Where the documents of a selection are, and how they reach the program on any machine."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Iterable, List, Optional, Sequence, Tuple, Union

from .._errors import DselError, UsageError
from .._process import Feed
from .._sources import Documents, Files, is_parquet, source
from . import _readers, _storage
from ._cost import RATIO, text_bytes

# Path, size and stamp, which changes with the file.
Shard = Tuple[str, int, str]


def shards_of(pool: Any, readers: Sequence[str] = ()) -> List[Shard]:
    """Path, size and stamp of each file of the pool, in the order of the bytes of their paths.

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
            found += [one] if is_read else _storage.files_of(_storage.absolute(one))
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


def _stamped(paths: Sequence[str], readers: Sequence[str]) -> List[Shard]:
    found: List[Optional[Tuple[int, str]]] = []
    # On a shared file system, each question takes a millisecond. What waits for its answer takes a
    # kilobyte of memory.
    with ThreadPoolExecutor(16) as threads:
        for start in range(0, len(paths), 1000):
            block = paths[start : start + 1000]
            found += threads.map(partial(_facts_of_lines, readers=readers), block)
    shards: List[Shard] = []
    for path, facts in zip(paths, found):
        if facts is None:
            raise _no_such_file(path)
        shards.append((path, *facts))
    if not shards:
        raise usage_error("the pool has no files")
    return shards


def _facts_of_lines(path: str, readers: Sequence[str]) -> Optional[Tuple[int, str]]:
    if not _readers.is_matched(path, readers):
        # The first bytes of objects aren't asked for: that would take as long again.
        is_remote = _storage.is_remote(path)
        if path.lower().endswith(".parquet") if is_remote else is_parquet(path):
            raise UsageError(
                "rows of Parquet files can't be written by many tasks yet. Use 'dsel fit', 'dsel "
                "weigh --candidates' for each file, 'dsel merge', 'dsel resample --picks' and "
                "'python -m dsel take', or the functions of these names and pick(): see "
                "Documentation/Distributed.md. A pool of both Parquet files and JSON lines is "
                "to be made one kind first.",
                code="usage",
                file=path,
            )
    return facts_of(path, readers)


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


def stored(documents: Documents, field: str, work: str, role: str) -> Tuple[List[str], str]:
    """The files of documents, and the field of their texts. Others than files are written to one
    in `work`, so that all machines can read them."""
    if isinstance(documents, (str, os.PathLike)) and _storage.is_remote(os.fspath(documents)):
        return _storage.files_of(os.fspath(documents)), field
    found = source(documents, field, role=role)
    if isinstance(found, Files):
        paths = [_storage.absolute(path) for path in found.paths]
        for path in paths:
            if not _storage.is_remote(path) and not os.path.exists(path):
                raise _no_such_file(path)
        return paths, field
    found.prepare()
    rows = b"".join(found.named_lines(role))
    path = _storage.joined(work, "inputs", hashlib.sha256(rows).hexdigest()[:24] + ".jsonl")
    with _storage.new_file(path) as temporary, open(temporary, "wb") as file:
        file.write(rows)
    return [path], found.text_field


def feeds_of(words: Sequence[str], readers: Sequence[str]) -> List[Union[str, Feed]]:
    """The words, in which remote files that no command reads are pipes with their names."""
    made: List[Union[str, Feed]] = []
    for word in words:
        if word.startswith("-") or not _readers.is_fed(word, readers):
            made.append(word)
        else:
            made.append(feed_of(word))
    return made


def feed_of(path: str, flag: str = "") -> Feed:
    """A remote file as a pipe, by the name that models and candidates know it by."""

    def blocks() -> Any:
        with _storage.opened(path) as file:
            while True:
                block = file.read(1 << 20)
                if not block:
                    return
                yield block

    return Feed(blocks, path, f"{flag}{path}=", is_stored=True)


def refused(name: str, reason: str) -> UsageError:
    return usage_error(f"{name} can't be used on many machines: {reason}")


def usage_error(message: str) -> UsageError:
    return UsageError(message + ".", code="usage")
