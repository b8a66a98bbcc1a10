"""Files of a selection: one for each shard of the pool that has chosen documents.

Lines are copied by the program, and rows of Parquet files are taken by pyarrow.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import Any, Dict, List, Mapping, Sequence

from .._errors import DselError
from .._picks import Picks
from .._process import Word
from .._take import save
from . import _storage
from ._documents import facts_of, feeds_of, has_rows
from ._plan import Job
from ._results import Record, run

_COMPRESSION = {".jsonl": "none", ".jsonl.zst": "zst", ".jsonl.gz": "gz"}
Shards = Sequence[Mapping[str, Any]]


def copied(job: Job, shards: Shards, first: int, path: str) -> List[Record]:
    """Writes the files of some shards, and says what is in them.

    Args:
        first: the number in the pool of the first shard that the picks know.
        path: of the picks.
    """
    picks = Picks.load(path, may_be_mixed=True)
    are_rows = [has_rows(shard["path"], job.readers) for shard in shards]
    lines = [shard for shard, is_it in zip(shards, are_rows) if not is_it]
    hashes = _copy_lines(job, lines, first, path) if lines else {}
    files: List[Record] = []
    for shard, is_it in zip(shards, are_rows):
        own = picks.of_file(shard["number"] - first, shard["path"])
        if is_it:
            _take_rows(job, shard, own)
        name = _name(shard, ".parquet" if is_it else job.suffix)
        stored = _storage.facts(_storage.joined(job.out, name))
        files.append(
            {
                "name": name,
                "shard": shard["path"],
                "stored_bytes": stored[0] if stored is not None else -1,
                "documents": len(own),
                "tokens": sum(own.tokens),
                # With line ends. A row counts as its text, as it does for the program.
                "bytes": len(own) + (sum(own.text_bytes) if is_it else sum(own.size)),
                # Of the lines: `dsel verify` compares it.
                **({"text_xxh3": hashes[name]} if name in hashes else {}),
            }
        )
    return files


def _copy_lines(job: Job, shards: Shards, first: int, picks: str) -> Dict[str, str]:
    """By one run of the program, which costs as much as to copy some thousand lines.

    Returns:
        the hashes of the files' lines, by the files' names.
    """
    hashes: Dict[str, str] = {}
    words: List[Word] = ["resample", f"--candidates={picks}", f"--text-field={job.text_field}"]
    words += [*job.write, "--manifest=/dev/null", "--by-shard"]
    words.append(f"--compress={_COMPRESSION[job.suffix]}")
    with _storage.new_files(job.out) as folder, ExitStack() as stack:
        paths = [shard["path"] for shard in shards]
        pool = feeds_of(paths, job.readers, stack, "--pool=")
        found = run(job, [*words, *pool, f"--output-dir={folder}"])["shards"]
        written = {shard["path"]: shard for shard in found}
        for shard in reversed(shards):
            # The program counts the shards from the first one of the part.
            own = _name({"number": shard["number"] - first}, job.suffix)
            facts = written.get(own, {})
            _check(job, shard, facts.get("documents", 0))
            name = _name(shard, job.suffix)
            os.rename(os.path.join(folder, own), os.path.join(folder, name))
            hashes[name] = facts["text_xxh3"]
    return hashes


def _take_rows(job: Job, shard: Mapping[str, Any], picks: Picks) -> None:
    path = shard["path"]
    with ExitStack() as stack:
        local = stack.enter_context(_storage.local_copy(path))
        name = _storage.joined(job.out, _name(shard, ".parquet"))
        output = stack.enter_context(_storage.new_file(name))
        picks.files[0].place = local
        try:
            count = save(picks, output)
        except DselError as error:
            if error.file != local:
                raise
            facts = {"code": error.code, "file": path, "line": error.line, "advice": error.advice}
            raise type(error)(error.message, **facts) from error
        _check(job, shard, count)


def _check(job: Job, shard: Mapping[str, Any], documents: int) -> None:
    """Makes sure that what was copied is what was chosen.

    Raises:
        DselError: it isn't.
    """
    path = shard["path"]
    if (shard["size"], shard["stamp"]) != facts_of(path, job.readers):
        raise changed(path)
    if documents != shard["chosen"]:
        raise DselError(
            f"{documents} of the {shard['chosen']} chosen documents were found.",
            code="changed",
            file=path,
            advice="Run the selection again, with another work folder.",
        )


def _name(shard: Mapping[str, Any], suffix: str) -> str:
    return f"shard_{shard['number']:08d}{suffix}"


def changed(path: str) -> DselError:
    return DselError(
        "the file changed during the selection.",
        code="changed",
        file=path,
        advice="Leave the pool as it is until the selection is complete, and run it again: what "
        "was done for other files is used again.",
    )
