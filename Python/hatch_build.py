"""Puts the built dsel, its manual pages, completions and licences into the wheel.

`scripts/package.sh` says where they are, and for which systems:

    DSEL_ROOT  a directory with bin/dsel and share/, as under a prefix
    DSEL_TAG   the wheel's tag, such as py3-none-manylinux_2_28_x86_64
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WheelHook(BuildHookInterface):
    """Adds the files of one installed dsel to a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # An editable installation is for work on the Python code: it runs the dsel of the checkout,
        # or the one on PATH.
        if version == "editable":
            return
        try:
            root, tag = Path(os.environ["DSEL_ROOT"]), os.environ["DSEL_TAG"]
        except KeyError as error:
            raise SystemExit(
                f"{error.args[0]} is not set. A wheel contains a built dsel: build the wheel with "
                "scripts/package.sh, or use `pip install --editable Python` to work on the code."
            ) from None
        build_data["shared_scripts"] = {str(root / "bin/dsel"): "dsel"}
        build_data["shared_data"] = {str(root / "share"): "share"}
        build_data["pure_python"] = False
        build_data["tag"] = tag
