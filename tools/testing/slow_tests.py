"""Where the time of a run goes, by the machine's clock, also where a test has stopped its own."""

import time
from collections import defaultdict

import pytest

SHOWN = 25


def _now(clock=time.monotonic):
    """Seconds. The clock is an argument's default, where a frozen one does not replace it."""
    return clock()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Also the set-up of its class and module, which its first test pays for."""
    item.user_properties.append(("began", _now()))
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "teardown":
        began = dict(item.user_properties)["began"]
        report.user_properties = [*report.user_properties, ("took", _now() - began)]
    return report


def pytest_terminal_summary(terminalreporter):
    took = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "teardown":
                took[report.nodeid.split("::")[0]] += dict(report.user_properties).get("took", 0)
    slowest = sorted(took.items(), key=lambda pair: -pair[1])[:SHOWN]
    if len(took) > 1:
        terminalreporter.section("modules that took longest")
        for name, seconds in slowest:
            terminalreporter.write_line(f"{seconds:7.1f} s  {name}")
        terminalreporter.write_line(f"{sum(took.values()):7.1f} s  in all, of all processes")
