"""The algorithm of a selection on many machines, once for all engines."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from .._errors import DselError, DselWarning
from . import _storage, _tasks
from ._engines import Engine
from ._plan import Job, Plan, planned, share_of
from ._results import Record

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._options import SelectOptions

# Models and candidates that one task adds up.
FAN_IN = 32
# At least so many documents are kept for a set, and three for each that is chosen.
_LEAST_KEPT = 10_000
# In two rounds, candidates are written without their n-grams first. It pays where at least so many
# candidates, and at least half of all, are not left of the whole pool. See Distributed.md.
_SAVED_BY_TWO_ROUNDS = 200_000
# A draw that has too few candidates, because of near-duplicates, is made from more: so many times.
_ATTEMPTS = 6


@dataclass(frozen=True)
class Selected:
    """A selection that was written.

    `files` are in the order of the pool: together, they have the bytes of one `dsel select`.
    `manifest` is what is in manifest.json. `steps` has the tasks, the seconds and the bytes of each
    step, of which `reused` were done before.
    """

    out: str
    files: List[str]
    manifest: Dict[str, Any]
    steps: Dict[str, Dict[str, float]] = field(default_factory=dict)


def select(
    engine: Engine,
    target: Any,
    pool: Any,
    work: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    text_field: str = "text",
    task_bytes: int = 64_000_000,
    **options: Unpack[SelectOptions],
) -> Selected:
    """Selects the documents of a pool that look most like a target, on many machines.

    The files in `out` have the bytes of one `dsel select` over the pool's files in the order of the
    bytes of their paths. If the run ends early, or a machine fails, the same call goes on.

    Args:
        engine: where tasks run: `Futures`, `Ray`, `Ranks`, or any object with their method `map`.
        target: as for `dsel.select`. Documents from memory are written to `work`.
        pool: files: paths, patterns, directories, or addresses that fsspec knows.
        work: a directory that all machines see, for models and candidates.
        out: a directory for the selection, one file for each of the pool's files with chosen lines.
        text_field: the field with the text, as --text-field takes it.
        task_bytes: one task reads small shards up to this size together, because it costs 0.2 s
            before it reads any. A larger shard has a task of its own.
        options: those of `dsel select`. The program says which of them need one machine. With
            force=True, another selection in `out` is replaced.

    Raises:
        UsageError: an option can't be used here. Nothing has been done then.
        DselError: a task failed; `file` is the shard.
    """
    plan = planned(target, pool, os.fspath(work), os.fspath(out), text_field, task_bytes, options)
    return _Run(engine, plan, options.get("force", False)).finish()


class _Run:
    """One call of `select`."""

    def __init__(self, engine: Engine, plan: Plan, force: bool) -> None:
        self._engine, self._plan, self._force = engine, plan, force
        self._job: Job = plan.job
        self._steps: Dict[str, Dict[str, float]] = {}
        self._warnings: Dict[str, None] = {}
        # Of each part.
        self._documents: List[int] = []

    def finish(self) -> Selected:
        plan = self._plan
        self._look_at_output(None)
        fitted, targets = self._fit()
        pool = self._merged("models", [record["file"] for record in fitted])
        self._documents = [record["documents"] for record in fitted]
        documents = sum(self._documents)
        count = plan.count or share_of(plan.fraction, documents)
        shards = self._shards(fitted)
        models = {"targets": targets, "pool": pool}
        objective = self._map(_tasks.trial, [{**models, "count": count}], "try")[0]["objective"]
        chosen = self._choose(models, shards, count, objective)
        written = self._write(chosen)
        return self._done(fitted, documents, count, objective, chosen, written)

    # The steps.

    def _fit(self) -> Tuple[List[Record], List[Tuple[str, str]]]:
        """Models of the targets and of the parts."""
        items: List[Record] = []
        for _, words in self._plan.targets:
            files = [word for word in words if not word.startswith("-")]
            items.append({"words": words, "stamps": [_storage.facts(file) for file in files]})
        for part in self._plan.parts:
            words = (f"--text-field={self._job.text_field}", *self._job.fit)
            paths = tuple(path for path, _, _ in part)
            items.append({"words": words + paths, "stamps": [shard[1:] for shard in part]})
        records = self._map(_tasks.fit, items, "fit")
        number = len(self._plan.targets)
        names = [name for name, _ in self._plan.targets]
        models = [(name, record["file"]) for name, record in zip(names, records)]
        return records[number:], models

    def _shards(self, fitted: Sequence[Record]) -> List[List[Record]]:
        """What is known of the shards of each part."""
        found: List[List[Record]] = []
        for part, record in zip(self._plan.parts, fitted):
            by_path = {one["path"]: one for one in record["inputs"]}
            own: List[Record] = []
            for path, _, _ in part:
                one = by_path.get(path) or record["inputs"][len(own)]
                facts = {"path": path, "bytes": one["bytes"], "xxh3": one["xxh3"]}
                own.append({**facts, "record": record["record"]})
            found.append(own)
        return found

    def _choose(
        self, models: Record, shards: Sequence[List[Record]], count: int, objective: str
    ) -> Record:
        """The chosen documents of each shard, as slices of one file."""
        kept = count
        for attempt in range(_ATTEMPTS):
            items = [{**models, "count": kept, "shards": part} for part in shards]
            if objective == "set" and self._is_in_two_rounds(kept):
                candidates = self._in_two_rounds(items)
            else:
                records = self._map(_tasks.weigh, items, "weigh")
                candidates = self._merged("candidates", [record["file"] for record in records])
            item = {"candidates": candidates, "count": count, "targets": models["targets"]}
            try:
                picks = self._map(_tasks.choose, [item], "choose")[0]
            except DselError as error:
                if error.code != "too_many_near_duplicates" or attempt + 1 == _ATTEMPTS:
                    raise
                # `dsel select` begins again, too.
                kept *= 2
                continue
            sliced = self._sliced(picks["file"], are_all_needed=False)
            return {**sliced, "chosen": picks["chosen"]}
        raise AssertionError("the last attempt returns or raises")

    def _is_in_two_rounds(self, count: int) -> bool:
        wanted = max(3 * count, _LEAST_KEPT)
        all_kept = sum(min(wanted, documents) for documents in self._documents)
        return all_kept > 2 * wanted and all_kept - wanted > _SAVED_BY_TWO_ROUNDS

    def _in_two_rounds(self, items: Sequence[Record]) -> str:
        """Candidates without their n-grams, and then the n-grams of those that are left."""
        keys_only = [{**item, "keys_only": True} for item in items]
        records = self._map(_tasks.weigh, keys_only, "weigh")
        keys = self._merged("keys", [record["file"] for record in records])
        sliced = self._sliced(keys, are_all_needed=True)
        second = []
        for item, place in zip(items, sliced["places"]):
            own = {"targets": item["targets"], "shards": item["shards"]}
            second.append({**own, "keys": {"file": sliced["cut"], "place": place}})
        records = self._map(_tasks.complete, second, "complete")
        return self._merged("candidates", [record["file"] for record in records])

    def _sliced(self, file: str, are_all_needed: bool) -> Record:
        parts = [len(part) for part in self._plan.parts]
        item = {"file": file, "parts": parts, "are_all_needed": are_all_needed}
        found = self._map(_tasks.slices, [item], "slice")[0]
        if found["places"] is None:
            # It isn't cut: each part reads all of it.
            return {**found, "cut": file, "places": [None] * len(parts), "picks": file}
        return {**found, "cut": found["file"], "picks": file}

    def _write(self, chosen: Record) -> List[Record]:
        """Copies the chosen lines. Shards without any aren't read again."""
        name = _storage.name_of(chosen["picks"].rsplit("/", 1)[1], self._job.write)
        self._look_at_output(name)
        items, number = [], 0
        for part, place in zip(self._plan.parts, chosen["places"]):
            shards = []
            for path, size, stamp in part:
                documents = chosen["candidates"][number]
                if documents:
                    facts = {"path": path, "size": size, "stamp": stamp}
                    shards.append({**facts, "number": number, "chosen": documents})
                number += 1
            if shards:
                picks = {"file": chosen["cut"], "place": place}
                items.append({"picks": picks, "shards": shards})
        records = self._map(_tasks.write, items, "write")
        return [file for record in records for file in record["files"]]

    # Parts of steps.

    def _merged(self, kind: str, files: List[str]) -> str:
        """Adds files up, in a tree."""
        while len(files) > 1:
            groups = [files[start : start + FAN_IN] for start in range(0, len(files), FAN_IN)]
            items = [{"kind": kind, "files": group} for group in groups if len(group) > 1]
            merged = self._map(_tasks.merge, items, f"merge {kind}")
            files = [record["file"] for record in merged]
            files += [file for group in groups if len(group) == 1 for file in group]
        return files[0]

    def _map(
        self, task: Callable[[Job, Any], Record], items: Sequence[Record], label: str
    ) -> List[Record]:
        records = list(self._engine.map(partial(task, self._job), items, label))
        step = self._steps.setdefault(
            label, {"tasks": 0, "reused": 0, "seconds": 0.0, "processor_seconds": 0.0, "bytes": 0}
        )
        for record in records:
            step["tasks"] += 1
            step["reused"] += bool(record.get("is_reused"))
            for name in ("seconds", "processor_seconds"):
                step[name] = round(step[name] + record.get(name, 0), 3)
            step["bytes"] += record.get("stored_bytes", 0)
            if label in ("fit", "choose"):
                self._warnings.update(dict.fromkeys(record.get("warnings", ())))
        return records

    # The output.

    def _look_at_output(self, selection: Optional[str]) -> None:
        """Makes sure that `out` has nothing, or a part of this very selection.

        Args:
            selection: what identifies the selection; None before it is known.

        Raises:
            DselError: there is something else.
        """
        out = self._job.out
        claim = _storage.joined(out, ".dsel-selection")
        own = {"asked": self._plan.name, "selection": selection}
        names = _storage.names_in(out)
        theirs = [name for name in names if _is_ours(name)]
        found = _storage.read_json(claim) if ".dsel-selection" in names else None
        is_other = found is not None and found["asked"] != own["asked"]
        if selection is not None:
            is_other = is_other or (found is not None and found != own)
        if is_other or (found is None and theirs):
            if not self._force:
                raise DselError(
                    "another selection is in the directory, or is being written there.",
                    code="output_exists",
                    file=out,
                    advice="Name an empty directory, or give force=True to replace it.",
                )
            for name in [name for name in theirs if name != "manifest.json"]:
                _storage.remove(_storage.joined(out, name))
            _storage.remove(_storage.joined(out, "manifest.json"))
            _storage.remove(claim)
        if selection is not None and _storage.claimed(claim, own) != own:
            raise DselError(
                "another selection is being written to the directory.",
                code="output_exists",
                file=out,
                advice="Wait for its end, or name another directory.",
            )

    def _done(
        self,
        fitted: Sequence[Record],
        documents: int,
        count: int,
        objective: str,
        chosen: Record,
        written: Sequence[Record],
    ) -> Selected:
        sums = {name: sum(file[name] for file in written) for name in _SUMS}
        if sums["documents"] != chosen["chosen"]:
            # Each task has checked its own part already.
            raise DselError(f"{sums['documents']} of {chosen['chosen']} documents were written.")
        skipped: Dict[str, int] = {}
        for record in fitted:
            for reason, number in record["skipped_lines"].items():
                skipped[reason] = skipped.get(reason, 0) + number
        inputs = [one for record in fitted for one in record["inputs"]]
        manifest = {
            "dsel_version": self._job.version,
            "format": "dsel-distributed-selection",
            "options": {name: _plain(value) for name, value in self._plan.options.items()},
            "text_field": self._job.text_field,
            "count": count,
            "objective": objective,
            "pool": {"documents": documents, "skipped_lines": skipped, "inputs": inputs},
            "selected": {**sums, "shortfall": max(0, count - sums["documents"])},
            "files": [
                {name: value for name, value in file.items() if name != "stored_bytes"}
                for file in written
            ],
        }
        _storage.write_json(_storage.joined(self._job.out, "manifest.json"), manifest, indent=1)
        for text in self._warnings:
            warnings.warn(text, DselWarning, stacklevel=4)
        paths = [_storage.joined(self._job.out, file["name"]) for file in written]
        return Selected(self._job.out, paths, manifest, self._steps)


_SUMS = ("documents", "tokens", "bytes")


def _is_ours(name: str) -> bool:
    return name == "manifest.json" or (name.startswith("shard_") and ".jsonl" in name)


def _plain(value: Any) -> Any:
    if isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (list, tuple)) and all(isinstance(v, (str, os.PathLike)) for v in value):
        return [os.fspath(item) for item in value]
    return f"documents from memory: {type(value).__name__}"
