"""One selection on many machines.

    from concurrent.futures import ThreadPoolExecutor
    from dsel.distributed import Futures, select

    engine = Futures(ThreadPoolExecutor(8))
    select(engine, "wiki.jsonl", "crawl/*.jsonl.zst", "work", "selected", count=10_000)

The files have the bytes of one `dsel select`. See Documentation/Distributed.md.
"""

from ._engines import Engine, Futures, Ray
from ._ranks import Incomplete, Ranks
from ._select import Selected, select

__all__ = ["Engine", "Futures", "Incomplete", "Ranks", "Ray", "Selected", "select"]
