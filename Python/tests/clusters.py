"""Clusters for tests, which listen on the loopback address only, and what happens to them."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

import psutil
import pytest
from pools import environment

RAY = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "disabled",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
}
ADDRESS = "127.0.0.1:6390"

# The engines listen on the host's address, where anyone could send them code to run.
only_loopback = pytest.mark.skipif(
    [name for _, name in socket.if_nameindex()] != ["lo"],
    reason="clusters are tested in a network namespace: scripts/test.sh --only engines",
)


class Cluster:
    """Ray nodes with one processor each, all on this machine."""

    def __init__(self, folder):
        self.folder, self.nodes = folder, []
        self.start("--head", "--port=6390", "--include-dashboard=false")
        wait_for(lambda: port_is_open(6390), 60)
        self.join()

    def start(self, *words, **more):
        command = [os.path.join(os.path.dirname(sys.executable), "ray"), "start", *words]
        command += ["--node-ip-address=127.0.0.1", "--num-cpus=1", "--block"]
        command += ["--disable-usage-stats", "--object-store-memory=80000000"]
        with open(self.folder / "ray.log", "a") as log:
            node = psutil.Popen(
                command,
                env=environment(**RAY, **more),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.nodes.append(node)
        return node

    def join(self, **more):
        """A further node."""
        return self.start(f"--address={ADDRESS}", **more)

    def workers(self):
        """The processes of tasks that run, with their nodes."""
        found = []
        for node in self.nodes:
            for process in tree(node)[1:]:
                try:
                    if process.cmdline()[0].startswith("ray::dsel"):
                        found.append(process)
                except (psutil.Error, IndexError):
                    pass
        return found

    def kill(self, node):
        for process in tree(node):
            kill(process)
        node.wait()
        self.nodes.remove(node)

    def close(self):
        for node in list(self.nodes):
            self.kill(node)


def tree(process):
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def kill(process, number=signal.SIGKILL):
    try:
        process.send_signal(number)
        return True
    except psutil.Error:
        return False


def port_is_open(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise TimeoutError


class Meanwhile(threading.Thread):
    """Does something while a selection runs, and tells whether it did."""

    def __init__(self, action):
        super().__init__(daemon=True)
        self.action, self.done = action, 0
        self.is_over = False

    def run(self):
        while not self.is_over:
            found = self.action()
            if found is None:
                return
            self.done += bool(found)
            time.sleep(0.02)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.join()


def killer(processes, seed, times):
    """Kills one of the processes at a random moment, so many times."""
    chance = random.Random(seed)
    left = [times]

    def action():
        if not left[0]:
            return None
        time.sleep(0.2 + 1.5 * chance.random())
        found = processes()
        if found and kill(chance.choice(found)):
            left[0] -= 1
            return True
        return False

    return Meanwhile(action)


DRIVER = """
import sys, warnings
warnings.simplefilter("ignore")
from dsel.distributed import Ray, select
engine = Ray({address!r}, init={{"_node_ip_address": "127.0.0.1", "log_to_driver": False}})
select(engine, {target!r}, {pool!r}, "work", "out", count=60, task_bytes=1)
"""


def driver(target, pool):
    """A process that makes a selection."""
    script = DRIVER.format(address=ADDRESS, target=str(target), pool=pool)
    command = [sys.executable, "-c", script]
    return subprocess.Popen(command, env=environment(**RAY), stderr=subprocess.PIPE)
