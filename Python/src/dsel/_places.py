"""Which file of a pool is which, under the paths that it has now."""

from __future__ import annotations

import math
import os
from typing import Dict, List, Optional, Sequence, Set, Tuple


def located(paths: Sequence[str], pool: Sequence[str]) -> List[Optional[str]]:
    """The pool's file for each path, by the rules of `dsel resample`.

    It is the same path, or else the one whose last parts agree most. Each file goes to one path.
    """
    by_path: Dict[Tuple[str, ...], int] = {}
    by_name: Dict[str, List[Tuple[int, Tuple[str, ...]]]] = {}
    for number, path in enumerate(pool):
        parts = _parts(path)
        by_path.setdefault(parts, number)
        by_name.setdefault(parts[-1], []).append((number, parts))
    best: Dict[int, Tuple[float, int, bool]] = {}
    for number, path in enumerate(paths):
        parts = _parts(path)
        exact = by_path.get(parts)
        found = (math.inf, exact) if exact is not None else _match(parts, by_name)
        if found is None:
            continue
        steps, place = found
        known = best.get(place)
        if known is None or steps > known[0]:
            best[place] = (steps, number, False)
        elif steps == known[0]:
            best[place] = (steps, known[1], True)
    result: List[Optional[str]] = [None] * len(paths)
    for place, (_, number, is_tied) in best.items():
        if not is_tied:
            result[number] = pool[place]
    return result


def files_in(directory: str) -> List[str]:
    """All files below a directory. Each directory is read once, so links in a circle do no harm."""
    known: Set[Tuple[int, int]] = set()
    found: List[str] = []
    for folder, folders, names in os.walk(directory, followlinks=True):
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in known:
            folders.clear()
            continue
        known.add((status.st_dev, status.st_ino))
        found += [os.path.join(folder, name) for name in names]
    return sorted(found)


def _match(
    parts: Tuple[str, ...], by_name: Dict[str, List[Tuple[int, Tuple[str, ...]]]]
) -> Optional[Tuple[float, int]]:
    """The file with the most last parts in common, and their number; None if several have."""
    most, file, is_tied = 0, 0, True
    for number, others in by_name.get(parts[-1], ()):
        common = 0
        for one, other in zip(reversed(parts), reversed(others)):
            if one != other:
                break
            common += 1
        if common >= most:
            most, file, is_tied = common, number, common == most
    return None if is_tied else (most, file)


def _parts(path: str) -> Tuple[str, ...]:
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return ("/", *parts) if path.startswith("/") or not parts else tuple(parts)
