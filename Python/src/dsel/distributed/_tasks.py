"""What machines do: a task reads files, and writes one, which is named by what went in.

A task that was done before returns its record at once. So a task may run twice, also at the same
time, and a driver that begins again redoes what is missing. Records are dictionaries of JSON.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import ExitStack
from typing import Any, List, Mapping, Sequence

from .._process import Word
from . import _storage
from ._documents import feeds_of
from ._inputs import expect_unchanged, of_option
from ._outputs import changed, copied
from ._plan import Job
from ._results import Record, lines_of, once, run
from ._slices import cut


def fit(job: Job, item: Mapping[str, Any]) -> Record:
    """Counts the n-grams of some shards, or of a target.

    Args:
        item: `words`, with the options and the files; `stamps`, which change with the files.
    """

    def make(path: str) -> Record:
        with ExitStack() as stack:
            words = feeds_of(item["words"], job.readers, stack)
            report = run(job, ["fit", *words, f"--output={path}"])
        inputs = [_input(one) for one in report["inputs"]]
        return {
            # Short, because the driver has those of all shards.
            "inputs": [[one["bytes"], one["xxh3"], one["documents"]] for one in inputs],
            # What is made of the model depends on the content of the files, and not on their dates.
            "content": _storage.name_of(
                job.version,
                [word for word in item["words"] if word.startswith("-")],
                [[one["path"], one["xxh3"]] for one in inputs],
            ),
            # Those that were read. With fit_sample, fewer were counted.
            "documents": sum(one["documents"] for one in inputs),
            "skipped_lines": report.get("skipped_lines", {}),
        }

    return once(job, "fit", ".model.zst", [item], make)


def merge(job: Job, item: Mapping[str, Any]) -> Record:
    """Adds up models or candidates.

    Args:
        item: `files`; `kind`, which is in the name of the result.
    """
    files: Sequence[str] = item["files"]

    def make(path: str) -> Record:
        with ExitStack() as stack:
            local = [stack.enter_context(_storage.local_copy(file)) for file in files]
            run(job, ["merge", *job.merge, *local, f"--output={path}"])
        return {}

    return once(job, item["kind"], ".zst", [_ids(files)], make)


def trial(job: Job, item: Mapping[str, Any]) -> Record:
    """Weighs no document: what fails here would fail for every shard.

    Args:
        item: as for `weigh`, without shards.
    """

    def make(path: str) -> Record:
        with ExitStack() as stack:
            empty = os.path.join(stack.enter_context(_folder()), "empty.jsonl")
            open(empty, "w").close()
            report = run(job, ["weigh", *_weigh_words(job, item, stack), empty, f"--output={path}"])
        found = {"objective": report["candidates"].get("objective", "weight")}
        if of_option(job, "exclude"):
            expect_unchanged(job, "exclude")
            found["excluded_by"] = _evaluation_files(job, path)
        return found

    return once(job, "trial", ".candidates.zst", _weighing(job, item), make)


def weigh(job: Job, item: Mapping[str, Any]) -> Record:
    """Keeps the candidates of some shards.

    Args:
        item: `targets` and `pool`, the models; `count`; `keys_only`; and the `shards`: path, and
            what `fit` found out about each.
    """

    def make(path: str) -> Record:
        with ExitStack() as stack:
            words = _weigh_words(job, item, stack)
            words += feeds_of([shard["path"] for shard in item["shards"]], job.readers, stack)
            report = run(job, ["weigh", *words, f"--output={path}"])
        _expect(job, item, report["inputs"])
        expect_unchanged(job, "exclude")
        return {"kept": report["candidates"]["kept"]}

    return _short(once(job, "weigh", ".candidates.zst", _weighing(job, item), make))


def complete(job: Job, item: Mapping[str, Any]) -> Record:
    """Adds the n-grams to the candidates of some shards that are left of the whole pool.

    Args:
        item: as for `weigh`, with `keys` instead of the pool: a slice.
    """

    def make(path: str) -> Record:
        with ExitStack() as stack:
            words: List[Word] = [*job.write, f"--text-field={job.text_field}"]
            words += _target_models(item, stack)
            keys = stack.enter_context(_slice(item["keys"]))
            words.append(f"--candidates-from={keys}")
            words += feeds_of([shard["path"] for shard in item["shards"]], job.readers, stack)
            run(job, ["weigh", *words, f"--output={path}"])
        return {}

    return _short(once(job, "complete", ".candidates.zst", [_of(item)], make))


def choose(job: Job, item: Mapping[str, Any]) -> Record:
    """Makes the draw, or chooses the set, among the candidates of the whole pool.

    Args:
        item: `candidates`, whose files are merged on the way; `count`, in the `unit`; `targets`.
    """

    def make(path: str) -> Record:
        with ExitStack() as stack:
            option = {"documents": "count"}.get(item["unit"], item["unit"])
            words: List[Word] = ["resample", *job.choose, f"--{option}={item['count']}"]
            if any(word.startswith("--base=") for word in job.choose):
                words += _target_models(item, stack)
            files = [stack.enter_context(_storage.local_copy(one)) for one in item["candidates"]]
            report = run(job, [*words, "--candidates", *files, f"--picks={path}"])
        found = {"chosen": report["candidates"], "objective": report.get("objective", "weight")}
        base = of_option(job, "base")
        if base:
            expect_unchanged(job, "base")
            found["base"], found["base_xxh3"] = base[0][1], _model_hash(job, base[0][1])
        return found

    named = [
        job.choose,
        item["count"],
        *_other(item["unit"]),
        _ids(item["candidates"]),
        _ids(_models(item)),
        *of_option(job, "base"),
    ]
    return once(job, "choose", ".picks.zst", named, make)


def slices(job: Job, item: Mapping[str, Any]) -> Record:
    """Cuts candidates, so that each machine reads those of its own shards.

    Args:
        item: `files`, which are merged on the way; `parts`, the numbers of shards;
            `are_all_needed`, whether parts without candidates are needed, too.
    """

    def make(path: str) -> Record:
        with ExitStack() as stack:
            files = [stack.enter_context(_storage.local_copy(file)) for file in item["files"]]
            # The program decompresses a single file, too.
            lines = stack.enter_context(lines_of(["merge", *job.merge, *files]))
            output = stack.enter_context(open(path, "wb"))
            found = cut(lines, item["parts"], output, item["are_all_needed"])
            for _ in lines:
                pass  # What was left out, which is of no use here.
        return {"candidates": found.candidates, "places": found.places}

    return once(job, "slices", ".gz", [_ids(item["files"]), item["parts"]], make)


def write(job: Job, item: Mapping[str, Any]) -> Record:
    """Copies the chosen documents of some shards, each to a file of its own.

    Args:
        item: `picks`, a file, and `place`, where the part with these shards is in it; `first`, the
            number of the part's first shard in the pool; `shards`: path, size and stamp, number,
            and number of chosen documents, of each that has some.
    """

    def make(_: str) -> Record:
        with _slice({"file": item["picks"], "place": item["place"]}) as picks:
            return {"files": copied(job, item["shards"], item["first"], picks)}

    named = [job.out, job.write, _id(item["picks"]), item["place"], item["shards"]]
    files = once(job, "write", "", named, make)
    for file in files["files"]:
        found = _storage.facts(_storage.joined(job.out, file["name"]))
        if found is None or found[0] != file["stored_bytes"]:
            # It was removed since then.
            _storage.remove(files["record"])
            files = once(job, "write", "", named, make)
            break
    return {"files": files["files"], "cost": files["cost"]}


# Parts of command lines.


def _weigh_words(job: Job, item: Mapping[str, Any], stack: ExitStack) -> List[Word]:
    words: List[Word] = [*job.weigh, f"--text-field={job.text_field}", "--manifest=/dev/null"]
    words += _target_models(item, stack)
    words.append(f"--pool-model={stack.enter_context(_storage.local_copy(item['pool']))}")
    words.append(f"--candidates={item['count']}")
    words += [f"--budget={unit}" for unit in _other(item.get("unit", "documents"))]
    if item.get("keys_only"):
        words.append("--keys-only")
    return words


def _target_models(item: Mapping[str, Any], stack: ExitStack) -> List[Word]:
    words: List[Word] = []
    for name, model in item["targets"]:
        local = stack.enter_context(_storage.local_copy(model))
        words.append(f"--target-model={name}={local}" if name else f"--target-model={local}")
    return words


def _other(unit: str) -> List[str]:
    """The unit of a size, unless that is documents."""
    return [] if unit == "documents" else [unit]


def _models(item: Mapping[str, Any]) -> List[str]:
    return [model for _, model in item["targets"]]


def _folder() -> Any:
    return tempfile.TemporaryDirectory(prefix="dsel-")


class _slice:
    """The candidates of some shards, as a file of this machine."""

    def __init__(self, place: Mapping[str, Any]) -> None:
        self._place, self._stack = place, ExitStack()

    def __enter__(self) -> str:
        file, place = self._place["file"], self._place["place"]
        if place is None:
            return self._stack.enter_context(_storage.local_copy(file))
        path = os.path.join(self._stack.enter_context(_folder()), "part.gz")
        with open(path, "wb") as output:
            output.write(_storage.part_of(file, *place))
        return path

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def _short(record: Record) -> Record:
    """What the driver needs to know, which has that of all tasks."""
    return {"file": record["file"], "cost": record["cost"]}


# Hashes for the manifest. The program makes them, because Python has no XXH3 of its own.


def _evaluation_files(job: Job, candidates: str) -> List[Record]:
    """What candidates say of the files of exclude."""
    with lines_of(["merge", *job.merge, candidates]) as lines:
        header = json.loads(next(lines))
        for _ in lines:
            pass
    files: List[Record] = header["evaluation_files"]
    return files


def _model_hash(job: Job, path: str) -> str:
    """The hash of a model's file, by weighing no document with it."""
    with _folder() as folder:
        empty = os.path.join(folder, "empty.jsonl")
        open(empty, "w").close()
        output = os.path.join(folder, "weights.jsonl")
        words: List[Word] = [f"--target-model={path}", f"--pool-model={path}", *job.merge]
        words += ["--estimator=ratio", "--manifest=/dev/null", empty, f"--output={output}"]
        models = run(job, ["weigh", *words])["target_models"]
    return str(models[0]["xxh3"])


# What went in.


def _id(file: str) -> str:
    """A result's own name, which says what it was made of."""
    return file.rsplit("/", 1)[1]


def _ids(files: Sequence[str]) -> List[str]:
    return [_id(file) for file in files]


def _of(item: Mapping[str, Any]) -> Record:
    named = {**item, "targets": [[name, _id(model)] for name, model in item["targets"]]}
    for key in ("pool", "keys"):
        if isinstance(named.get(key), str):
            named[key] = _id(named[key])
    if isinstance(named.get("keys"), dict):
        named["keys"] = {**named["keys"], "file": _id(named["keys"]["file"])}
    named["shards"] = [{**shard, "record": ""} for shard in item.get("shards", [])]
    return named


def _weighing(job: Job, item: Mapping[str, Any]) -> List[object]:
    return [job.weigh, _of(item), *of_option(job, "exclude")]


def _input(report: Mapping[str, Any]) -> Record:
    return {key: report[key] for key in ("path", "bytes", "documents", "xxh3")}


def _expect(job: Job, item: Mapping[str, Any], inputs: Sequence[Mapping[str, Any]]) -> None:
    """Compares what was weighed with what was fitted.

    Raises:
        DselError: it isn't the same.
    """
    for shard, found in zip(item["shards"], inputs):
        if (shard["bytes"], shard["xxh3"]) != (found["bytes"], found["xxh3"]):
            # It will be fitted again by the next run, though its date may be the same.
            _storage.remove(shard["record"])
            raise changed(shard["path"])
