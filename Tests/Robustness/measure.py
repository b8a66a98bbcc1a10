"""Runs a command within limits, and reports what it took. `running.Measured` starts it.

    python3 measure.py REPORT SPACE DESCRIPTORS SECONDS COMMAND...

REPORT is an open descriptor. The command's process id comes there first, on a line of its own, and
at the end its exit status and the most bytes that it had resident. SPACE limits its addresses and
DESCRIPTORS its open files, where they are not 0; after SECONDS it is killed, where they are not 0.

A test can't do this itself: Linux counts what a parent has resident as its child's, too, until the
child calls exec.
"""

import os
import resource
import signal
import sys


def main() -> None:
    report, space, descriptors, seconds = (int(argument) for argument in sys.argv[1:5])
    command = sys.argv[5:]
    child = os.fork()
    if child == 0:
        try:
            os.close(report)
            if space:
                resource.setrlimit(resource.RLIMIT_AS, (space, space))
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
            os.execvp(command[0], command)
        finally:
            os._exit(127)
    os.write(report, f"{child}\n".encode())
    # The input is the command's alone: a writer must notice when it is gone.
    os.close(0)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(seconds)
    _, status, usage = os.wait4(child, 0)
    resident = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    os.write(report, f"{os.waitstatus_to_exitcode(status)} {resident}\n".encode())


if __name__ == "__main__":
    main()
