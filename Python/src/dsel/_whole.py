"""Files that appear under their names when they are whole."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import Iterable, Iterator


@contextmanager
def whole(path: str) -> Iterator[str]:
    """The name of a temporary file, which gets its own name when it is written."""
    directory = os.path.dirname(path) or "."
    descriptor, temporary = tempfile.mkstemp(dir=directory, prefix=".dsel-")
    try:
        yield temporary
        os.fsync(descriptor)
        mask = os.umask(0)
        os.umask(mask)
        # The mode that open() would have given it.
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    finally:
        os.close(descriptor)


def write_whole(path: str | os.PathLike[str], parts: Iterable[bytes]) -> None:
    """Writes a file that appears under its name when it is whole."""
    with whole(os.fspath(path)) as temporary, open(temporary, "wb") as file:
        file.writelines(parts)
