"""Files that options name, such as those of exclude. What is made of them depends on their content.

Files of the pool and of targets are known by size and date, since reading a pool takes long.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Sequence, Tuple

from .._errors import DselError
from . import _storage
from ._documents import facts_of, memory_of, refused

if TYPE_CHECKING:
    from ._plan import Job

# Path and SHA-256.
Content = Tuple[str, str]
# The option, the path that it names, and the file of that name or those in the directory.
Named = Tuple[str, str, Tuple[Content, ...]]

_BLOCK = 1 << 20


def named(option: str, path: str, readers: Sequence[str]) -> Named:
    """Reads the files that an option names.

    Raises:
        UsageError: one is a pipe, whose bytes only one task would get.
    """
    return option, path, tuple(_contents(option, path, readers))


def of_option(job: Job, option: str) -> List[Named]:
    """What the results depend on that are made with an option; nothing if it isn't given."""
    return [one for one in job.named if one[0] == option]


def expect_unchanged(job: Job, option: str) -> None:
    """Makes sure that the files of an option are those that the selection began with.

    Raises:
        DselError: one isn't.
    """
    for _, path, before in of_option(job, option):
        try:
            now = tuple(_contents(option, path, job.readers))
        except OSError:
            now = ()
        if now != before:
            differing = sorted(set(before) ^ set(now))
            raise DselError(
                "the file changed during the selection.",
                code="changed",
                file=differing[0][0],
                advice=f"Leave the files of {option} as they are until the selection is complete, "
                "and run it again: what was done without them is used again.",
            )


def in_manifest(job: Job, found: Mapping[str, Any]) -> Dict[str, Any]:
    """The files of options, under the names that a manifest of `dsel select` has for them.

    Args:
        found: what tasks said of them.
    """
    members: Dict[str, Any] = {}
    # Documents from memory go with the folder for work.
    folder = memory_of(job.work) + "/"
    files = [one for one in found.get("excluded_by", ()) if not one["path"].startswith(folder)]
    if files:
        members["excluded"] = {"files": files}
    if "base" in found:
        base = {name: found[name] for name in ("base", "base_xxh3")}
        members["settings"] = {"objective": {"name": found["objective"], **base}}
    return members


def stamps_of(paths: Sequence[str], readers: Sequence[str]) -> List[Any]:
    """What changes with the files of a target, and with those of its directories."""
    stamps: List[Any] = []
    for path in paths:
        if os.path.isdir(path):
            inside = _storage.files_of(path, readers)
            stamps.append([[one, facts_of(one, readers)] for one in inside])
        else:
            stamps.append(facts_of(path, readers))
    return stamps


def _contents(option: str, path: str, readers: Sequence[str]) -> List[Content]:
    files = _storage.files_of(path, readers)
    for file in files:
        if not os.path.isfile(file):
            raise refused(option, f"{file} is no file that can be read more than once")
    return [(file, _sha256(file)) for file in files]


def _sha256(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
