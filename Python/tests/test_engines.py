"""Selections on real engines, some of whose machines fail: `scripts/test.sh --only engines`.

DSEL_KILLS=20 scripts/test.sh --only engines -k workers    # more kills than in --all
"""

import os
import signal
import subprocess
import time
import types
from concurrent.futures import ProcessPoolExecutor

import pytest

ray = pytest.importorskip("ray")
pytest.importorskip("psutil")

from clusters import (  # noqa: E402
    ADDRESS,
    Cluster,
    Meanwhile,
    driver,
    kill,
    killer,
    only_loopback,
    tree,
    wait_for,
)
from conftest import WIKI  # noqa: E402
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
    wait_for(lambda: len([n for n in ray.nodes() if n["Alive"]]) == count, 60)


@pytest.fixture
def shards(tmp_path, crawl_lines):
    # Many small tasks, so that something runs at any moment.
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


def test_a_node_is_killed(cluster, shards, expected):
    def action():
        if not cluster.workers():
            return False
        cluster.kill(cluster.nodes[-1])
        return None

    with Meanwhile(action):
        found = select(Ray(), WIKI, shards, count=60)
    assert content(found) == expected
    cluster.join()
    alive(2)


@pytest.mark.parametrize("seed", range(KILLS))
def test_workers_are_killed_at_random_moments(cluster, shards, expected, seed):
    with killer(cluster.workers, seed, 2) as meanwhile:
        found = select(Ray(), WIKI, shards, count=60)
    assert content(found) == expected
    assert meanwhile.done


def test_the_driver_is_killed_and_started_again(cluster, shards, expected):
    first = driver(WIKI, shards)
    weighed = f"work{os.sep}weigh"
    wait_for(lambda: os.path.isdir(weighed) and len(os.listdir(weighed)) > 4, 120)
    first.kill()
    first.communicate()
    assert not os.path.exists("out/manifest.json")
    done = {name for name in os.listdir(weighed) if name.endswith(".json") and name[0] != "."}
    assert done
    found = select(Ray(), WIKI, shards, count=60)
    assert content(found) == expected
    assert found.steps["weigh"]["reused"] >= len(done)


def test_two_drivers_work_in_one_folder(cluster, shards, expected):
    other = driver(WIKI, shards)
    found = select(Ray(), WIKI, shards, count=60)
    _, errors = other.communicate(timeout=120)
    assert other.returncode == 0, errors.decode()
    assert content(found) == expected


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_the_disk_of_one_node_is_full(cluster, shards, expected, tmp_path):
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


def test_a_machine_that_hangs_is_overtaken(cluster, shards, expected):
    stopped = []

    def action():
        if not os.path.isdir("work/weigh") or len(os.listdir("work/weigh")) < 14:
            return False
        found = cluster.workers()
        if found and kill(found[0], signal.SIGSTOP):
            stopped.extend(tree(found[0]))
            return None
        return False

    try:
        with Meanwhile(action):
            begin = time.monotonic()
            found = select(Ray(patience=3), WIKI, shards, count=60)
            assert time.monotonic() - begin < 90
        assert content(found) == expected and stopped
    finally:
        for process in stopped:
            kill(process)


class Worker:
    """A process of Dask's."""

    def __init__(self, number):
        self.number = number

    def send_signal(self, signal_number):
        os.kill(self.number, signal_number)


def test_dask_and_killed_workers(tmp_path, shards, expected, monkeypatch):
    distributed = pytest.importorskip("distributed")
    import dask

    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
    settings = {
        "distributed.scheduler.allowed-failures": 9,
        "temporary-directory": str(tmp_path / "dask"),
    }
    options = {
        "host": "127.0.0.1",
        "dashboard_address": None,
        "threads_per_worker": 1,
    }
    with (
        dask.config.set(settings),
        distributed.LocalCluster(n_workers=2, **options) as local,
        distributed.Client(local) as client,
    ):
        engine = Futures(client.get_executor())
        assert content(select(engine, WIKI, shards, count=60)) == expected

        def workers():
            processes = [w.process.process for w in local.workers.values() if w.process]
            return [Worker(process.pid) for process in processes if process.pid]

        with killer(workers, 1, 2) as meanwhile:
            found = select(engine, WIKI, shards, "work2", "out2", count=60)
        assert content(found) == expected and meanwhile.done


def test_processes(shards, expected):
    with ProcessPoolExecutor(2) as executor:
        assert content(select(Futures(executor), WIKI, shards, count=60)) == expected
