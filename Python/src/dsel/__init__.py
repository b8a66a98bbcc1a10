"""dsel: select training data for language models."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("dsel")
except PackageNotFoundError:
    # The code is imported from a checkout, where nothing has been installed.
    __version__ = "unknown"

__all__ = ["__version__"]
