"""A command that hangs fails its test, with all that it started, and says where it hangs."""

import sys

import pytest

from . import processes

FORKS = """
import os, threading
pid = os.fork()
if pid:
    os.waitpid(pid, 0)
else:
    threading.Event().wait()
"""


def test_a_fork_that_hangs(monkeypatch):
    monkeypatch.setattr(processes, "HANGS", 1)
    with pytest.raises(AssertionError, match=r"hung for 1 s(.|\n)*threading\.py(.|\n)*in wait"):
        processes.run(sys.executable, "-c", FORKS)


def test_one_that_fails_says_what_it_said():
    with pytest.raises(AssertionError, match=r"failed \(3\)(.|\n)*no such luck"):
        processes.run(sys.executable, "-c", "import sys; print('no such luck'); sys.exit(3)")


def test_one_that_is_well():
    assert processes.run(sys.executable, "-c", "print(285)") == ("285\n", "")


def test_the_warm_process_is_no_child_that_odoo_would_end():
    """Odoo ends the children of the process when a class of its tests is over."""
    warm = processes._Warm()
    assert warm.process.returncode == 0
    warm.process.stdin.close()
    assert warm.answers.poll(10_000), "it ends when nothing can be asked any more"
