"""The algorithm of a selection on many machines, once for all engines."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence as SequenceABC
from dataclasses import dataclass, field
from functools import partial
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
)

from .._errors import DselError, DselWarning
from . import _cost, _inputs, _storage, _tasks
from ._claims import look_at_output
from ._documents import Shard, usage_error
from ._engines import Engine
from ._plan import Job, Plan, planned, share_of
from ._results import Record, warnings_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._options import SelectOptions

# At least so many documents are kept for a set, and three for each that is chosen.
_LEAST_KEPT = 10_000
# A draw that has too few candidates, because of near-duplicates, is made from more: so many times.
_ATTEMPTS = 6


# A file that a task has made, and its size: the driver keeps no more of a hundred thousand tasks.
Made = Tuple[str, int]


@dataclass(frozen=True)
class Selected:
    """A selection that was written.

    `files` are in the order of the pool: together, they have the bytes of one `dsel select`.
    `manifest` is what is in manifest.json. `steps` has the tasks, the seconds and the bytes of each
    step, of which `reused` were done before. `processor_seconds` are those of the program's runs.
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
    task_bytes: int = _cost.TASK_BYTES,
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
        task_bytes: one task reads small shards up to this size together, because it costs some
            0.35 s of processor time besides. Shards that aren't compressed count a third. A larger
            shard has a task of its own.
        options: those of `dsel select`. The program says which of them need one machine. With
            force=True, another selection in `out` is replaced.

    Raises:
        UsageError: an option can't be used here. Nothing has been done then.
        DselError: a task failed; `file` is the shard.
    """
    plan = planned(target, pool, os.fspath(work), os.fspath(out), text_field, task_bytes, options)
    return _Run(engine, plan, options.get("force", False)).finish()


class Items(SequenceABC[Any]):
    """The items of a step, which are made when they are asked for."""

    def __init__(self, count: int, make: Callable[[int], Record]) -> None:
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self._make(number) for number in range(*place.indices(self._count))]
        if not 0 <= place < self._count:
            raise IndexError(place)
        return self._make(place)


class _Run:
    """One call of `select`."""

    def __init__(self, engine: Engine, plan: Plan, force: bool) -> None:
        self._engine, self._plan, self._force = engine, plan, force
        self._job: Job = plan.job
        self._steps: Dict[str, Dict[str, float]] = {}
        self._warnings: Dict[str, None] = {}
        # Of each part: its record; size, hash and documents of each shard; all documents.
        self._facts: List[Tuple[str, Tuple[Tuple[int, str, int], ...]]] = []
        self._documents: List[int] = []
        self._text_bytes = 0
        self._skipped: Dict[str, int] = {}

    def finish(self) -> Selected:
        plan = self._plan
        self._look_at_output(None)
        targets, parts = self._fit()
        pool = self._merged("models", parts)[0]
        documents = sum(self._documents)
        count = plan.count or share_of(plan.fraction, documents)
        models = {"targets": targets, "pool": pool}
        if plan.unit != "documents":
            models["unit"] = plan.unit
        trial = self._map(_tasks.trial, [{**models, "count": count}], "try")[0]
        objective = trial["objective"]
        if objective == "set" and plan.options.get("fill"):
            raise usage_error("fill needs objective='weight' on many machines")
        chosen = self._choose(models, count, objective)
        written = self._write(chosen)
        return self._done(count, {**trial, **chosen, "objective": objective}, written)

    # The steps.

    def _fit(self) -> Tuple[List[Tuple[str, str]], List[Made]]:
        """Models of the targets, by their names, and of the parts."""
        targets, parts = self._plan.targets, self._plan.parts
        words = (f"--text-field={self._job.text_field}", *self._job.fit)

        def item(number: int) -> Record:
            if number < len(targets):
                own = targets[number][1]
                files = [word for word in own if not word.startswith("-")]
                return {"words": own, "stamps": _inputs.stamps_of(files, self._job.readers)}
            part = parts[number - len(targets)]
            paths = tuple(path for path, _, _ in part)
            return {"words": (*words, *paths), "stamps": [shard[1:] for shard in part]}

        records = self._map(_tasks.fit, Items(len(targets) + len(parts), item), "fit")
        names = [name for name, _ in targets]
        models = [(name, record["file"]) for name, record in zip(names, records)]
        for name, record in zip(names, records):
            if not record.get("documents"):
                raise DselError(
                    f"the target{name and ' '}{name} is empty: no document in it.",
                    code="no_documents",
                    advice="Check the files or documents of the target.",
                )
        records = records[len(targets) :]
        for record in records:
            part = parts[len(self._facts)]
            facts = tuple((size, xxh3, documents) for size, xxh3, documents in record["inputs"])
            self._facts.append((record["record"], facts))
            self._documents.append(sum(documents for _, _, documents in facts))
            for (path, _, _), (size, _, _) in zip(part, facts):
                self._text_bytes += _cost.text_bytes(path, size)
            for reason, number in record.get("skipped_lines", {}).items():
                self._skipped[reason] = self._skipped.get(reason, 0) + number
        return models, _made(records)

    def _shards(self, number: int) -> List[Record]:
        """What is known of the shards of a part."""
        record, facts = self._facts[number]
        return [
            {"path": path, "bytes": size, "xxh3": xxh3, "record": record}
            for (path, _, _), (size, xxh3, _) in zip(self._plan.parts[number], facts)
        ]

    def _choose(self, models: Record, count: int, objective: str) -> Record:
        """The chosen documents of each shard, as slices of one file."""
        kept = count
        for attempt in range(_ATTEMPTS):
            settings = {**models, "count": kept}
            if objective == "set" and self._is_in_two_rounds(kept):
                candidates = self._in_two_rounds(settings)
            else:
                candidates = self._merged("candidates", self._weigh(settings), is_enough=True)
            item = {"candidates": candidates, "count": count, "targets": models["targets"]}
            item["unit"] = self._plan.unit
            try:
                picks = self._map(_tasks.choose, [item], "choose")[0]
            except DselError as error:
                more = ("too_many_near_duplicates", "too_few_candidates")
                if error.code not in more or attempt + 1 == _ATTEMPTS:
                    raise
                # `dsel select` begins again, too.
                kept *= 2
                continue
            parts = [len(group) for _, group in self._groups()]
            sliced = self._sliced([picks["file"]], parts, are_all_needed=False)
            cut = picks["file"] if sliced["places"] is None else sliced["file"]
            # Of the base, if there is one, and the choice.
            own = {name: value for name, value in picks.items() if name.startswith("base")}
            own = {**own, "picks": picks["file"], "cut": cut, "chosen": picks.get("chosen", 0)}
            return {**sliced, **own}
        raise AssertionError("the last attempt returns or raises")

    def _is_in_two_rounds(self, count: int) -> bool:
        # Of tokens and bytes, it isn't known how many documents they are.
        if self._plan.unit != "documents" or self._plan.options.get("stratify"):
            return False
        wanted = max(3 * count, _LEAST_KEPT)
        return _cost.two_rounds_are_cheaper(wanted, self._documents, self._text_bytes)

    def _weigh(self, settings: Record) -> List[Made]:
        def item(number: int) -> Record:
            return {**settings, "shards": self._shards(number)}

        records = self._map(_tasks.weigh, Items(len(self._facts), item), "weigh")
        return _made(records)

    def _in_two_rounds(self, settings: Record) -> List[str]:
        """Candidates without their n-grams, and then the n-grams of those that are left."""
        weighed = self._weigh({**settings, "keys_only": True})
        keys = self._merged("keys", weighed, is_enough=True)
        sliced = self._sliced(keys, [len(part) for part in self._plan.parts], are_all_needed=True)
        places = sliced["places"]
        # Without places, each part reads all keys.
        cut = sliced["file"] if places else self._merged("keys", weighed)[0]

        def item(number: int) -> Record:
            place = {"file": cut, "place": places[number] if places else None}
            return {"targets": settings["targets"], "shards": self._shards(number), "keys": place}

        records = self._map(_tasks.complete, Items(len(self._facts), item), "complete")
        return self._merged("candidates", _made(records), is_enough=True)

    def _sliced(self, files: List[str], parts: List[int], are_all_needed: bool) -> Record:
        """Where the candidates of each part are in one file. `places` is None if it isn't cut."""
        item = {"files": files, "parts": parts, "are_all_needed": are_all_needed}
        return {"places": None, **self._map(_tasks.slices, [item], "slice")[0]}

    def _write(self, chosen: Record) -> List[Record]:
        """Copies the chosen lines. Shards without any aren't read again."""
        name = _storage.name_of(chosen["picks"].rsplit("/", 1)[1], self._job.write)
        self._look_at_output(name)
        candidates, places = chosen["candidates"], chosen["places"]
        tasks: List[Tuple[int, Sequence[Shard], Any]] = []
        for place, (first, group) in enumerate(self._groups()):
            if any(candidates[first : first + len(group)]):
                tasks.append((first, group, places and places[place]))

        def item(number: int) -> Record:
            first, group, place = tasks[number]
            shards = [
                {
                    "path": path,
                    "size": size,
                    "stamp": stamp,
                    "number": one,
                    "chosen": candidates[one],
                }
                for one, (path, size, stamp) in enumerate(group, first)
                if candidates[one]
            ]
            # Without places, the picks know all shards.
            known = {"first": first if places else 0, "place": place}
            return {"picks": chosen["cut"], "shards": shards, **known}

        records = self._map(_tasks.write, Items(len(tasks), item), "write")
        return [file for record in records for file in record["files"]]

    def _groups(self) -> Iterator[Tuple[int, Sequence[Shard]]]:
        """Shards that one task writes, and the number of the first one."""
        first = 0
        for part in self._plan.parts:
            for start in range(0, len(part), _cost.WRITTEN_BY_A_TASK):
                yield first + start, part[start : start + _cost.WRITTEN_BY_A_TASK]
            first += len(part)

    # Parts of steps.

    def _merged(self, kind: str, made: List[Made], is_enough: bool = False) -> List[str]:
        """Adds the files of tasks up, in a tree.

        Args:
            is_enough: a few small files may be left, which the next step merges on its way.
        """
        while len(made) > 1:
            size = sum(bytes for _, bytes in made)
            if is_enough and len(made) <= _cost.FAN_IN and size <= _cost.MERGED_ON_THE_WAY:
                break
            groups = _cut(made, _cost.FAN_IN)
            files = [[file for file, _ in group] for group in groups if len(group) > 1]
            items = [{"kind": kind, "files": group} for group in files]
            rest = [one for group in groups if len(group) == 1 for one in group]
            made = _made(self._map(_tasks.merge, items, f"merge {kind}")) + rest
        return [file for file, _ in made]

    def _map(
        self, task: Callable[[Job, Any], Record], items: Sequence[Record], label: str
    ) -> List[Record]:
        records = list(self._engine.map(partial(task, self._job), items, label))
        step = self._steps.setdefault(
            label, {"tasks": 0, "reused": 0, "seconds": 0.0, "processor_seconds": 0.0, "bytes": 0}
        )
        for record in records:
            seconds, processor_seconds, size, is_reused = record["cost"]
            step["tasks"] += 1
            step["reused"] += is_reused
            step["seconds"] = round(step["seconds"] + seconds, 3)
            step["processor_seconds"] = round(step["processor_seconds"] + processor_seconds, 3)
            step["bytes"] += size
        if label in ("fit", "choose"):
            self._warnings.update(dict.fromkeys(warnings_of(records)))
        return records

    # The output.

    def _look_at_output(self, selection: Optional[str]) -> None:
        look_at_output(self._job.out, self._plan.name, selection, self._force)

    def _done(self, count: int, chosen: Record, written: Sequence[Record]) -> Selected:
        """Writes the manifest, also of what `trial` and `choose` found out."""
        sums = {name: sum(file[name] for file in written) for name in _SUMS}
        if sums["documents"] != chosen["chosen"]:
            # Each task has checked its own part already.
            raise DselError(f"{sums['documents']} of {chosen['chosen']} documents were written.")
        for file in written:
            # It depends on the program's zstd.
            file.pop("stored_bytes", None)
        inputs = [
            {"path": path, "bytes": size, "xxh3": xxh3, "documents": documents}
            for part, (_, facts) in zip(self._plan.parts, self._facts)
            for (path, _, _), (size, xxh3, documents) in zip(part, facts)
        ]
        pool = {"documents": sum(self._documents), "skipped_lines": self._skipped}
        manifest = {
            "dsel_version": self._job.version,
            "format": "dsel-distributed-selection",
            "options": {name: _plain(value) for name, value in self._plan.options.items()},
            "text_field": self._job.text_field,
            "count": count,
            **({} if self._plan.unit == "documents" else {"unit": self._plan.unit}),
            "objective": chosen["objective"],
            "pool": {**pool, "inputs": inputs},
            **_inputs.in_manifest(self._job, chosen),
            "selected": {**sums, "shortfall": max(0, count - sums[self._plan.unit])},
            "files": list(written),
        }
        _storage.write_json(_storage.joined(self._job.out, "manifest.json"), manifest, indent=1)
        for text in self._warnings:
            warnings.warn(text, DselWarning, stacklevel=4)
        paths = [_storage.joined(self._job.out, file["name"]) for file in written]
        return Selected(self._job.out, paths, manifest, self._steps)


def _made(records: Sequence[Record]) -> List[Made]:
    return [(record["file"], record["cost"][2]) for record in records]


def _cut(items: List[Any], size: int) -> List[List[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


_SUMS = ("documents", "tokens", "bytes")


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
