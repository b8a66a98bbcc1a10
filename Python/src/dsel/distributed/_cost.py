"""What tasks cost, as far as decisions depend on it. No result does: see Distributed.md."""

from __future__ import annotations

import re
from typing import Sequence

# What one task reads, by default: shards up to this size together, as they are compressed.
TASK_BYTES = 180_000_000
# Models and candidates that one task adds up.
FAN_IN = 32
# Files of candidates up to this size together aren't merged first, but by the step that reads them.
MERGED_ON_THE_WAY = 256_000_000
# One task writes so many files at most, which get their names together.
WRITTEN_BY_A_TASK = 500

# How many bytes of text are in one of a compressed file: a guess.
RATIO = 3
_PLAIN = re.compile(r"\.(jsonl|ndjson|json)$", re.IGNORECASE)

# In two rounds, candidates are written without their n-grams first. What this saves for each that
# isn't left of the whole pool, and what one more round costs, in seconds.
_SAVED_PER_CANDIDATE = 60e-6
_COST_PER_BYTE, _COST_PER_PART = 1.2e-9, 0.03
# With several levels of merging, it saves wall time where at least half of the candidates aren't
# left, and so many for each part.
_SAVED_BY_LEVELS = 5_000


def text_bytes(path: str, size: int) -> int:
    """About how much text is in a file of this name and size."""
    return size if _PLAIN.search(path) else RATIO * size


def two_rounds_are_cheaper(wanted: int, documents: Sequence[int], text: int) -> bool:
    """Whether the candidates of a set should be kept in two rounds.

    Args:
        wanted: of the whole pool.
        documents: of each part.
        text: bytes in all parts.
    """
    saved, parts = sum(min(wanted, number) for number in documents) - wanted, len(documents)
    if saved * _SAVED_PER_CANDIDATE > text * _COST_PER_BYTE + parts * _COST_PER_PART:
        return True
    # Every machine reads its own shards again, and few machines merge.
    return parts > FAN_IN and saved > max(wanted, _SAVED_BY_LEVELS * parts)
