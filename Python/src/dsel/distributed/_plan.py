"""What each command of a distributed selection gets, and what is refused before any work.

The options are those of `dsel select`. Which command has which of them is known from what
`dsel plan` prints, and the program itself says what goes together: see `checked`.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, replace
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from .._arguments import option_words
from .._binary import find_binary
from .._errors import DselError, UsageError
from .._options import OPTIONS, ROUTES
from .._process import Run, Word
from . import _readers, _storage
from ._claims import refuse_inputs
from ._documents import Shard, grouped, refused, shards_of, stored, usage_error
from ._inputs import Named, named

# They say where and how one run writes, or in which order; here, `out` says where.
_NOT_HERE = {
    "annotate": "the lines are copied as they are",
    "annotate_with": "the lines are copied as they are",
    "picks": "`out` names the directory for the selection",
    "min_quantile": "no file knows the quantiles of the pool; `min_weight` is a limit for all",
    "excluded": "lists of documents are not collected",
    "rejected_duplicates": "lists of documents are not collected",
    "rejects": "invalid lines are not collected",
    "files_from": "give the files of the pool as a list",
    "null": "give the files of the pool as a list",
    "allow_repeats": "each file of the pool is read once",
    "order": "the files of a selection are in the order of the pool",
    "shuffle": "the files of a selection are in the order of the pool",
    "shuffle_seed": "the files of a selection are in the order of the pool",
    "remainder": "only chosen lines are written",
    "output": "`out` names the directory for the selection",
    "output_dir": "`out` names the directory for the selection",
    "shard_bytes": "there is one file for each file of the pool",
    "manifest": "the manifest is in `out`",
}
# The steps that have options, as ROUTES names them, and their commands.
_COMMANDS = {
    "fit targets": "fit",
    "fit pool": "fit",
    "weigh": "weigh",
    "choose": "resample",
    "write": "resample",
    "merge": "merge",
}
_SIZES = ("count", "fraction", "tokens", "bytes")
_SUFFIXES = {"none": "", "zst": ".zst", "gz": ".gz"}


@dataclass(frozen=True)
class Job:
    """What all tasks know. The lists have words of command lines."""

    work: str
    out: str
    version: str
    text_field: str
    # Of shards: a target has words of its own.
    fit: Tuple[str, ...]
    weigh: Tuple[str, ...]
    choose: Tuple[str, ...]
    write: Tuple[str, ...]
    merge: Tuple[str, ...]
    # The files that options name, with their content.
    named: Tuple[Named, ...]
    # Patterns of the addresses that commands read.
    readers: Tuple[str, ...]
    suffix: str


@dataclass(frozen=True)
class Plan:
    """A selection that is about to begin."""

    job: Job
    # For each target its name, or "", and the words that fit it.
    targets: Tuple[Tuple[str, Tuple[str, ...]], ...]
    # The size in its unit, or the share of the documents.
    count: Optional[int]
    unit: str
    fraction: float
    parts: Tuple[Tuple[Shard, ...], ...]
    # Changes with what was asked for, but not with what is in the files.
    name: str
    options: Dict[str, Any]


def planned(
    target: Any,
    pool: Any,
    work: str,
    out: str,
    text_field: str,
    task_bytes: int,
    options: Mapping[str, Any],
) -> Plan:
    """Reads options, and finds the files of the pool.

    Raises:
        UsageError: something can't be done here.
    """
    if task_bytes < 1:
        raise usage_error("task_bytes must be at least 1")
    work, out = _storage.absolute(work), _storage.absolute(out)
    options = {name: value for name, value in options.items() if name != "force"}
    for name in options:
        if name not in OPTIONS["select"]:
            raise TypeError(f"select() got an unexpected keyword argument '{name}'")
        if name in _NOT_HERE and _is_given(options[name]):
            raise refused(name, _NOT_HERE[name])
    given = {name: value for name, value in options.items() if _is_given(value)}
    settings = _with_files(given, work, text_field)
    target_field = str(settings.pop("target_text_field", text_field))
    readers = _readers.patterns(_reader_words(given))
    targets = _targets(target, target_field, work, readers)
    size: Dict[str, Any] = {name: settings.pop(name) for name in _SIZES if name in settings}
    if len(size) > 1:
        raise usage_error(f"give one size, and not both {' and '.join(size)}")
    if str(size.get("count")) == "auto":
        raise refused("count='auto'", "the best size is searched for on one machine")
    if str(settings.get("temperature")) == "auto":
        raise refused("temperature='auto'", "it is searched for in the weights of the whole pool")
    words = {place: tuple(own) for place, own in _routed(settings, text_field).items()}
    job = Job(
        *(work, out, _version(), text_field, words["fit pool"], words["weigh"]),
        *(words["choose"], words["write"], words["merge"], (), readers),
        suffix=".jsonl" + _SUFFIXES[settings.get("compress", "zst")],
    )
    target_words = tuple(
        (name, (*_joining(words["fit targets"], target_field, text_field), *part))
        for name, part in ((name, _target_words(paths, settings)) for name, paths in targets)
    )
    unit = next((name for name in ("tokens", "bytes") if name in size), "documents")
    amount = size.get("count" if unit == "documents" else unit)
    count = None if amount is None else _amount(amount, unit)
    fraction = _fraction(size.get("fraction", 0.1))
    checked(job, [name for name, _ in targets], settings, size, target_field)
    job = replace(job, named=tuple(_named_files(settings, readers)))
    found, has_parquet = shards_of(pool, job.readers)
    if has_parquet:
        if "compress" in given:
            raise refused("compress", "columns of Parquet files are compressed as in the pool")
        if importlib.util.find_spec("pyarrow") is None:
            # What take() says.
            raise ImportError(
                "rows of Parquet files are taken by pyarrow, on all machines: pip install pyarrow"
            )
    parts = grouped(found, task_bytes)
    # A selection that is replaced would take them with it.
    refuse_inputs(out, [path for _, (paths, _) in targets for path in paths])
    refuse_inputs(out, [shard[0] for shard in found])
    refuse_inputs(out, [path for _, _, files in job.named for path, _ in files])
    asked = [job.text_field, job.fit, job.weigh, job.choose, job.suffix, target_words, count, size]
    shards = [[shard[0] for shard in part] for part in parts]
    return Plan(
        *(job, target_words, count, unit, fraction, parts),
        *(_storage.name_of(asked, shards), dict(given)),
    )


def _routed(settings: Mapping[str, Any], text_field: str) -> Dict[str, List[str]]:
    """The words for each command."""
    names: Dict[str, List[str]] = {place: [] for place in _COMMANDS}
    for name in settings:
        if name == "compress":
            continue
        if name not in ROUTES:
            raise refused(name, "no step on many machines has this option")
        for place in ROUTES[name]:
            names[place].append(name)
    words: Dict[str, List[str]] = {}
    for place, own in names.items():
        chosen = {name: settings[name] for name in own}
        made = option_words(_COMMANDS[place], chosen, text_field)
        words[place] = [word for word in made if isinstance(word, str)]
        if place != "merge" and "threads" not in settings:
            words[place].append("--threads=1")
    # `select` knows the estimator when it counts; `fit` doesn't.
    if settings.get("estimator") == "ratio" and not {"buckets", "compat"} & set(settings):
        for place in ("fit targets", "fit pool"):
            words[place].append("--buckets=10000")
    words["fit pool"] += _pool_words(settings)
    return words


def checked(
    job: Job,
    names: Sequence[str],
    settings: Mapping[str, Any],
    size: Mapping[str, Any],
    target_field: str,
) -> None:
    """Lets the program check the options, on files that don't exist: it looks at options first.

    Raises:
        UsageError: it refuses an option, or two that don't go together.
    """
    with_size = {**settings, **size}
    missing = os.path.join(os.sep, "dev", "null", "no-such-file")
    field = f"--text-field={job.text_field}"
    target = [f"--target={name}={missing}" if name else f"--target={missing}" for name in names]
    models = [word.replace("--target=", "--target-model=", 1) for word in target]
    with_size.pop("compress", None)
    whole = option_words("select", with_size, job.text_field)
    if target_field != job.text_field:
        whole.append(f"--target-text-field={target_field}")
    # The tasks name them so, too.
    needed = models if any(word.startswith("--base=") for word in job.choose) else []
    weigh = ["weigh", *models, f"--pool-model={missing}", field, *job.weigh, "--candidates=1"]
    for words in (
        ["select", *target, f"--pool={missing}", field, *whole],
        ["fit", field, *job.fit, missing],
        [*weigh, f"--output={missing}", missing],
        ["resample", f"--candidates={missing}", *needed, *job.choose, f"--picks={missing}"],
        ["resample", f"--candidates={missing}", f"--pool={missing}", field, *job.write],
    ):
        try:
            Run(words, report_on_output=True, shows_warnings=False).finish()
        except UsageError:
            raise
        except DselError:
            pass  # The files are missing, as they should be.
    if "base" in settings:
        _check_base(settings["base"], ["select", field, *whole], names)


def _check_base(path: str, words: Sequence[Word], names: Sequence[str]) -> None:
    """Lets the program look at a model that no task needs before the last ones.

    Raises:
        DselError: it is none, or one of other features.
    """
    with tempfile.TemporaryDirectory(prefix="dsel-") as folder:
        empty = os.path.join(folder, "empty.jsonl")
        open(empty, "w").close()
        target = [f"--target={name}={empty}" if name else f"--target={empty}" for name in names]
        try:
            Run(
                [*words, *target, f"--pool={empty}", "--output=/dev/null"],
                shows_warnings=False,
            ).finish()
        except DselError as error:
            if error.file == path:
                raise
            # There is nothing to select from, or to exclude.


# Sizes.


def _amount(value: Any, unit: str) -> int:
    """A size as the program reads it."""
    text = str(value).replace("_", "")
    if unit == "bytes":
        # k, kB and kiB, and the same with other letters.
        match = re.fullmatch(r"(.*?)(?:([kKMGT])(?:(i?)B)?|B)?", text)
        letter, is_binary = (match[2], match[3]) if match else (None, "")
        text = match[1] if match else text
        power = "KMGT".index(letter.upper()) + 1 if letter else 0
        factor = (1024 if is_binary else 1000) ** power
        example = "5000, 500MB or 2GiB"
    else:
        factors = {"k": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}
        factor = factors.get(text[-1:], 1)
        text = text[:-1] if factor > 1 else text
        example = "500, 10k or 1e6"
    try:
        number = float(text) * factor
        if number != int(number) or isinstance(value, bool):
            raise ValueError
        return int(number)
    except (ValueError, OverflowError):
        raise usage_error(f"{value!r} is no number of {unit} such as {example}") from None


def _pool_words(settings: Mapping[str, Any]) -> Tuple[str, ...]:
    """A sample of the fields that are added to weights is kept in the models of the pool."""
    if "add" not in settings:
        return ()
    words = option_words("select", {"add": settings["add"]}, "text")
    items = [str(word)[len("--add=") :] for word in words]
    # A comma separates fields, and the last equals sign ends the field's name.
    terms = [term for item in items for term in re.split(r"(?<!\\),", item)]
    return tuple(f"--keep-field={re.sub(r'=[^=]*$', '', term)}" for term in terms)


def _fraction(value: Any) -> float:
    text = str(value)
    try:
        # As the program reads it: 20% is the same number as 0.2.
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise usage_error(f"{value!r} is no share such as 0.2 or 20%") from None


def share_of(fraction: float, documents: int) -> int:
    """The number of documents that `dsel select --fraction` selects."""
    exact = fraction * documents
    nearest = round(exact)
    is_nearest = abs(exact - nearest) <= nearest * 2.0**-52
    return max(1, nearest if is_nearest else int(exact))


# Documents.


def _targets(
    target: Any, field: str, work: str, readers: Sequence[str]
) -> List[Tuple[str, Tuple[List[str], str]]]:
    if not isinstance(target, Mapping):
        return [("", stored(target, field, work, "target", readers))]
    if not target:
        raise usage_error("there is no target")
    return [
        (str(name), stored(part, field, work, str(name), readers)) for name, part in target.items()
    ]


def _reader_words(given: Mapping[str, Any]) -> List[str]:
    own = {"reader": given["reader"]} if "reader" in given else {}
    return [word for word in option_words("select", own, "text") if isinstance(word, str)]


def _target_words(paths: Tuple[List[str], str], settings: Mapping[str, Any]) -> Tuple[str, ...]:
    files, field = paths
    kept = ["--keep-texts"] if settings.get("exclude_target") else []
    return (f"--text-field={field}", *kept, *files)


def _joining(fit: Sequence[str], target_field: str, text_field: str) -> Tuple[str, ...]:
    """Without the joint of several strings, if the target has one string only."""
    is_same = target_field == text_field
    return tuple(w for w in fit if is_same or not w.startswith("--text-join="))


def _with_files(options: Mapping[str, Any], work: str, text_field: str) -> Dict[str, Any]:
    """The options, with paths that every machine may use."""
    settings = dict(options)
    for name, value in options.items():
        if OPTIONS["select"][name] == "documents":
            field = str(options.get(f"{name}_text_field") or text_field)
            files, found = stored(value, field, work, name)
            if found != field:
                raise usage_error(
                    f"{name}: texts without a field can't be used if the text is in {field!r}"
                )
            for path in files:
                if _storage.is_remote(path):
                    raise refused(name, "its files must be on a file system")
            settings[name] = [os.fspath(path) for path in files]
        elif name == "base" or isinstance(value, os.PathLike):
            settings[name] = _storage.absolute(value)
    return settings


def _named_files(settings: Mapping[str, Any], readers: Sequence[str]) -> Iterator[Named]:
    """All files that options name, besides the target and the pool."""
    for name, value in settings.items():
        if OPTIONS["select"][name] == "documents":
            for path in value:
                yield named(name, path, readers)
        elif name == "base":
            yield named(name, value, ())


def _version() -> str:
    run = subprocess.run([find_binary(), "--version"], capture_output=True, text=True)
    return run.stdout.split("\n")[0]


def _is_given(value: Any) -> bool:
    # 0 is a value, though it is equal to False.
    return value is not None and value is not False
