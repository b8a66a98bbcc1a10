"""A step for pipelines of datatrove, on one machine or on Slurm.

from datatrove.executor import LocalPipelineExecutor
from dsel.distributed.datatrove import SelectStep

# Workers are processes that import this file.
if __name__ == "__main__":
    step = SelectStep("wiki.jsonl", "crawl/*.jsonl.zst", "work", "selected", count=10_000)
    last = None
    for stage in range(4):
        logs = f"logs/{stage}"
        last = LocalPipelineExecutor([step], tasks=8, workers=2, logging_dir=logs, depends=last)
    last.run()
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from datatrove.pipeline.base import PipelineStep
from datatrove.utils.logging import logger

from ._cost import TASK_BYTES
from ._ranks import Incomplete, Ranks
from ._select import select

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._options import SelectOptions


class SelectStep(PipelineStep):  # type: ignore[misc]
    """A part of a selection: that of one task. It takes and gives no documents.

    Executors that depend on one another run it, one for each step of the selection: four, or five
    where candidates are kept in two rounds. More do no harm.
    """

    name = "dsel"
    type = "🔎 - SELECT"

    def __init__(
        self,
        target: Any,
        pool: Any,
        work: str | os.PathLike[str],
        out: str | os.PathLike[str],
        *,
        text_field: str = "text",
        task_bytes: int = TASK_BYTES,
        **options: Unpack[SelectOptions],
    ) -> None:
        """Takes what `dsel.distributed.select` takes, but the engine."""
        super().__init__()
        self._arguments = (target, pool, work, out)
        self._text_field, self._task_bytes, self._options = text_field, task_bytes, options

    def run(self, data: Any = None, rank: int = 0, world_size: int = 1) -> Any:
        target, pool, work, out = self._arguments
        with self.track_time():
            try:
                engine = Ranks(rank, world_size, work)
                select(
                    *(engine, target, pool, work, out),
                    text_field=self._text_field,
                    task_bytes=self._task_bytes,
                    **self._options,
                )
            except Incomplete as reason:
                logger.info(f"dsel: {reason}")
        return data
