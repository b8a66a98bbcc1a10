"""Files that all machines see: of a shared file system, or of an object store through fsspec.

A result gets its name when it is whole. Two tasks that make the same result don't disturb each
other: each writes to a name of its own, and the last one to finish replaces equal bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import tempfile
import time
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from .._errors import DselError

# Where an object appears when its upload is complete. Elsewhere it is renamed then.
_WHOLE_PUTS = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oss", "r2", "cos", "obs"}
_DOCUMENTS = re.compile(r"\.((jsonl|ndjson|json)(\.(zst|zstd|gz|gzip))?|parquet)$", re.IGNORECASE)
# On NFS, a new file may be unknown to another machine for some seconds.
_SEEN_AFTER = 10.0


def is_remote(path: str) -> bool:
    return "://" in path


def absolute(path: Any) -> str:
    """The path as every machine may use it."""
    name: str = os.fspath(path)
    return name if is_remote(name) else os.path.abspath(name)


def joined(directory: str, *names: str) -> str:
    return "/".join([directory.rstrip("/"), *names])


def name_of(*parts: object) -> str:
    """A name for what is made from `parts`."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


# Single files.


def facts(path: str) -> Optional[Tuple[int, str]]:
    """The size of a file, and a text that changes with the file; None if there is none."""
    if is_remote(path):
        system, inner = _remote(path)
        try:
            system.invalidate_cache()
            info = system.info(inner)
            return int(info["size"] or 0), str(system.ukey(inner))
        except FileNotFoundError:
            return None
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_size, str(status.st_mtime_ns)


def read_json(path: str) -> Optional[Dict[str, Any]]:
    """A record; None if there is none, or if a crash of the machine damaged it."""
    try:
        if is_remote(path):
            system, inner = _remote(path)
            system.invalidate_cache()
            data = system.cat_file(inner)
        else:
            with open(path, "rb") as file:
                data = file.read()
        value = json.loads(data)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def write_json(path: str, value: Dict[str, Any], indent: Optional[int] = None) -> None:
    with new_file(path) as temporary, open(temporary, "w") as file:
        json.dump(value, file, indent=indent, sort_keys=True)
        file.write("\n")


def claimed(path: str, value: Dict[str, Any]) -> Dict[str, Any]:
    """Writes a record unless there is one; returns the one that is there then."""
    if is_remote(path):
        # Not every store can create an object only if there is none.
        found = read_json(path)
        if found is None:
            write_json(path, value)
        return found or value
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}.{_unique()}"
    with open(temporary, "w") as file:
        json.dump(value, file)
    try:
        os.link(temporary, path)
        return value
    except FileExistsError:
        return read_json(path) or {}
    except OSError:
        # A file system without links.
        found = read_json(path)
        if found is None:
            os.replace(temporary, path)
            return value
        return found
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


def remove(path: str) -> None:
    try:
        if is_remote(path):
            system, inner = _remote(path)
            system.rm_file(inner)
        else:
            os.unlink(path)
    except FileNotFoundError:
        pass


def remove_tree(directory: str) -> None:
    if is_remote(directory):
        system, inner = _remote(directory)
        if system.exists(inner):
            system.rm(inner, recursive=True)
    else:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def local_copy(path: str) -> Iterator[str]:
    """The path of a file on this machine."""
    if not is_remote(path):
        end = time.monotonic() + _SEEN_AFTER
        while not os.path.exists(path) and time.monotonic() < end:
            if not os.path.isdir(os.path.dirname(path)):
                break
            # Reading the directory makes the client of a network file system look again.
            os.listdir(os.path.dirname(path))
            time.sleep(0.2)
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="dsel-") as folder:
        copy = os.path.join(folder, path.rsplit("/", 1)[1])
        system, inner = _remote(path)
        system.get_file(inner, copy)
        yield copy


@contextmanager
def new_file(path: str, final: Optional[Callable[[], str]] = None) -> Iterator[str]:
    """A path on this machine. What is written there gets its name at the end, if nothing failed.

    Args:
        final: the name, if it is only known then; in the directory of `path`. A file of this name
            and of the same size stays: other tasks may be reading it, and it is equal.
    """
    name = path.rsplit("/", 1)[1]
    if is_remote(path):
        with tempfile.TemporaryDirectory(prefix="dsel-") as folder:
            copy = os.path.join(folder, name)
            yield copy
            _put(copy, path if final is None else final())
        return
    directory = os.path.dirname(path)
    os.makedirs(directory, exist_ok=True)
    # The name keeps its end, which says how the file is compressed.
    temporary = os.path.join(directory, f".{_unique()}.{name}")
    try:
        yield temporary
        if final is None or not _linked(temporary, final()):
            os.replace(temporary, path if final is None else final())
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


@contextmanager
def new_files(directory: str) -> Iterator[str]:
    """A directory on this machine. The files in it get their names at the end, if nothing failed,
    each when it is whole."""
    if is_remote(directory):
        with tempfile.TemporaryDirectory(prefix="dsel-") as folder:
            yield folder
            for name in sorted(os.listdir(folder)):
                _put(os.path.join(folder, name), joined(directory, name))
        return
    os.makedirs(directory, exist_ok=True)
    folder = os.path.join(directory, f".{_unique()}")
    os.mkdir(folder)
    try:
        yield folder
        for name in sorted(os.listdir(folder)):
            os.replace(os.path.join(folder, name), os.path.join(directory, name))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _linked(temporary: str, path: str) -> bool:
    """Gives a file its name, if there is none of the same size."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        if os.stat(path).st_size != os.stat(temporary).st_size:
            return False
    except OSError:
        return False  # A file system without links.
    os.unlink(temporary)
    return True


def part_of(path: str, start: int, length: int) -> bytes:
    """Some bytes of a file."""
    if is_remote(path):
        system, inner = _remote(path)
        return bytes(system.cat_file(inner, start=start, end=start + length))
    with local_copy(path) as local, open(local, "rb") as file:
        file.seek(start)
        return file.read(length)


def opened(path: str) -> Any:
    """A remote file, to be read from its beginning to its end."""
    system, inner = _remote(path)
    return system.open(inner, "rb", cache_type="readahead")


def names_in(directory: str) -> List[str]:
    """The names of the files in a directory."""
    try:
        if is_remote(directory):
            system, inner = _remote(directory)
            system.invalidate_cache()
            return sorted(name.rsplit("/", 1)[1] for name in system.ls(inner, detail=False))
        return sorted(os.listdir(directory))
    except (FileNotFoundError, NotADirectoryError):
        return []


# Pools.


def files_of(path: str, readers: Sequence[str] = ()) -> List[str]:
    """The files that a path stands for: a file, a directory as dsel reads it, a remote pattern.

    Args:
        readers: patterns of names. In a directory, such files are documents, too.
    """
    if not is_remote(path):
        return _files_below(path, readers) if os.path.isdir(path) else [path]
    system, inner = _remote(path)
    if any(sign in inner for sign in "*?["):
        found = system.glob(inner)
    elif system.isdir(inner):
        names = system.find(inner)
        found = [name for name in names if _is_read(name[len(inner) :], name, readers)]
    else:
        return [path]
    if not found:
        raise FileNotFoundError(f"{path}: there are no such files")
    return [str(system.unstrip_protocol(name)) for name in found]


def _files_below(directory: str, readers: Sequence[str]) -> List[str]:
    found: List[str] = []
    seen = set()
    for folder, folders, names in os.walk(directory, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            folders[:] = []
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = [(name, os.path.join(folder, name)) for name in names]
        found += [path for name, path in paths if _is_read(name, path, readers)]
    if not found:
        raise DselError(
            "there are no files of documents in the directory.",
            code="no_documents",
            file=directory,
            advice="Name files themselves to read them under any name, or give a reader for them.",
        )
    return sorted(found, key=os.fsencode)


def _is_read(path: str, whole: str, readers: Sequence[str]) -> bool:
    """Whether a file of a directory is one of documents.

    Args:
        path: in the directory.
        whole: the same, with the directory.
    """
    parts = path.strip("/").split("/")
    name = parts[-1]
    is_hidden = any(part.startswith(".") for part in parts)
    is_manifest = name == "manifest.json" or name.endswith(".manifest.json")
    if is_hidden or is_manifest:
        return False
    return _DOCUMENTS.search(name) is not None or is_matched(whole, readers)


def is_matched(path: str, readers: Sequence[str]) -> bool:
    """Whether a command reads this file or address.

    Args:
        readers: regular expressions.
    """
    # A pattern without a slash is about the last part of a name.
    last = path.rsplit("/", 1)[-1]
    return any(re.match(one, path if "/" in one else last, re.DOTALL) for one in readers)


# Remote files.


def _remote(path: str) -> Tuple[Any, str]:
    try:
        import fsspec
    except ImportError:
        raise ImportError(
            f"{path} needs the package fsspec, and the one that knows this kind of store: "
            "pip install fsspec, and s3fs, gcsfs or adlfs"
        ) from None
    system, inner = fsspec.core.url_to_fs(path)
    return system, inner


def _put(local: str, path: str) -> None:
    system, inner = _remote(path)
    if path.split("://", 1)[0] in _WHOLE_PUTS:
        system.put_file(local, inner)
        return
    folder = inner.rsplit("/", 1)[0]
    system.makedirs(folder, exist_ok=True)
    temporary = f"{folder}/.{_unique()}.{inner.rsplit('/', 1)[1]}"
    try:
        system.put_file(local, temporary)
        system.mv(temporary, inner)
    except BaseException:
        if system.exists(temporary):
            system.rm_file(temporary)
        raise


def _unique() -> str:
    return f"{socket.gethostname()}.{os.getpid()}.{secrets.token_hex(6)}.dsel-tmp"
