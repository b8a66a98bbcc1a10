"""The package itself: generated code, types, style, and no need of other packages."""

import os
import pathlib
import subprocess
import sys

import pytest
from conftest import ROOT, WIKI

PYTHON = ROOT / "Python"


def run(*command, **options):
    return subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, cwd=PYTHON, **options
    )


def test_the_options_are_those_of_the_program():
    checked = run(
        sys.executable,
        ROOT / "scripts/generate-python-options.py",
        "--dsel",
        os.environ["DSEL"],
        "--check",
    )
    assert checked.returncode == 0, checked.stderr


# mypy knows no older Python than 3.10. That nothing newer than 3.9 is used, ruff looks at.
@pytest.mark.parametrize("version", ["3.10", "3.11", "3.12", "3.13", "3.14"])
def test_types(version):
    pytest.importorskip("mypy")
    checked = run(sys.executable, "-m", "mypy", f"--python-version={version}")
    assert checked.returncode == 0, checked.stdout


def test_types_of_callers(tmp_path):
    pytest.importorskip("mypy")
    script = tmp_path / "caller.py"
    script.write_text(
        "import dsel\n"
        'selection = dsel.select("t", "p", count=10, top_k=True, estimator="blend")\n'
        'model = dsel.fit("t") + dsel.fit("p", buckets=99)\n'
        'weights = dsel.weigh("p", target=model, pool="m")\n'
        'kept = dsel.weigh("p", target=model, pool="m", candidates=9)\n'
        "reveal_type(weights)\nreveal_type(kept)\n"
        'dsel.select("t", "p", cuont=10)\n'
        'dsel.select("t", "p", estimator="other")\n'
        'dsel.select("t", "p", top_k="yes")\n'
        'dsel.fit("t") + 3\n'
    )
    out = run(
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        "mypy.ini",
        script,
        env={**os.environ, "MYPYPATH": str(PYTHON / "src")},
    ).stdout
    lines = [line for line in out.splitlines() if ": error:" in line or ": note: Rev" in line]
    assert [line.split(":")[1] for line in lines] == ["6", "7", "8", "9", "10", "11"], out
    assert "Weights" in lines[0] and "Candidates" in lines[1] and "cuont" in lines[2]


def test_style():
    pytest.importorskip("ruff")
    for check in [["check"], ["format", "--check"]]:
        checked = run(sys.executable, "-m", "ruff", *check, "src", "tests")
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_other_package_is_needed():
    """Without site-packages, results are arrays and lists of the standard library."""
    script = (
        f"import sys; sys.path.insert(0, {str(PYTHON / 'src')!r})\n"
        "import dsel\n"
        f"rows = [{{'text': line}} for line in open({str(WIKI)!r})]\n"
        "selection = dsel.select(rows, rows, count=5, min_tokens=0, progress=True)\n"
        "model = dsel.fit(rows)\n"
        "weights = dsel.weigh(rows, target=model, pool=model)\n"
        "print(type(selection.indices).__name__, len(selection.take()),\n"
        "      type(weights.log_weight).__name__, type(model.counts).__name__)\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'numpy', 'pandas', 'pyarrow', 'datasets', 'polars', 'tqdm'}))\n"
    )
    out = run(sys.executable, "-I", "-S", "-c", script)
    assert out.stdout == "array 5 array array\n[]\n", out.stderr


def test_importing_loads_no_large_package():
    script = (
        "import sys, dsel\n"
        "print([name for name in ('numpy', 'pandas', 'pyarrow') if name in sys.modules])"
    )
    out = run(sys.executable, "-c", script, env={**os.environ, "PYTHONPATH": str(PYTHON / "src")})
    assert out.stdout == "[]\n", out.stderr


def test_files_are_short_and_lines_too():
    for path in pathlib.Path(PYTHON).rglob("*.py"):
        is_ours = not any(part.startswith(".venv") for part in path.parts)
        if path.name != "_options.py" and is_ours:
            assert len(path.read_text().splitlines()) <= 400, path
