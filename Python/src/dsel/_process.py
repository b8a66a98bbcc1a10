"""Runs the program: documents go in through pipes, lines come out, and events become callbacks,
warnings and exceptions.

The program does all of the work. While it runs, one thread per pipe feeds it, and one reads what it
says on standard error.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import subprocess
import threading
import warnings
import weakref
import zlib
from collections import deque
from dataclasses import dataclass
from typing import (
    IO,
    Any,
    Callable,
    Deque,
    Dict,
    Generator,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from ._binary import find_binary
from ._errors import DselError, DselWarning, from_event

Progress = Callable[[Dict[str, Any]], object]

# The seconds for a program that was told to end, and for a feeding thread, which may wait in a
# caller's generator, when the program has failed. The thread then ends with the generator's next
# document.
_PATIENCE = 10.0
_THREAD_PATIENCE = 0.5
_BLOCK = 1 << 20
# fcntl has its name from Python 3.10 on.
_F_SETPIPE_SZ = 1031


@dataclass
class Feed:
    """Blocks of lines that the program reads from a pipe.

    `name` stands for the pipe in messages, and `prefix` comes before it on the command line. With
    `is_stored`, `lines` gives the blocks of a stored file, which the program gets as they are.
    With `file`, the program reads that file instead of a pipe, from any place of it.
    """

    lines: Callable[[], Iterator[bytes]]
    name: str
    prefix: str = ""
    is_stored: bool = False
    file: Optional[str] = None


Word = Union[str, Feed]


class _Program(subprocess.Popen[bytes]):
    """The program, which tells the processor time of its whole run."""

    processor_seconds = 0.0

    def _try_wait(self, flags: int) -> Tuple[int, int]:
        # What subprocess waits by. Without this method, as in another Python, the time is unknown.
        try:
            number, status, usage = os.wait4(self.pid, flags)
        except ChildProcessError:
            return self.pid, 0  # As subprocess takes it: another part of Python has waited.
        if number == self.pid:
            self.processor_seconds = usage.ru_utime + usage.ru_stime
        return number, status


class Run:
    """A run of the program.

    Iterate over `lines()`, or call `finish()`. Then `report` is there, and `notes` and `warnings`.
    """

    report: Optional[Dict[str, Any]]
    notes: List[str]
    # Those of the whole run; known if it ended by itself.
    processor_seconds: float

    def __init__(
        self,
        words: Sequence[Word],
        progress: Optional[Progress] = None,
        *,
        report_on_output: bool = False,
        shows_warnings: bool = True,
        advice: Optional[Mapping[str, str]] = None,
    ) -> None:
        """Starts nothing.

        Args:
            advice: what to do about errors in Python, by their codes, instead of what the program
                advises.
            report_on_output: the program writes its report to standard output.
            shows_warnings: what the program warns of becomes a DselWarning, and isn't only kept in
                `warnings`.
        """
        self._words, self._progress = list(words), progress
        self._reports_on_output, self._shows_warnings = report_on_output, shows_warnings
        self._advice = advice or {}
        self.report = None
        self.notes = []
        self.processor_seconds = 0.0
        self.warnings: List[str] = []
        self._error: Optional[DselError] = None
        self._other: Deque[str] = deque(maxlen=20)
        self._failure: Optional[BaseException] = None
        self._names: Dict[str, str] = {}
        self._is_stopped = False
        self._child: Optional[_Program] = None
        self._threads: List[threading.Thread] = []
        self._process = os.getpid()

    def finish(self) -> Run:
        """Runs to the end.

        Raises:
            DselError: the run failed.
        """
        output = b"".join(self.lines())
        if self._reports_on_output and output:
            self.report = self._named(json.loads(output))
        return self

    def lines(self) -> Generator[bytes, None, None]:
        """The lines of standard output, with their line ends.

        If the iterator is closed early, the program ends.

        Raises:
            DselError: the run failed. What a feed or the progress callback raised comes through.
        """
        feeds: List[tuple[int, Feed]] = []
        child = self._start(feeds)
        threads = [threading.Thread(target=self._listen, args=(child,), daemon=True)]
        for descriptor, feed in feeds:
            threads.append(
                threading.Thread(target=self._pump, args=(child, descriptor, feed), daemon=True)
            )
        self._child, self._threads = child, threads
        _running.add(self)
        for thread in threads:
            thread.start()
        is_whole = False
        try:
            assert child.stdout is not None
            yield from child.stdout
            child.wait()
            self.processor_seconds = child.processor_seconds
            is_whole = True
        finally:
            if not is_whole:
                self._is_stopped = True
                _end(child)
            threads[0].join()
            for thread in threads[1:]:
                thread.join(None if is_whole and child.returncode == 0 else _THREAD_PATIENCE)
            end_run = getattr(self._progress, "end_run", None)
            if end_run is not None:
                end_run()
            for pipe in (child.stdout, child.stderr):
                if pipe is not None:
                    pipe.close()
            _running.discard(self)
        self._raise(child.returncode)
        for text in self.warnings if self._shows_warnings else ():
            warnings.warn(text, DselWarning, stacklevel=_caller_level())

    def stop(self) -> None:
        """Ends the program and its threads, though nobody reads on."""
        if self._child is None or self._process != os.getpid():
            return  # A copy of this process has the runs of its parent, which go on.
        self._is_stopped = True
        _end(self._child)
        for thread in self._threads:
            thread.join(_THREAD_PATIENCE)

    def _start(self, feeds: List[tuple[int, Feed]]) -> _Program:
        """Starts the program, and adds the writing ends of the pipes to `feeds`."""
        reading: List[int] = []
        words: List[str] = []
        try:
            for word in self._words:
                if isinstance(word, str):
                    words.append(word)
                    continue
                if word.file is not None:
                    reader = os.open(word.file, os.O_RDONLY)
                    reading.append(reader)
                else:
                    reader, writer = _pipe()
                    reading.append(reader)
                    feeds.append((writer, word))
                path = f"/dev/fd/{reader}"
                self._names[path] = word.name
                words.append(word.prefix + path)
            words += ["--json", "--progress", "never" if self._progress is None else "json"]
            if words[0] == "merge":
                # It is too short to show progress.
                del words[-2:]
            return _Program(
                [find_binary(), *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=_BLOCK,
                pass_fds=reading,
            )
        except BaseException:
            for writer, _ in feeds:
                os.close(writer)
            raise
        finally:
            for reader in reading:
                os.close(reader)

    def _raise(self, status: int) -> None:
        try:
            if self._failure is not None:
                raise self._failure
            if status == 0:
                return
            if self._error is not None:
                raise self._error
        finally:
            # An error knows the frames that it came through, which know this run. If the run knew
            # the error, all of them, and what callers hold, would wait for the garbage collector.
            self._failure = self._error = None
        if status < 0:
            raise DselError(f"dsel was ended by signal {-status}.", code="signal")
        said = "".join(self._other).strip()
        raise DselError(said or f"dsel ended with status {status}.")

    # Threads.

    def _pump(self, child: subprocess.Popen[bytes], descriptor: int, feed: Feed) -> None:
        lines: Optional[Iterator[bytes]] = None
        pipe: Optional[int] = descriptor
        try:
            lines = feed.lines()
            if feed.is_stored:
                for block in lines:
                    _write(descriptor, block)
                return
            # A gzip stream, though not compressed: if Python is killed, its end is missing, and
            # the program knows that it hasn't got everything.
            gzip = zlib.compressobj(0, zlib.DEFLATED, 31)
            for block in lines:
                _write(descriptor, gzip.compress(block))
            _write(descriptor, gzip.flush())
        except BrokenPipeError:
            pass  # The program has ended, and says why.
        except BaseException as failure:
            self._fail(failure)
            # A program that waits for more may not hear that it should end.
            os.close(descriptor)
            pipe = None
            _end(child)
        finally:
            if pipe is not None:
                os.close(pipe)
            close = getattr(lines, "close", None)
            if close is not None:
                close()

    def _fail(self, failure: BaseException) -> None:
        if self._failure is None and not self._is_stopped:
            self._failure = failure

    def _listen(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stderr is not None
        for line in child.stderr:
            try:
                event = json.loads(line)
            except ValueError:
                # Not from dsel itself: the loader, or a sanitizer.
                self._other.append(line.decode(errors="replace"))
                continue
            if not isinstance(event, dict):
                continue
            try:
                self._take(event)
            except BaseException as failure:
                self._fail(failure)
                self._progress = None
                _end(child)

    def _take(self, event: Dict[str, Any]) -> None:
        if "progress" in event:
            if self._progress is not None:
                self._progress(event["progress"])
        elif "warning" in event:
            self.warnings.append(self._named(event["warning"]))
        elif "note" in event:
            self.notes.append(self._named(event["note"]))
        elif "report" in event:
            self.report = self._named(event["report"])
        elif "error" in event:
            error = event["error"]
            if error.get("code") in self._advice:
                error = {**error, "advice": self._advice[error["code"]]}
            self._error = from_event(self._named(error), str(self._words[0]))

    def _named(self, value: Any) -> Any:
        """The value, in which pipes have their names."""
        if isinstance(value, str):
            if "/dev/fd/" not in value:
                return value
            # Longer numbers first: /dev/fd/1 begins /dev/fd/12.
            for path in sorted(self._names, key=len, reverse=True):
                value = value.replace(path, self._names[path])
            return value
        if isinstance(value, list):
            return [self._named(item) for item in value]
        if isinstance(value, dict):
            return {key: self._named(item) for key, item in value.items()}
        return value


_running: weakref.WeakSet[Run] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    """Python ends, though iterators are left. When it clears them away, its threads are gone
    already, and may have left locks behind: closing their pipes would abort the process."""
    for run in list(_running):
        run.stop()


def _write(descriptor: int, block: bytes) -> None:
    left = memoryview(block)
    while left:
        left = left[os.write(descriptor, left) :]


def _pipe() -> Tuple[int, int]:
    """A pipe that holds a megabyte, where that is possible: a smaller one makes both sides wait."""
    reader, writer = os.pipe()
    try:
        fcntl.fcntl(writer, _F_SETPIPE_SZ, _BLOCK)
    except OSError:
        pass  # Others have used up what this user may have, or this isn't Linux.
    return reader, writer


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ends the program in order, so that it removes its temporary files."""
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _caller_level() -> int:
    """The stack level of the first frame outside of this package."""
    import sys

    directory = os.path.dirname(__file__)
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and os.path.dirname(frame.f_code.co_filename) == directory:
        level, frame = level + 1, frame.f_back
    return level


def chunks_of(stream: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file, in blocks."""
    while True:
        block = stream.read(_BLOCK)
        if not block:
            return
        yield block
