"""The web client as `make serve` starts it: workers, the evented process, jobs, and a browser."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import screenshots

import targets
from provision.config import ROOT, workers
from provision.ports import free_port, is_free

from .processes import copied, run

# Longer than the screen waits before it asks by itself where there is no websocket; less than
# where there is one. A slow machine takes its time until then.
TOLD_SECONDS = 25
STARTS_SECONDS = 180
BUS = "odoo.__WOWL_DEBUG__.root.env.services.bus_service"
PROGRESS = "document.querySelector('[name=progress]')?.innerText.replace(/\\D/g, '') ?? ''"
SEED = """
run = env["cn285.billing.run"].create({"date": "2026-01-31", "state": "running"})
env["cn285.billing.run.batch"].create(
    [{"run_id": run.id, "number": n, "keys": [["2026-01-31", 1]]} for n in (1, 2)]
)
env.cr.commit()
print("run:", run.id)
"""
DONE = """
batch = env["cn285.billing.run.batch"].search([("state", "=", "pending")], order="number", limit=1)
batch._run_in_process()
"""


@pytest.fixture(scope="module")
def database():
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        yield name


@pytest.fixture(scope="module")
def ports():
    return [free_port(f"test {name}") for name in ("http", "workers", "gevent")]


@pytest.fixture(scope="module")
def serving(database, ports, tmp_path_factory):
    """The server's own process, while it answers; its address is that of the proxy in front."""
    port, http_port, gevent_port = ports
    environment = targets.serve_environment(http_port)
    # The job runner of the tests rests; this server has its own.
    environment.pop("ODOO_QUEUE_JOB_CHANNELS", None)
    log = tmp_path_factory.mktemp("serve") / "server.log"
    proxy = targets.start_proxy(*ports)
    with log.open("w") as output:
        process = subprocess.Popen(
            targets.serve_command(database, http_port, gevent_port),
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Serving(process, f"http://127.0.0.1:{port}", log)
    finally:
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal_number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
        proxy.kill()
        proxy.wait()


class Serving:
    """A server that runs: who it is, where it answers, what it logs."""

    def __init__(self, process, url, log):
        self.process, self.url, self.log = process, url, log

    def session(self, database):
        """An administrator's session, as soon as the server answers."""
        deadline = time.monotonic() + STARTS_SECONDS
        while True:
            try:
                return screenshots.Server(self.url, database, "admin", "admin")
            except screenshots.Problem as problem:
                log = self.log.read_text()[-3000:]
                assert self.process.poll() is None, f"the server has ended\n{log}"
                assert time.monotonic() < deadline, f"{problem}\n{log}"
                time.sleep(0.5)

    def evented(self):
        """Ids of the processes that answer websockets."""
        # However wide the terminal is said to be.
        found, _error = run("ps", "-ww", "-o", "pid=,args=", "--ppid", self.process.pid)
        return [line.split()[0] for line in found.splitlines() if " gevent " in f"{line} "]


def call(server, model, method, *arguments):
    return server.post(
        f"/web/dataset/call_kw/{model}/{method}",
        {"model": model, "method": method, "args": list(arguments), "kwargs": {}},
    )


def shell(database, code):
    done = subprocess.run(
        ["odoo", "shell", "-d", database, "--no-http", "--log-level=critical"],
        input=code, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextlib.contextmanager
def without_limit():
    """Odoo limits the memory of this process, which a browser takes over and cannot start with."""
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limits[1], limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def eventually(seconds, look):
    """What ``look`` finds, or gave last, when it is true or the time is over."""
    deadline = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def test_workers_are_left_for_people():
    """Of the shipped configuration: two workers more than jobs at a time."""
    channels = dict(
        part.split(":")[:2]
        for line in (ROOT / "odoo.conf").read_text().splitlines()
        if line.startswith("channels = ")
        for part in line.removeprefix("channels = ").split(",")
    )
    assert workers() >= int(channels["root"]) + 2
    assert int(channels["root.billing"]) < int(channels["root"])
    assert int(channels["root.collection"]) < int(channels["root"])
    command = targets.serve_command("any", 1, 2)
    assert f"--workers={workers()}" in command


def test_one_evented_process_that_stays(serving, database):
    serving.session(database)
    first = eventually(STARTS_SECONDS, serving.evented)
    assert len(first) == 1, serving.log.read_text()[-3000:]
    time.sleep(2)
    assert serving.evented() == first


def test_a_job_is_run_beside_pages(serving, database):
    server = serving.session(database)
    [run_id] = call(server, "cn285.billing.run", "create", [{"date": "2026-01-31"}])
    call(server, "cn285.billing.run", "action_run_in_jobs", [run_id])
    domain = [("id", "=", run_id), ("state", "=", "done")]
    done = eventually(STARTS_SECONDS, lambda: server.search("cn285.billing.run", domain, ["state"]))
    assert done, serving.log.read_text()[-3000:]


def test_the_progress_of_a_run_moves_by_itself(serving, database):
    """The browser is told by the bus when a batch is done, and reads the run again."""
    run_id = int(shell(database, SEED).split("run:")[1])
    server = serving.session(database)
    with without_limit(), screenshots.Browser() as browser:
        browser.login(server)
        browser.open(f"{serving.url}/odoo/cn285-billing-runs/{run_id}", "[name=progress]")
        connected = eventually(60, lambda: browser.evaluate(f"{BUS}.workerState") == "CONNECTED")
        assert connected, serving.log.read_text()[-3000:]
        # The screen has asked by itself once, after two seconds, and will again in thirty.
        time.sleep(4)
        assert browser.evaluate(PROGRESS) == "0"
        browser.evaluate(
            f"window.told = 0; {BUS}.subscribe('cn285.billing.run/progress', () => window.told++)"
        )
        shell(database, DONE)
        moved = eventually(TOLD_SECONDS, lambda: browser.evaluate(PROGRESS) == "50")
        assert browser.evaluate("window.told") == 1
        assert moved, browser.evaluate(PROGRESS)
        shell(database, DONE)
        assert eventually(TOLD_SECONDS, lambda: browser.evaluate(PROGRESS) == "100")


@contextlib.contextmanager
def proxied(port):
    """A process that stands for the server, and started the proxy; gives the proxy's own."""
    proxy = str(ROOT / "tools" / "proxy.py")
    code = (
        "import os, subprocess, sys\n"
        f"ports = '{port}', '1', '2', str(os.getpid())\n"
        f"started = subprocess.Popen([sys.executable, {proxy!r}, *ports], stdout=2)\n"
        "print(started.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as server:
        yield int(server.stdout.readline())


def serving_now(proxy):
    """Ids of the processes that the proxy keeps."""
    return set(map(int, Path(f"/proc/{proxy}/task/{proxy}/children").read_text().split()))


def test_the_proxy_ends_with_its_server():
    """Nothing stays behind a server that was killed."""
    port = free_port("test proxy")
    with proxied(port) as proxy:
        assert eventually(30, lambda: not is_free(port))
    assert eventually(30, lambda: not Path(f"/proc/{proxy}").exists())
    assert eventually(30, lambda: is_free(port))


@pytest.mark.parametrize("victim", ["serving", "proxy"])
def test_the_proxy_that_is_killed_is_there_again(victim):
    """Whichever of its two processes is killed, pages are answered."""
    port = free_port("test proxy")
    with proxied(port) as proxy:
        assert eventually(30, lambda: not is_free(port))
        before = serving_now(proxy)
        [killed] = before if victim == "serving" else [proxy]
        os.kill(killed, signal.SIGKILL)
        if victim == "serving":
            assert eventually(30, lambda: serving_now(proxy) - before)
        assert eventually(30, lambda: not is_free(port))
    assert eventually(30, lambda: is_free(port))
