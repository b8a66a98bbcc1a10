"""Where tasks run. An engine has one method, `map`."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import Any, Callable, Dict, List, Mapping, Optional, Protocol, Sequence, Set

from .._errors import DselError

Task = Callable[[Any], Any]
Shown = Callable[[Dict[str, Any]], object]

# A run may succeed on another machine, or later.
_MACHINE_FAULTS = frozenset(
    ("disk_full", "no_room", "out_of_memory", "no_thread", "no_lock_answer", "signal", "system")
)


class Engine(Protocol):
    """Anything that can apply a function to items, on one machine or on many."""

    def map(self, function: Task, items: Sequence[Any], label: str) -> Sequence[Any]:
        """The results, in the order of the items. The label names the step.

        Functions, items and results can be pickled. A function may be called again with the same
        item, also at the same time.
        """
        ...


class Waiting:
    """An engine that starts tasks, and waits for them."""

    def __init__(
        self, retries: int, ahead: int, patience: Optional[float], progress: Any = None
    ) -> None:
        """Checks nothing.

        Args:
            retries: how often a task is tried again after a fault that is not its own.
            ahead: how many tasks are handed out at the same time.
            patience: if no task ends for so many seconds, and for five times as long as a task
                takes, at the end of a step, those that are left are started a second time.
            progress: a function that gets a dictionary after each task, or True for a bar of tqdm.
        """
        self._retries, self._ahead, self._patience = retries, ahead, patience
        self._progress = _shown(progress)

    def begin(self, function: Task, item: Any, label: str) -> Future[Any]:
        """Starts a task."""
        raise NotImplementedError

    def map(self, function: Task, items: Sequence[Any], label: str) -> Sequence[Any]:
        running: Dict[Future[Any], int] = {}
        results: List[Any] = [None] * len(items)
        left: Set[int] = set(range(len(items)))
        tries = [0] * len(items)
        waiting = list(range(len(items) - 1, -1, -1))
        later: List[tuple[float, int]] = []
        seconds: List[float] = []
        last = time.monotonic()
        are_doubled = False
        try:
            while left:
                now = time.monotonic()
                waiting += [index for at, index in later if at <= now]
                later = [(at, index) for at, index in later if at > now]
                while waiting and len(running) < self._ahead:
                    index = waiting.pop()
                    running[self.begin(function, items[index], label)] = index
                if not running:
                    time.sleep(0.05)
                    continue
                for future in wait(running, timeout=0.5, return_when=FIRST_COMPLETED).done:
                    index = running.pop(future)
                    if index not in left:
                        continue
                    try:
                        results[index] = future.result()
                    except Exception as failure:
                        # Ray wraps what a task raised.
                        cause = getattr(failure, "cause", None)
                        error = cause if isinstance(cause, DselError) else failure
                        tries[index] += 1
                        if tries[index] > self._retries or not _is_of_machine(error):
                            raise error from None
                        # Not at once: a machine whose disk is full fails fast, and would be
                        # handed every task.
                        later.append((time.monotonic() + tries[index], index))
                        continue
                    left.discard(index)
                    last = time.monotonic()
                    seconds.append(_seconds_of(results[index]))
                    if self._progress is not None:
                        done = len(items) - len(left)
                        self._progress({"step": label, "done": done, "total": len(items)})
                if not are_doubled and self._is_stuck(last, seconds, left, waiting):
                    are_doubled = True
                    waiting += sorted(left & set(running.values()))
        finally:
            for future in running:
                future.cancel()
        return results

    def _is_stuck(
        self, last: float, seconds: Sequence[float], left: Set[int], waiting: Sequence[int]
    ) -> bool:
        if self._patience is None or waiting or not left or len(seconds) < len(left):
            return False
        patience = max(self._patience, 5 * statistics.median(seconds))
        return time.monotonic() - last > patience


class Futures(Waiting):
    """Any executor: threads of this machine, Dask's `client.get_executor()`, mpi4py's.

    Threads are enough for one machine, because the work is done by the program `dsel`.
    """

    def __init__(
        self,
        executor: Executor,
        *,
        retries: int = 3,
        ahead: int = 1000,
        patience: Optional[float] = 60,
        progress: Any = None,
    ) -> None:
        """Takes an executor, which stays open.

        Args:
            retries: how often a task is tried again after a fault of its machine.
            ahead: how many tasks are handed out at the same time.
            patience: after so many seconds without a result, the last tasks of a step are started
                a second time; None for never.
            progress: a function that gets a dictionary after each task, or True for a bar of tqdm.
        """
        super().__init__(retries, ahead, patience, progress)
        self._executor = executor

    def begin(self, function: Task, item: Any, label: str) -> Future[Any]:
        return self._executor.submit(function, item)


class Ray(Waiting):
    """A Ray cluster: the one that this process is connected to, or the one of `address`, or of the
    environment; else one on this machine.

    The package must be installed on all nodes, or be in `runtime_env`.
    """

    def __init__(
        self,
        address: Optional[str] = None,
        *,
        retries: int = 3,
        ahead: int = 1000,
        patience: Optional[float] = 60,
        progress: Any = None,
        steps: Optional[Mapping[str, Mapping[str, Any]]] = None,
        init: Optional[Mapping[str, Any]] = None,
        **options: Any,
    ) -> None:
        """Connects to the cluster.

        Args:
            address: as `ray.init` takes it.
            retries, ahead, patience, progress: as in `Futures`.
            steps: options for the tasks of single steps: {"choose": {"memory": 64e9}}.
            init: further arguments of `ray.init`.
            options: those of Ray's tasks: num_cpus, memory, resources, scheduling_strategy,
                runtime_env. Tasks have one processor, and are spread over the nodes.
        """
        super().__init__(retries, ahead, patience, progress)
        import ray

        if not ray.is_initialized():
            ray.init(address=address, **(init or {}))
        standard = {"num_cpus": 1, "scheduling_strategy": "SPREAD", "max_retries": retries}
        self._options = {**standard, **options}
        self._steps = steps or {}
        self._remote = ray.remote(_called)

    def begin(self, function: Task, item: Any, label: str) -> Future[Any]:
        chosen = {**self._options, **self._steps.get(label, {})}
        task = self._remote.options(name=f"dsel {label}", **chosen)
        future: Future[Any] = task.remote(function, item).future()
        return future


def _seconds_of(result: Any) -> float:
    """How long a task took, if it says so."""
    cost = result.get("cost") if isinstance(result, dict) else None
    return float(cost[0]) if cost else 0.0


def _called(function: Task, item: Any) -> Any:
    return function(item)


def _is_of_machine(error: Exception) -> bool:
    """Whether a task may succeed if it is tried again."""
    if isinstance(error, DselError):
        return error.code in _MACHINE_FAULTS
    return not isinstance(error, (TypeError, ValueError, AssertionError))


def _shown(progress: Any) -> Optional[Shown]:
    if progress is None or progress is False:
        return None
    if progress is not True:
        shown: Shown = progress
        return shown
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    bars: Dict[str, Any] = {}

    def show(event: Dict[str, Any]) -> None:
        step = event["step"]
        if step not in bars:
            bars[step] = tqdm(total=event["total"], desc=step, leave=False)
        bars[step].update(event["done"] - bars[step].n)
        if event["done"] == event["total"]:
            bars.pop(step).close()

    return show
