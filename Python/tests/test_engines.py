"""Selections on real engines, some of whose machines fail: `scripts/test.sh --only engines`.

DSEL_KILLS=20 scripts/test.sh --only engines -k workers    # more kills than in --all
"""

import os
import signal
import subprocess
import sys
import tempfile
import types
from concurrent.futures import ProcessPoolExecutor

import pytest

ray = pytest.importorskip("ray")
psutil = pytest.importorskip("psutil")

from clusters import (  # noqa: E402
    ADDRESS,
    RAY,
    Cluster,
    driver,
    kill,
    only_loopback,
    tree,
)
from conftest import WIKI  # noqa: E402
from gates import Gate, Meanwhile, killed_at_random, wait_for  # noqa: E402
from pools import content, environment, expected_of, select, write_shards  # noqa: E402

import dsel as api  # noqa: E402
from dsel.distributed import Futures, Ray  # noqa: E402

pytestmark = only_loopback
KILLS = int(os.environ.get("DSEL_KILLS", "3"))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    os.environ["PYTHONPATH"] = environment()["PYTHONPATH"]
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_AUTH_MODE"] = "disabled"
    cluster = Cluster(tmp_path_factory.mktemp("ray"))
    init = {"_node_ip_address": "127.0.0.1", "log_to_driver": False, "logging_level": "ERROR"}
    try:
        ray.init(address=ADDRESS, **init)
        alive(2)
        yield cluster
    finally:
        ray.shutdown()
        cluster.close()


def alive(count):
    wait_for(lambda: len([n for n in ray.nodes() if n["Alive"]]) == count)


@pytest.fixture
def gate(cluster):
    cluster.gate.clear()
    yield cluster.gate
    cluster.gate.open()


@pytest.fixture
def shards(tmp_path, crawl_lines):
    # The program runs 13 times to fit, and then to merge, and for a trial. Then it weighs.
    return write_shards(tmp_path, crawl_lines, 12)


@pytest.fixture
def expected(shards):
    return expected_of(shards, "--count=60")


def test_ray_has_the_bytes_of_one_select(cluster, shards, expected):
    events = []
    found = select(Ray(progress=events.append), WIKI, shards, count=60)
    assert content(found) == expected
    assert events[-1] == {"step": "write", "done": len(found.files), "total": len(found.files)}
    options = {"steps": {"choose": {"num_cpus": 0.5}}, "scheduling_strategy": "DEFAULT"}
    assert content(select(Ray(**options), WIKI, shards, out="o", work="w", count=60)) == expected


def test_the_example_runs_on_a_ray_of_its_own():
    # Paths of Ray's sockets must be short.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        run = subprocess.run(
            [sys.executable, "-m", "dsel.distributed.example"],
            env=environment(**RAY, TMPDIR=folder),
            stdout=subprocess.PIPE,
            text=True,
            timeout=300,
        )
    assert run.returncode == 0, run.stdout
    assert "engine: Ray, on this machine" in run.stdout
    assert "bytes as one dsel select" in run.stdout


def test_a_node_is_killed(cluster, gate, shards, expected):
    def action():
        gate.close(8)
        # Each node has a task, because it has one processor.
        running = gate.wait(2)
        node = cluster.nodes[-1]
        assert {process.pid for process in tree(node)} & set(running)
        cluster.kill(node)
        gate.open()

    with Meanwhile(action):
        found = select(Ray(), WIKI, shards, count=60)
    assert content(found) == expected
    cluster.join()
    alive(2)


@pytest.mark.parametrize("seed", range(KILLS))
def test_workers_are_killed_at_random_moments(cluster, gate, shards, expected, seed):
    with killed_at_random(gate, seed, 2):
        found = select(Ray(), WIKI, shards, count=60)
    assert content(found) == expected


def test_the_driver_is_killed_and_started_again(cluster, gate, shards, expected):
    gate.close(20)
    first = driver(WIKI, shards)
    # It weighs its fifth shard.
    gate.wait()
    first.kill()
    first.communicate()
    assert not os.path.exists("out/manifest.json")
    done = [name for name in os.listdir("work/weigh") if name.endswith(".json") and name[0] != "."]
    assert done
    gate.open()
    found = select(Ray(), WIKI, shards, count=60)
    assert content(found) == expected
    assert found.steps["weigh"]["reused"] >= len(done)


def test_two_drivers_work_in_one_folder(cluster, gate, shards, expected):
    class Second(Ray):
        """The tasks of the first driver wait until this one has handed out its own."""

        def begin(self, *words):
            task = super().begin(*words)
            if os.path.exists(gate.folder / "closed"):
                assert other.poll() is None
                gate.open()
            return task

    gate.close(3)
    other = driver(WIKI, shards)
    gate.wait(2)
    found = select(Second(), WIKI, shards, count=60)
    _, errors = other.communicate(timeout=300)
    assert other.returncode == 0, errors.decode()
    assert content(found) == expected


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_the_disk_of_one_node_is_full(cluster, gate, shards, expected, tmp_path):
    pytest.importorskip("fsspec")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    cluster.kill(cluster.nodes[-1])
    alive(1)
    small = cluster.join(TMPDIR=str(disk), RAY_TMPDIR="/tmp")
    try:
        alive(2)
        # A pipe is copied to TMPDIR, since it is read twice.
        urls = [f"file://{path}" for path in shards]
        try:
            found = select(Ray(retries=5), WIKI, urls, count=60)
            assert content(found) == expected
        except api.DselError as error:
            assert error.code in ("disk_full", "no_room") and error.file, error
        assert str(disk) in {scratch for _, _, scratch in gate.runs()}
    finally:
        cluster.kill(small)
        alive(1)
        subprocess.run(["umount", "-l", str(disk)], check=True)
        cluster.join()
        alive(2)


@pytest.mark.parametrize("label", ["merge models", "write"])
def test_a_shard_that_is_lost_damaged_or_changed_is_named(cluster, shards, label):
    path = shards[0]
    data = open(path, "rb").read()  # noqa: SIM115

    class Changing(Ray):
        change = None

        def map(self, function, items, name):
            if name == label:
                self.change()
            return super().map(function, items, name)

    def write(to, content):
        with open(to, "wb") as file:
            file.write(content)

    changes = {
        "lost": lambda _: os.unlink(path),
        "cut": lambda _: write(path, data[:1000]),
        "changed": lambda _: write(path, data.replace(b" the ", b" eht ")),
    }
    for name, change in changes.items():
        engine = Changing()
        engine.change = types.MethodType(change, engine)
        with pytest.raises(api.DselError) as caught:
            select(engine, WIKI, shards, out=f"out-{name}", work=f"work-{name}", count=60)
        assert caught.value.file == path and str(caught.value).startswith(path)
        assert not os.path.exists(f"out-{name}/manifest.json")
        write(path, data)


def test_a_machine_that_hangs_is_overtaken(cluster, gate, shards, expected):
    stopped = []

    def action():
        # Most shards are weighed, so it is known how long that takes.
        gate.close(25)
        worker = psutil.Process(gate.wait()[0])
        stopped.extend(tree(worker))
        assert kill(worker, signal.SIGSTOP)
        gate.open()

    try:
        with Meanwhile(action):
            found = select(Ray(patience=3), WIKI, shards, count=60)
        assert content(found) == expected
        assert stopped[0].status() == psutil.STATUS_STOPPED
    finally:
        for process in stopped:
            kill(process)


def test_dask_and_killed_workers(tmp_path, shards, expected, monkeypatch):
    distributed = pytest.importorskip("distributed")
    import dask

    gate = Gate(tmp_path / "gate", os.environ["DSEL"])
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    settings = {
        "distributed.scheduler.allowed-failures": 9,
        "temporary-directory": str(tmp_path / "dask"),
    }
    options = {
        "host": "127.0.0.1",
        "dashboard_address": None,
        "threads_per_worker": 1,
        "env": {"DSEL": str(gate.program)},
    }
    with (
        dask.config.set(settings),
        distributed.LocalCluster(n_workers=2, **options) as local,
        distributed.Client(local) as client,
    ):
        engine = Futures(client.get_executor())
        assert content(select(engine, WIKI, shards, count=60)) == expected

        with killed_at_random(gate, 1, 2):
            found = select(engine, WIKI, shards, "work2", "out2", count=60)
        assert content(found) == expected


def test_processes(shards, expected):
    with ProcessPoolExecutor(2) as executor:
        assert content(select(Futures(executor), WIKI, shards, count=60)) == expected
