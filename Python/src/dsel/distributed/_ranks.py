"""An engine without a driver: jobs of a scheduler, each of which does its share of a step."""

from __future__ import annotations

import os
from typing import Any, Callable, List, Sequence

from .._errors import DselError, UsageError
from . import _storage

# So many tasks are done by the first job that can, and not shared.
_ALONE = 64


class Incomplete(Exception):
    """Other jobs have not done their share of a step yet. Run the job again after them."""


class Ranks:
    """Job `rank` of `count` jobs that a scheduler starts, such as a job array.

    Each job calls `select` in the same way. It does its share of the next step and raises
    `Incomplete`, unless all others have done theirs: then it goes on to the following step. The
    array is therefore started several times, each time after the one before: `select` ends when
    nothing is left to do.
    """

    def __init__(self, rank: int, count: int, work: str | os.PathLike[str]) -> None:
        """Does nothing yet.

        Args:
            rank: from 0.
            work: the work folder of the selection.
        """
        if not 0 <= rank < count:
            raise ValueError(f"there is no rank {rank} of {count}")
        self._rank, self._count = rank, count
        self._folder = _storage.joined(_storage.absolute(work), "ranks")

    @classmethod
    def of_slurm(cls, work: str | os.PathLike[str]) -> Ranks:
        """The rank that Slurm gives to a job of an array.

        Raises:
            UsageError: this process is no such job.
        """
        try:
            first, place, count = (
                int(os.environ[f"SLURM_ARRAY_TASK_{name}"]) for name in ("MIN", "ID", "COUNT")
            )
        except KeyError as fault:
            raise UsageError(
                f"this is no job of an array of Slurm: {fault.args[0]} isn't set. Start it with "
                "sbatch --array, or use Ranks(rank, count, work).",
                code="usage",
            ) from None
        return cls(place - first, count, work)

    def map(
        self, function: Callable[[Any], Any], items: Sequence[Any], label: str
    ) -> Sequence[Any]:
        try:
            return self._shared(function, items, label)
        except DselError as error:
            if error.code == "changed":
                # What is known of the steps is of another pool.
                _storage.remove_tree(self._folder)
            raise

    def _shared(
        self, function: Callable[[Any], Any], items: Sequence[Any], label: str
    ) -> Sequence[Any]:
        if len(items) <= 1 or (label.startswith("merge ") and len(items) <= _ALONE):
            return [function(item) for item in items]
        step = _storage.joined(self._folder, _storage.name_of(label, list(items), self._count))
        whole = _storage.read_json(step + ".json")
        if whole is not None:
            results: List[Any] = whole["results"]
            return results
        own = _storage.joined(step, f"{self._rank}.json")
        if _storage.read_json(own) is None:
            share = items[self._rank :: self._count]
            _storage.write_json(own, {"results": [function(item) for item in share]})
        parts: List[Sequence[Any]] = []
        for rank in range(self._count):
            part = _storage.read_json(_storage.joined(step, f"{rank}.json"))
            if part is None:
                raise Incomplete(
                    f"{label}: job {self._rank + 1} of {self._count} has done its share, and job "
                    f"{rank + 1} hasn't yet"
                )
            parts.append(part["results"])
        results = [parts[n % self._count][n // self._count] for n in range(len(items))]
        _storage.write_json(step + ".json", {"results": results})
        return results
