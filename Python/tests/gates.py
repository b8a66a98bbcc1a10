"""A program whose runs stop where a test wants them to, so that whatever happens to a task happens
while it runs, on slow machines and on fast ones."""

import os
import pathlib
import random
import signal
import threading
import time

# A run adds a line to `runs`. From the run on that `closed` names, all wait until there is no file
# of that name: before they begin, or when their work is done and nobody knows of it yet.
_PROGRAM = """#!/bin/sh
hold() {{
  echo $PPID > {folder}/.$$
  mv {folder}/.$$ {folder}/held/$$
  while [ -e {folder}/closed ]; do sleep 0.02; done
  rm -f {folder}/held/$$
}}
moment=none
[ "$1" = --version ] || {{
  echo "$PPID $1 $TMPDIR" >> {folder}/runs
  if read -r number named 2> {folder}/null < {folder}/closed; then
    [ "$(wc -l < {folder}/runs)" -lt "$number" ] || moment=$named
  fi
}}
[ $moment != before ] || hold
[ $moment = after ] || exec {program} "$@"
{program} "$@"
status=$?
hold
exit $status
"""
MOMENTS = ("before", "after")
# Only as long as something is broken.
_PATIENCE = 300


class Gate:
    """The program of tasks, as `DSEL` names it, and where its runs stop."""

    def __init__(self, folder, program):
        self.folder = pathlib.Path(folder)
        (self.folder / "held").mkdir(parents=True)
        self.program = self.folder / "dsel"
        self.program.write_text(_PROGRAM.format(folder=self.folder, program=program))
        self.program.chmod(0o755)
        self.clear()

    def clear(self):
        """Nothing has run yet, and nothing stops."""
        self.open()
        (self.folder / "runs").write_text("")

    def close(self, number, moment="before"):
        """All runs from this one on, counted from 1, will stop at this moment."""
        self._put(f"{number} {moment}\n")

    def close_after(self, count, moment="before"):
        """As `close`, counted from now on."""
        self.close(len(self.runs()) + count, moment)

    def open(self):
        """What has stopped goes on, and nothing is left of what was killed."""
        (self.folder / "closed").unlink(missing_ok=True)
        for path in self._held():
            wait_for(lambda path=path: not path.exists() or not _is_alive(int(path.name)))
            path.unlink(missing_ok=True)

    def runs(self):
        """For each run its process, command, and directory for temporary files."""
        lines = (self.folder / "runs").read_text().splitlines()
        return [line.split(" ", 2) for line in lines]

    def holders(self):
        """The processes whose runs of the program have stopped."""
        found = []
        for path in self._held():
            try:
                found.append(int(path.read_text()))
            except (OSError, ValueError):
                pass
        return found

    def wait(self, count=1):
        """Waits until so many have stopped."""
        return wait_for(lambda: self.holders() if len(self._held()) >= count else None)

    def _held(self):
        return sorted((self.folder / "held").iterdir())

    def _put(self, text):
        # Whole or not at all.
        path = self.folder / ".closed"
        path.write_text(text)
        os.replace(path, self.folder / "closed")


def killed_at_random(gate, seed, times):
    """Kills the process of a task, so many times, each at a random run of the program."""
    chance = random.Random(seed)

    def action():
        for _ in range(times):
            gate.close_after(chance.randint(1, 14), chance.choice(MOMENTS))
            os.kill(chance.choice(gate.wait()), signal.SIGKILL)
            gate.open()

    return Meanwhile(action)


def _is_alive(number):
    try:
        state = pathlib.Path(f"/proc/{number}/stat").read_text().rsplit(") ", 1)[1][0]
    except OSError:
        return False
    return state != "Z"


def wait_for(condition, seconds=_PATIENCE):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise TimeoutError


class Meanwhile(threading.Thread):
    """Does something while a selection runs. At the end, what went wrong there is raised."""

    def __init__(self, action):
        super().__init__(daemon=True)
        self._action, self._failure = action, None

    def run(self):
        try:
            self._action()
        except BaseException as failure:
            self._failure = failure

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.join()
            if self._failure is not None:
                raise self._failure
