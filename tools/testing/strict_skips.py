"""A skipped test fails the run: a green run means that everything was tried."""

import pytest

SKIPPED_EXIT = 1


def _skipped(config):
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Turns the exit code of a run with skipped tests into a failure."""
    if _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = SKIPPED_EXIT


def pytest_terminal_summary(terminalreporter, config):
    """Says why the run failed although no test did."""
    skipped = len(_skipped(config))
    if skipped:
        terminalreporter.write_line(
            f"{skipped} skipped: the run fails, because a skipped test proves nothing", red=True
        )
