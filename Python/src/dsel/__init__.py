"""Select training data that looks like a target, out of pools too large to read.

    import dsel

    selection = dsel.select("wiki.jsonl", "crawl/*.jsonl.zst", count=10_000)
    for row in selection.rows():
        ...

The package drives the program `dsel`, which comes with it. See Documentation/Python.md.
"""

from importlib.metadata import PackageNotFoundError, version

from ._api import compare, explain, fit, merge, pick, resample, select, show, weigh
from ._binary import find_binary
from ._errors import DselError, DselWarning, UsageError
from ._files import Candidates, Model, Weights
from ._selection import Selection
from ._take import take

try:
    __version__ = version("dsel")
except PackageNotFoundError:
    # The code is imported from a checkout, where nothing has been installed.
    __version__ = "unknown"

__all__ = [
    "Candidates",
    "DselError",
    "DselWarning",
    "Model",
    "Selection",
    "UsageError",
    "Weights",
    "compare",
    "explain",
    "find_binary",
    "fit",
    "merge",
    "pick",
    "resample",
    "select",
    "show",
    "take",
    "weigh",
]
