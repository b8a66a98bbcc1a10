"""`python -m dsel`: `take`, and the commands of the program."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from types import FrameType
from typing import List, NoReturn, Optional

from ._binary import find_binary
from ._errors import DselError, UsageError
from ._take import take

_USAGE, _FAILED = 64, 1


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(_USAGE, f"{message[:1].upper()}{message[1:]}.\n")


def _parser() -> _Parser:
    parser = _Parser(
        prog="python -m dsel take",
        description="Take the documents that 'dsel select --picks' or 'dsel resample --picks' "
        "selected: whole rows of Parquet files, or lines of JSON lines, in the order of the picks.",
        epilog="Rows need pyarrow (pip install pyarrow), and so does zstd before Python 3.14: "
        "picks, files of the pool, or an output that end in .zst.",
    )
    parser.add_argument("picks", help="file of picks")
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="FILE",
        help="file to write: .parquet for rows; .jsonl, .jsonl.zst or .jsonl.gz for lines",
    )
    parser.add_argument(
        "--pool",
        nargs="+",
        default=[],
        metavar="FILE",
        help="the pool's files, or their directory, if they aren't where they were",
    )
    parser.add_argument(
        "--allow-missing",
        action="store_true",
        help="with --pool: leave out the documents of other files",
    )
    parser.add_argument("--force", action="store_true", help="replace an existing file")
    parser.add_argument("--quiet", action="store_true", help="print only errors")
    return parser


def _take(words: List[str]) -> int:
    given = _parser().parse_args(words)

    def end(number: int, frame: Optional[FrameType]) -> NoReturn:
        # The temporary file is removed on the way out.
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    try:
        count = take(
            given.picks,
            given.output,
            pool=given.pool,
            allow_missing=given.allow_missing,
            force=given.force,
        )
    except UsageError as error:
        print(error, file=sys.stderr)
        return _USAGE
    except (DselError, OSError, ImportError) as error:
        print(error, file=sys.stderr)
        return _FAILED
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    if not given.quiet:
        documents = "1 document" if count == 1 else f"{count:,} documents"
        print(f"{given.output}: {documents}", file=sys.stderr)
    return 0


def main(words: List[str]) -> int:
    if words[:1] == ["take"]:
        return _take(words[1:])
    try:
        binary = find_binary()
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return _FAILED
    os.execv(binary, ["dsel", *words])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
