"""Stands in for Slurm's sbatch: runs the jobs of an array two at a time, in a random order, and
ends when they have ended, so that dependencies hold. The second job that begins is killed while it
runs the program, if it does, and begins again, as after the failure of a node. The file `killed`
has a line for each."""

import os
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from gates import Gate, wait_for

options = [word for word in sys.argv[1:] if word.startswith("--")]
script = [word for word in sys.argv[1:] if not word.startswith("--")]
array = next(word.split("=", 1)[1] for word in options if word.startswith("--array="))
first, last = map(int, re.fullmatch(r"(\d+)-(\d+)(?:%\d+)?", array).groups())
unknown = {"--array", "--parsable", "--dependency"} ^ {word.split("=")[0] for word in options}
if unknown - {"--dependency"}:
    sys.exit(f"sbatch: {unknown}")
numbers = list(range(first, last + 1))
random.Random(7).shuffle(numbers)


def run(number):
    environment = {
        **os.environ,
        "SLURM_ARRAY_TASK_ID": str(number),
        "SLURM_ARRAY_TASK_MIN": str(first),
        "SLURM_ARRAY_TASK_COUNT": str(last - first + 1),
    }
    if number == numbers[1]:
        with tempfile.TemporaryDirectory() as folder:
            kill(environment, Gate(folder, os.environ["DSEL"]))
    return subprocess.run(["bash", *script], env=environment).returncode


def kill(environment, gate):
    gate.close(1)
    environment = {**environment, "DSEL": str(gate.program)}
    lost = subprocess.Popen(["bash", *script], env=environment, start_new_session=True)
    wait_for(lambda: gate.holders() or lost.poll() is not None)
    if lost.poll() is None:
        os.killpg(lost.pid, 9)
        with open("killed", "a") as file:
            file.write(f"{numbers[1]}\n")
    lost.wait()


with ThreadPoolExecutor(2) as threads:
    statuses = list(threads.map(run, numbers))
if any(statuses):
    sys.exit(f"sbatch: a job failed: {statuses}")
print(os.getpid())
