"""Makes every system call of small runs of dsel fail once, and looks at what dsel makes of it.

Each test takes one way to run dsel and one way for a kind of call to fail, and lets the first such
call fail, then the second, and so on until a run makes no more of them. dsel must end with exit
status 1 and a message that says why, without an output under its final name or a temporary file,
and with older outputs untouched; or with exit status 0 and the very bytes of an undisturbed run.
Interrupted calls, and short reads and writes, must always end in the latter. The faults are those
of faults.c, which is preloaded.
"""

from __future__ import annotations

import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faults
import pytest
from faults import Fault, Scenario
from running import Content, content

pytestmark = pytest.mark.skipif(faults.LINUX_ONLY, reason="only Linux lets a library be preloaded")

CASES = [
    pytest.param(scenario, fault, id=f"{scenario.name}-{fault}")
    for scenario in faults.scenarios()
    for fault in faults.all_faults(scenario.calls)
]


class Bench:
    """The inputs of all runs, and what undisturbed runs leave."""

    def __init__(self, dsel: str, folder: Path, crawl: Path) -> None:
        self.dsel, self.folder, self.inputs = dsel, folder, folder / "inputs"
        self.inputs.mkdir()
        self.library = faults.build_library(folder)
        faults.make_inputs(self.inputs, crawl)
        faults.make_stage_inputs(dsel, self.inputs)
        self.undisturbed: dict[str, tuple[bytes, Content]] = {}

    def expected(self, scenario: Scenario) -> tuple[bytes, Content]:
        """The standard output and the files of a run that meets no fault."""
        if scenario.name not in self.undisturbed:
            folder = self.folder / scenario.name
            scenario.prepare(folder)
            finished = scenario.run(self.dsel, folder, self.inputs, {}).checked()
            self.undisturbed[scenario.name] = (finished.output, content(folder))
        return self.undisturbed[scenario.name]

    def attempt(self, scenario: Scenario, fault: Fault, number: int) -> tuple[bool, str | None]:
        """Runs dsel with one fault; returns whether that happened, and what is wrong."""
        with tempfile.TemporaryDirectory(dir=self.folder) as base:
            folder, fired = Path(base, "run"), Path(base, "fired")
            scenario.prepare(folder)
            before = content(folder)
            environment = {
                **fault.environment(number),
                "LD_PRELOAD": self.library,
                "FAULT_FOLDER": str(self.folder),
                "FAULT_REPORT": str(fired),
            }
            try:
                finished = scenario.run(self.dsel, folder, self.inputs, environment)
            except subprocess.TimeoutExpired as timeout:
                return True, f"{fault.call} {number}: dsel hangs\n  command: {timeout.cmd}"
            problem = faults.problem(
                scenario, fault, finished, before, content(folder), self.expected(scenario)
            )
            said = (
                f"{fault.call} {number}: {problem}\n  command: {finished.shell_line}"
                if problem
                else None
            )
            return fired.exists(), said


@pytest.fixture(scope="module")
def bench(dsel: str, tmp_path_factory: pytest.TempPathFactory, crawl: Path) -> Bench:
    return Bench(dsel, tmp_path_factory.mktemp("faults").resolve(), crawl)


@pytest.mark.sampled
@pytest.mark.parametrize(("scenario", "fault"), CASES)
def test_every_call_may_fail(bench: Bench, scenario: Scenario, fault: Fault) -> None:
    bench.expected(scenario)
    problems: list[str] = []
    first, fired_count, is_over = 1, 0, False
    with ThreadPoolExecutor(faults.PROCESSORS) as pool:
        while not is_over:
            # Possibly some more than needed, to keep all processors busy.
            batch = range(first, first + faults.PROCESSORS)
            for fired, problem in pool.map(
                lambda number: bench.attempt(scenario, fault, number), batch
            ):
                fired_count += fired
                is_over |= not fired
                problems += [problem] if problem else []
            first += len(batch)
    assert not problems, f"{len(problems)} of {fired_count} runs:\n" + "\n".join(problems)
    assert fired_count > 0, (
        f"{scenario.name} makes no call of {fault.call}: leave it out of its calls"
    )
