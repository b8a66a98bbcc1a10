"""Which selection a directory belongs to."""

from __future__ import annotations

import os
from typing import Optional, Sequence

from .._errors import DselError
from . import _storage
from ._documents import usage_error


def refuse_inputs(out: str, paths: Sequence[str]) -> None:
    """Makes sure that none of the files is in `out`, where a selection may replace it.

    Raises:
        UsageError: one is.
    """
    place = _folder(out)
    for path in paths:
        folder, name = os.path.split(path)
        if _is_ours(name) and _folder(folder) == place:
            raise usage_error(
                f"{path} is read by the selection, and the output directory is the same as "
                "its own. Name another for out"
            )


def _folder(path: str) -> str:
    return path.rstrip("/") if _storage.is_remote(path) else os.path.realpath(path or ".")


def look_at_output(out: str, asked: str, selection: Optional[str], force: bool) -> None:
    """Makes sure that `out` has nothing, or a part of this very selection.

    Args:
        asked: what identifies the request.
        selection: what identifies the selection; None before it is known.

    Raises:
        DselError: there is something else.
    """
    claim = _storage.joined(out, ".dsel-selection")
    own = {"asked": asked, "selection": selection}
    names = _storage.names_in(out)
    theirs = [name for name in names if _is_ours(name)]
    found = _storage.read_json(claim) if ".dsel-selection" in names else None
    is_other = found is not None and found["asked"] != own["asked"]
    if selection is not None:
        is_other = is_other or (found is not None and found != own)
    if is_other or (found is None and theirs):
        if not force:
            raise DselError(
                "another selection is in the directory, or is being written there.",
                code="output_exists",
                file=out,
                advice="Name an empty directory, or give force=True to replace it.",
            )
        if selection is None:
            # It stays until the new selection is chosen.
            return
        # The manifest first: it never stands beside files that it doesn't describe.
        for name in ["manifest.json", *(name for name in theirs if name != "manifest.json")]:
            _storage.remove(_storage.joined(out, name))
        _storage.remove(claim)
    if selection is not None and _storage.claimed(claim, own) != own:
        raise DselError(
            "another selection is being written to the directory.",
            code="output_exists",
            file=out,
            advice="Wait for its end, or name another directory.",
        )


def _is_ours(name: str) -> bool:
    is_shard = ".jsonl" in name or name.endswith(".parquet")
    return name == "manifest.json" or (name.startswith("shard_") and is_shard)
