"""Where the program is."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig


def find_binary() -> str:
    """The path of the program `dsel`.

    It is that of the environment variable DSEL, if there is one; else the one that was installed
    with this package; else the first of PATH.

    Raises:
        FileNotFoundError: there is none.
    """
    named = os.environ.get("DSEL")
    if named:
        if shutil.which(named) is None:
            raise FileNotFoundError(
                f"the environment variable DSEL names {named}, which is no program. Set it to the "
                "path of dsel, or unset it."
            )
        return named
    user = "nt_user" if os.name == "nt" else "posix_user"
    directories = [
        os.path.dirname(sys.executable),
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", scheme=user),
    ]
    for directory in directories:
        path = os.path.join(directory, "dsel")
        # A script of that name would be another program.
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    found = shutil.which("dsel")
    if found:
        return found
    raise FileNotFoundError(
        "there is no program 'dsel' in this environment or on PATH. Install the wheel for this "
        "platform, or set the environment variable DSEL to its path."
    )
