"""What the make targets do with their arguments, and the commands they put on the PATH."""

import os
import subprocess

import pytest

import targets
from provision import Problem

SHARED = ["-n", str(targets.processes()), "--dist", "loadscope"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-k", "proration"],
        ["addons/cn285_contract/tests"],
        ["-q", "-x", "addons/cn285_contract/tests", "tests/test_billing_once.py"],
    ],
)
def test_shared_by_processes(arguments):
    assert targets.in_processes(arguments) == SHARED + arguments


@pytest.mark.parametrize(
    "arguments",
    [
        ["-n", "4"],
        ["-n0"],
        ["--numprocesses=3"],
        ["--pdb"],
        ["-s"],
        ["tests/test_billing_once.py"],
        ["-x", "tests/test_billing_once.py::test_undisturbed"],
    ],
)
def test_as_many_processes_as_said(arguments):
    assert targets.in_processes(arguments) == arguments


@pytest.fixture
def benchmarks(tmp_path):
    for name in ("billing", "usage", "usage/rating"):
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text('if __name__ == "__main__":\n    pass\n')
    (tmp_path / "common.py").write_text("shared = 1\n")
    long = (tmp_path / "billing.py").read_text()
    (tmp_path / "scale.py").write_text(f"\nBY_NAME_ONLY = True\n{long}")

    def chosen(*arguments):
        programs, rest = targets.chosen_benchmarks(list(arguments), tmp_path)
        return [str(path.relative_to(tmp_path).with_suffix("")) for path in programs], rest

    return chosen


def test_all_benchmarks(benchmarks):
    assert benchmarks() == (["billing", "usage"], [])
    assert benchmarks("--help") == (["billing", "usage"], ["--help"])


def test_benchmarks_by_name(benchmarks):
    assert benchmarks("billing") == (["billing"], [])
    assert benchmarks("billing", "--contracts", "5") == (["billing"], ["--contracts", "5"])
    assert benchmarks("usage/rating", "billing") == (["usage/rating", "billing"], [])
    # It takes an hour, and is left out unless it is named.
    assert benchmarks("scale") == (["scale"], [])


def test_options_belong_to_a_benchmark(benchmarks):
    with pytest.raises(Problem, match="billing, scale, usage, usage/rating"):
        benchmarks("--contracts", "5")
    with pytest.raises(Problem, match="biling"):
        benchmarks("biling")


def odoo(*arguments, said=""):
    done = subprocess.run(
        ["odoo", *arguments], input=said, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_odoo_command():
    assert "19.0" in odoo("--version")


def test_odoo_command_finds_the_addons_and_the_server():
    database = os.environ["CN285_TEST_DATABASE"]
    said = odoo(
        "shell", "-d", database, "--no-http", "--log-level=critical",
        said="print('contracts:', env['cn285.contract'].search_count([]))",
    )  # fmt: skip
    assert "contracts: " in said


@pytest.mark.parametrize(("cores", "wanted"), [(None, 2), (1, 2), (2, 2), (6, 6), (64, 8)])
def test_as_many_processes_as_cores(monkeypatch, cores, wanted):
    monkeypatch.setattr(targets.os, "cpu_count", lambda: cores)
    assert targets.processes() == wanted
