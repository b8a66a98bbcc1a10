"""Clusters for tests, which listen on the loopback address only, and what happens to them."""

import os
import signal
import socket
import subprocess
import sys

import psutil
import pytest
from gates import Gate, wait_for
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
        """Starts two nodes. Tasks run the program through the gate."""
        self.folder, self.nodes = folder, []
        self.gate = Gate(folder / "gate", os.environ["DSEL"])
        self.start("--head", "--port=6390", "--include-dashboard=false")
        wait_for(lambda: port_is_open(6390))
        self.join()

    def start(self, *words, **more):
        command = [os.path.join(os.path.dirname(sys.executable), "ray"), "start", *words]
        command += ["--node-ip-address=127.0.0.1", "--num-cpus=1", "--block"]
        command += ["--disable-usage-stats", "--object-store-memory=80000000"]
        with open(self.folder / "ray.log", "a") as log:
            node = psutil.Popen(
                command,
                env=environment(**RAY, DSEL=str(self.gate.program), **more),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.nodes.append(node)
        return node

    def join(self, **more):
        """A further node."""
        return self.start(f"--address={ADDRESS}", **more)

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
