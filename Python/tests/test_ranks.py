"""Selections without a driver: jobs of Slurm, by a stand-in for it, and pipelines of datatrove."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT, WIKI
from pools import content, environment, expected_of, select, write_shards

import dsel as api
from dsel.distributed import Incomplete, Ranks


@pytest.fixture
def shards(tmp_path, crawl_lines):
    return write_shards(tmp_path, crawl_lines, 7)


def run_until_complete(count, shards, **options):
    """Runs all jobs again and again."""
    stages = 0
    while True:
        stages += 1
        assert stages < 20
        found = []
        for rank in range(count):
            try:
                engine = Ranks(rank, count, "work")
                found.append(select(engine, WIKI, shards, count=60, **options))
            except Incomplete as reason:
                assert "has done its share" in str(reason)
        if len(found) == count:
            return stages, found[-1]


@pytest.mark.parametrize("count", [1, 3, 9])
def test_jobs_share_the_steps(shards, count):
    stages, found = run_until_complete(count, shards)
    assert content(found) == expected_of(shards, "--count=60")
    # The last job of a stage begins the next one: fit, weigh, write, and one look at the end.
    assert stages <= 4


def test_a_shard_that_changed_is_named_and_read_again(shards):
    def attempt(rank):
        return select(Ranks(rank, 2, "work"), WIKI, shards, count=60)

    # The second job fits the first shard, and the first job weighs it.
    with pytest.raises(Incomplete):
        attempt(1)
    status = os.stat(shards[0])
    data = pathlib.Path(shards[0]).read_bytes()
    pathlib.Path(shards[0]).write_bytes(data.replace(b" the ", b" eht "))
    os.utime(shards[0], ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(api.DselError) as caught:
        attempt(0)
    assert (caught.value.code, caught.value.file) == ("changed", shards[0])
    _, found = run_until_complete(2, shards)
    assert content(found) == expected_of(shards, "--count=60")


def test_ranks_are_checked():
    with pytest.raises(ValueError, match="rank 3 of 3"):
        Ranks(3, 3, "work")


def test_the_recipe_for_slurm_runs(tmp_path, shards, monkeypatch):
    page = (ROOT / "Documentation/Distributed.md").read_text()
    script = re.search(r"```python\n(# selection\.py\n.*?)```", page, re.DOTALL)[1]
    job, submit = re.findall(r"```bash\n(#!/bin/bash\n.*?)```", page, re.DOTALL)
    (tmp_path / "selection.py").write_text(script)
    (tmp_path / "job.sh").write_text(job)
    (tmp_path / "submit.sh").write_text(submit)
    (tmp_path / "wiki.jsonl").symlink_to(WIKI)
    (tmp_path / "bin").mkdir()
    sbatch = tmp_path / "bin/sbatch"
    stand_in = pathlib.Path(__file__).with_name("sbatch.py")
    sbatch.write_text(f'#!/bin/bash\nexec {sys.executable} {stand_in} "$@"\n')
    sbatch.chmod(0o755)
    (tmp_path / "bin/python").symlink_to(sys.executable)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    out = subprocess.run(
        ["bash", "submit.sh"], env=environment(PATH=path), capture_output=True, text=True
    )
    assert out.returncode == 0, out.stderr
    assert (tmp_path / "killed").read_text()
    names = sorted(name for name in os.listdir("selected") if name.startswith("shard_"))
    lines = [
        subprocess.run(["zstd", "-dqc", f"selected/{name}"], capture_output=True).stdout
        for name in names
    ]
    assert b"".join(lines) == expected_of(shards, "--count=100")
    assert os.path.exists("selected/manifest.json")


def test_pipelines_of_datatrove(tmp_path, shards):
    """The example of Distributed.md, as it stands there."""
    pytest.importorskip("datatrove")
    shutil.copy(WIKI, tmp_path)
    page = (ROOT / "Documentation/Distributed.md").read_text()
    script = re.search(r"```python\n(from datatrove.*?)```", page, re.DOTALL)[1]
    (tmp_path / "pipeline.py").write_text(script)
    out = subprocess.run(
        [sys.executable, "pipeline.py"], env=environment(), capture_output=True, text=True
    )
    assert out.returncode == 0, out.stderr
    lines = [
        subprocess.run(["zstd", "-dqc", f"selected/{name}"], capture_output=True).stdout
        for name in sorted(os.listdir("selected"))
        if name.startswith("shard_")
    ]
    assert b"".join(lines) == expected_of(shards, "--count=100")


def test_the_example_runs_without_ray():
    command = [sys.executable, "-m", "dsel.distributed.example", "--threads"]
    out = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    assert "the same " in out.stdout and " bytes as one dsel select" in out.stdout
    words = ["--pool=none", f"--target={WIKI}"]
    out = subprocess.run([*command, *words], env=environment(), capture_output=True)
    assert out.returncode == 1 and b"no such file" in out.stdout


def test_the_example_runs_without_a_checkout(tmp_path):
    sources = pathlib.Path(api.__file__).parent
    shutil.copytree(sources, tmp_path / "site/dsel", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "dsel.distributed.example", "--threads"]
    variables = environment(PYTHONPATH=str(tmp_path / "site"))
    out = subprocess.run(command, env=variables, capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    assert "made up" in out.stdout and "bytes as one dsel select" in out.stdout


def test_outside_of_an_array(monkeypatch):
    for name in ("MIN", "ID", "COUNT"):
        monkeypatch.delenv(f"SLURM_ARRAY_TASK_{name}", raising=False)
    with pytest.raises(api.UsageError, match=r"SLURM_ARRAY_TASK_MIN isn't set.*sbatch --array"):
        Ranks.of_slurm("work")
