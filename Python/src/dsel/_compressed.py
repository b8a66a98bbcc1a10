"""Files that may be compressed."""

from __future__ import annotations

import gzip
import io
from typing import IO, Any, cast

_FEW = 1 << 16


def opened(path: str) -> IO[bytes]:
    """A file, decompressed if its first bytes say so."""
    file = open(path, "rb")  # noqa: SIM115 - the caller closes it
    start = file.read(4)
    file.seek(0)
    if start[:2] == b"\x1f\x8b":
        file.close()
        return cast(IO[bytes], gzip.open(path, "rb"))
    if start == b"\x28\xb5\x2f\xfd":
        file.close()
        return _zstd(path, "rb", f"{path} is compressed")
    return file


def created(path: str, name: str) -> IO[bytes]:
    """A file to write, compressed if its name says so.

    Args:
        name: what the file is called when it is whole.
    """
    if name.lower().endswith((".gz", ".gzip")):
        return cast(IO[bytes], gzip.open(path, "wb"))
    if name.lower().endswith((".zst", ".zstd")):
        return _zstd(path, "wb", f"{name} is to be compressed")
    return open(path, "wb")


def _zstd(path: str, mode: str, fact: str) -> IO[bytes]:
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        pass  # It comes with Python 3.14.
    else:
        return cast(IO[bytes], cast(Any, zstd).open(path, mode))
    try:
        import pyarrow
    except ImportError as fault:
        raise ImportError(
            f"{fact} with zstd, which needs Python 3.14 or pyarrow: pip install pyarrow"
        ) from fault
    if mode == "rb":
        raw = pyarrow.CompressedInputStream(pyarrow.OSFile(path, "rb"), "zstd")
        # pyarrow has no lines of its own for compressed streams.
        return io.BufferedReader(raw, _FEW)
    written: IO[bytes] = pyarrow.CompressedOutputStream(pyarrow.OSFile(path, "wb"), "zstd")
    return written
