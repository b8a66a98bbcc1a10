"""What tests of `dsel plan` share: a pool, and ways to run a plan."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from running import FIXTURES, run

FORMATS = {"make": "make -s -f", "commands": "bash", "slurm": "bash"}

# As sbatch --wrap does it: the jobs of an array, here one after another and the last first.
SBATCH = """#!/bin/bash
for word; do
  case $word in
    --array=1-*) last=${word#--array=1-} ;;
    --dependency=afterok:*) [ "${word##*:}" = "$(cat ids | tail -n 1)" ] || exit 3 ;;
    --parsable | --job-name=dsel-* | --output=* | --wrap | --partition=cpu) ;;
    *) run=$word ;;
  esac
done
for ((i = last; i >= 1; i--)); do SLURM_ARRAY_TASK_ID=$i bash -c "$run" || exit 4; done
echo $((RANDOM + 1)) >> ids
echo "$(tail -n 1 ids);cluster"
"""


@pytest.fixture
def folder(dsel: str, tmp_path: Path) -> Path:
    """Three shards whose names are hard for shells and for make, and a program on PATH."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/dsel").symlink_to(dsel)
    (tmp_path / "bin/sbatch").write_text(SBATCH)
    (tmp_path / "bin/sbatch").chmod(0o755)
    shutil.copy(FIXTURES / "wiki.jsonl", tmp_path)
    run([dsel, "fit", "--quiet", "wiki.jsonl", "-o", "base.model"], tmp_path).checked()
    lines = run(["zstd", "-dcq", str(FIXTURES / "crawl.jsonl.zst")]).checked().output.splitlines(True)
    (tmp_path / "shards").mkdir()
    for place, name in enumerate(["it's $HOME, 100%.jsonl", "b.jsonl", "-a#x:y.jsonl"]):
        (tmp_path / "shards" / name).write_bytes(b"".join(lines[place::3]))
    return tmp_path


def in_shell(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder}/bin:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env={**os.environ, "PATH": path}, text=True, capture_output=True
    )  # fmt: skip


def checked(folder: Path, command: str) -> str:
    finished = in_shell(folder, command)
    assert finished.returncode == 0, f"{command}\n{finished.stdout}\n{finished.stderr}"
    return finished.stdout


def selected(folder: Path, name: str) -> bytes:
    """The lines of all files, in the order of their names."""
    command = "for file in %s/shard_*; do case $file in *.json) ;; *.zst) zstd -dcq $file ;; " % name
    command += "*.gz) gzip -dc $file ;; *) cat $file ;; esac; done"
    return checked(folder, command).encode()


SELECT = "select --target wiki.jsonl --pool shards/"
