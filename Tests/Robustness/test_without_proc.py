"""Runs dsel where /proc isn't mounted: its arguments must reach it all the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from running import FIXTURES, WIKI, Finished, run

# Root makes a namespace of mounts without more ado; others may have one in which they are root.
NAMESPACES = [["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]]
HIDE = 'mount -t tmpfs none /proc && test ! -e /proc/self && exec "$@"'


@pytest.fixture(scope="module")
def without_proc() -> list[str]:
    """What runs a command in a namespace of its own, in which /proc is empty."""
    if shutil.which("unshare"):
        for namespace in NAMESPACES:
            command = [*namespace, "sh", "-c", HIDE, "sh"]
            if run([*command, "true"]).status == 0:
                return command
    pytest.skip("no namespace without /proc can be made here")


def select(command: list[str], folder: Path, threads: str) -> Finished:
    inputs = ["--target", WIKI, "--pool", str(FIXTURES / "crawl.jsonl.zst")]
    options = ["--count", "100", "--threads", threads, "--quiet", "-o", "selected.jsonl.gz"]
    folder.mkdir()
    return run([*command, "select", *inputs, *options], folder).checked()


def test_the_version_is_printed(dsel: str, without_proc: list[str]) -> None:
    expected = run([dsel, "--version"]).checked().output
    assert run([*without_proc, dsel, "--version"]).checked().output == expected


def test_a_wrong_command_is_refused(dsel: str, without_proc: list[str]) -> None:
    finished = run([*without_proc, dsel, "selekt"])
    assert finished.status == 64, str(finished)
    assert "There is no command 'selekt'" in finished.errors


@pytest.mark.parametrize("threads", ["1", "3"])
def test_the_selection_is_the_same(
    dsel: str, without_proc: list[str], tmp_path: Path, threads: str
) -> None:
    select([dsel], tmp_path / "with", threads)
    select([*without_proc, dsel], tmp_path / "without", threads)
    found = (tmp_path / "without/selected.jsonl.gz").read_bytes()
    assert found == (tmp_path / "with/selected.jsonl.gz").read_bytes()
