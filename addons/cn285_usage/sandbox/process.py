"""Macros run in another process: its start, its messages, its end. Nothing here knows Odoo."""

import contextlib
import json
import os
import re
import selectors
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from ..engine.smartcode_contract import FILENAME, MacroLine, SmartCodeError, encode, lines_of
from ..engine.smartcode_contract import decode as decode_value

# The watchdog inside ends a macro; from outside the process is killed so much later.
GRACE = 2.0
# Until Odoo's modules are imported; a machine under load takes its time.
START = 60.0
# A reply is at most 500 lines of a label and three numbers.
MAX_REPLY = 2 * 1024 * 1024
# So many runs that had to be killed end a batch: the next would only take as long.
MAX_KILLS = 3
_WHERE = re.compile(f'File "{FILENAME}", line ([0-9]+)')
_CHILD = Path(__file__).with_name("child.py")
_USAGE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Failure:
    """Why a macro gave no lines.

    ``kind``: ``refused`` (the macro or its result; ``code`` and ``values`` as in
    ``SmartCodeError``), ``failed`` (it raised), ``inexact`` (it mixed exact and binary numbers),
    ``time``, ``memory``, ``recursion``, ``ended`` (the process died), ``skipped`` (too many runs
    before were killed). ``line`` is the macro's line, where it is known.
    """

    kind: str
    line: int | None = None
    message: str = ""
    code: str = ""
    values: dict = field(default_factory=dict)


class _Gone(Exception):
    """The process does not answer: it is past its time, or dead."""


class MacroProcess:
    """One process with one macro; a context manager that leaves nothing running."""

    def __init__(self, body, contract_path, seconds, megabytes):
        self._seconds = seconds
        self._setup = {
            "body": body,
            "seconds": seconds,
            "megabytes": megabytes,
            "sys_path": [path for path in sys.path if path],
            "usage": str(_USAGE),
            "contract": str(contract_path),
        }
        self._process = self._trace = None
        self._buffer = b""

    def __enter__(self):
        self._trace = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._trace,
            close_fds=True,
            cwd="/",
            env=_environment(),
            start_new_session=True,
            bufsize=0,
        )
        os.set_blocking(self._process.stdin.fileno(), False)
        os.set_blocking(self._process.stdout.fileno(), False)
        return self

    def __exit__(self, *_error):
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout, self._trace):
            with contextlib.suppress(OSError):
                stream.close()
        self._process.wait()

    def prepare(self):
        """Have the macro checked; returns a :class:`Failure` or None."""
        reply = self._exchange(self._setup, START + self._seconds)
        return reply if isinstance(reply, Failure) else None

    def run(self, inputs):
        """Run the macro on one input; returns its lines or a :class:`Failure`."""
        try:
            message = encode(inputs)
        except SmartCodeError as error:
            return Failure("refused", None, str(error), error.code, error.values)
        reply = self._exchange(message, self._seconds + GRACE)
        if isinstance(reply, Failure):
            return reply
        # What comes from in there is checked here as well: a process that ran foreign code is not
        # believed.
        try:
            return lines_of([decode_value(line) for line in _encoded_lines(reply)])
        except (SmartCodeError, ValueError, TypeError, AttributeError, ArithmeticError):
            return Failure("ended", message="")

    @property
    def alive(self):
        """Whether the process can take another input."""
        return self._process.poll() is None

    def _exchange(self, message, seconds):
        """Send one message and return the answer to it, or what happened instead."""
        deadline = time.monotonic() + seconds
        try:
            self._write(json.dumps(message).encode() + b"\n", deadline)
            answer = json.loads(self._read(deadline))
        except (_Gone, ValueError):
            return self._buried(time.monotonic() >= deadline)
        error = answer.get("error") if isinstance(answer, dict) else {}
        if not isinstance(answer, dict) or error:
            return _failure(error or {})
        return answer

    def _write(self, data, deadline):
        view = memoryview(data)
        stream = self._process.stdin.fileno()
        while view:
            self._wait(stream, selectors.EVENT_WRITE, deadline)
            try:
                view = view[os.write(stream, view[:65536]) :]
            except BlockingIOError:
                continue
            except OSError:
                raise _Gone from None

    def _read(self, deadline):
        stream = self._process.stdout.fileno()
        while b"\n" not in self._buffer:
            self._wait(stream, selectors.EVENT_READ, deadline)
            try:
                data = os.read(stream, 65536)
            except BlockingIOError:
                continue
            if not data or len(self._buffer) > MAX_REPLY:
                raise _Gone
            self._buffer += data
        line, _newline, self._buffer = self._buffer.partition(b"\n")
        return line

    @staticmethod
    def _wait(stream, event, deadline):
        with selectors.DefaultSelector() as selector:
            selector.register(stream, event)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise _Gone

    def _buried(self, late):
        """Kill the process and read from its last words what happened."""
        if not late:
            # Its streams are closed already: it is about to end by itself.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1.0)
        self._process.kill()
        self._process.wait()
        self._trace.seek(0)
        words = self._trace.read(100_000).decode(errors="replace")
        where = _WHERE.search(words)
        line = int(where[1]) if where else None
        if late or "Timeout (" in words:
            return Failure("time", line)
        return Failure("memory" if "MemoryError" in words else "ended", line)


def run_batch(body, inputs, contract_path, seconds=5.0, megabytes=128):
    """Run a macro on each input in turn; yields the list of lines, or a :class:`Failure`, of each.

    One process serves as long as it lives. Each input has its own time and memory. A macro that is
    refused at all is refused for each input.
    """
    inputs = iter(inputs)
    kills, over = 0, None
    while True:
        with MacroProcess(body, contract_path, seconds, megabytes) as process:
            over = process.prepare()
            if over:
                break
            for one in inputs:
                result = process.run(one)
                yield result
                if not process.alive:
                    kills += 1
                    break
            else:
                return
        if kills >= MAX_KILLS:
            over = Failure("skipped")
            break
    for _one in inputs:
        yield over


def check(body, contract_path, seconds=5.0, megabytes=128):
    """Check a macro without running it; returns a :class:`Failure` or None."""
    with MacroProcess(body, contract_path, seconds, megabytes) as process:
        return process.prepare()


def _encoded_lines(reply):
    """The lines of a reply, each as one value that ``decode`` understands."""
    return [{"$m": list(line.items())} for line in reply["lines"]]


def _failure(error):
    line, values = error.get("line"), error.get("values")
    return Failure(
        str(error.get("kind", "ended")),
        line if isinstance(line, int) else None,
        str(error.get("message", ""))[:500],
        str(error.get("code", "")),
        values if isinstance(values, dict) else {},
    )


def _environment():
    """Hardly anything: no password of a database, no address, and the same order of sets always."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        **kept,
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


__all__ = ["Failure", "MacroLine", "MacroProcess", "check", "run_batch"]
