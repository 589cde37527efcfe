"""The program of the process in which macros run: started fresh, shut in, fed by a pipe.

It inherits no descriptor of Odoo but its three streams, and no environment. Before the first macro
it gives up opening files and sockets, for itself and whatever runs in it. Each macro has a limit of
memory on top of what the process holds, and a watchdog outside of Python's interpreter lock, which
writes where the macro was and ends the process. Messages are lines of JSON, nothing is unpickled.
"""

import faulthandler
import json
import os
import resource
import sys
import types
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, getcontext

DIGITS = 50
MEGABYTE = 1024 * 1024
MAX_MESSAGE = 500


def main():
    """Read the set-up, then inputs, until the pipe is closed."""
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    setup = json.loads(source.readline())
    sys.path[:] = setup["sys_path"]
    contract = _engine(setup["usage"], setup["contract"])
    from odoo.tools.safe_eval import safe_eval

    macro = Macro(contract, safe_eval, setup["seconds"], setup["megabytes"])
    _shut_in()
    _send(target, macro.prepare(setup["body"]))
    for line in source:
        _send(target, macro.run(line))


def _engine(usage, contract):
    """Import the contract of macros without importing an addon, and so Odoo's models."""
    for name, paths in (
        ("cn285_child", []),
        ("cn285_child.cn285_usage", [usage]),
        ("cn285_child.cn285_contract", [contract]),
    ):
        package = types.ModuleType(name)
        package.__path__ = paths
        sys.modules[name] = package
    from cn285_child.cn285_usage.engine import smartcode_contract

    return smartcode_contract


def _shut_in():
    """No file or socket can be opened from here on, no process can write much or dump core."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    # A worker of Odoo hands its own limit of processor time down; ours is the watchdog.
    resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, MEGABYTE))
    Macro.memory = os.open("/proc/self/statm", os.O_RDONLY)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _send(target, message):
    target.write(json.dumps(message).encode() + b"\n")
    target.flush()


class Macro:
    """One macro under its limits."""

    memory = None

    def __init__(self, contract, safe_eval, seconds, megabytes):
        self._contract, self._safe_eval = contract, safe_eval
        self._seconds, self._megabytes = seconds, megabytes
        self._hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        self._source = ""
        getcontext().prec = DIGITS

    def prepare(self, body):
        """Check the macro; return an empty message, or its refusal."""
        return self._limited(self._prepare, body)

    def run(self, line):
        """Run the macro on one input; return its lines, or what went wrong and where."""
        inputs = self._contract.decode(json.loads(line))
        return self._limited(self._run, inputs)

    def _prepare(self, body):
        from odoo.tools.safe_eval import _SAFE_OPCODES, assert_valid_codeobj, compile_codeobj

        self._contract.check_source(body)
        self._source = self._contract.exact_source(body)
        code = compile_codeobj(self._source, filename=self._contract.FILENAME, mode="exec")
        assert_valid_codeobj(_SAFE_OPCODES, code, "macro")
        return {}

    def _run(self, inputs):
        names = {
            **inputs,
            "lines": [],
            "Decimal": Decimal,
            "date": date,
            "datetime": datetime,
            "timedelta": timedelta,
            "round": round_half_up,
            "ceil": ceil,
            "floor": floor,
        }
        self._safe_eval(self._source, names, mode="exec", filename=self._contract.FILENAME)
        lines = self._contract.lines_of(names.get("lines"))
        return {
            "lines": [
                {name: self._contract.encode(getattr(line, name)) for name in _FIELDS}
                for line in lines
            ]
        }

    def _limited(self, work, argument):
        faulthandler.dump_traceback_later(self._seconds, exit=True)
        self._limit_memory(self._megabytes)
        try:
            result = work(argument)
        except BaseException as error:
            self._limit_memory(None)
            result = {"error": self._describe(error)}
        finally:
            self._limit_memory(None)
            faulthandler.cancel_dump_traceback_later()
        return result

    def _limit_memory(self, megabytes):
        """Let the address space grow by so much from here, or as far as the process may."""
        limit = self._hard
        if megabytes:
            pages = int(os.pread(self.memory, 100, 0).split()[0])
            limit = pages * resource.getpagesize() + megabytes * MEGABYTE
            if self._hard != resource.RLIM_INFINITY:
                limit = min(limit, self._hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, self._hard))

    def _describe(self, error):
        origin = error
        # Odoo wraps what a macro raises, and its text repeats the whole macro.
        if type(error) is ValueError and error.__context__ and "while evaluating" in str(error):
            origin = error.__context__
        line = getattr(origin, "line", None) or self._line_of(origin)
        if isinstance(origin, MemoryError):
            return {"kind": "memory", "line": line, "message": ""}
        if isinstance(origin, RecursionError):
            return {"kind": "recursion", "line": line, "message": ""}
        if hasattr(origin, "code") and hasattr(origin, "values"):
            values = {name: str(value)[:100] for name, value in origin.values.items()}
            message = str(origin)[:MAX_MESSAGE]
            refused = {"kind": "refused", "line": line, "message": message}
            return {**refused, "code": origin.code, "values": values}
        message = str(origin)[:MAX_MESSAGE]
        if isinstance(origin, TypeError) and "'float'" in message and "Decimal" in message:
            # 1 / 3 of two whole numbers is all that can bring a float in here.
            return {"kind": "inexact", "line": line, "message": message}
        if type(origin) is not Exception:
            message = f"{type(origin).__name__}: {message}" if message else type(origin).__name__
        return {"kind": "failed", "line": line, "message": message}

    def _line_of(self, error):
        """The innermost line of the macro in the error's trace, or the line of bad syntax."""
        found = error.lineno if isinstance(error, SyntaxError) else None
        for one in (error, error.__context__):
            trace = getattr(one, "__traceback__", None)
            while trace is not None:
                if trace.tb_frame.f_code.co_filename == self._contract.FILENAME:
                    found = trace.tb_lineno
                trace = trace.tb_next
            if found:
                break
        return found


_FIELDS = ("label", "quantity", "unit_price", "amount", "unit")


def _decimal(value):
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def round_half_up(value, digits=None):
    """Round as invoices do, ties away from zero: a whole number, or a Decimal of so many digits."""
    number = _decimal(value)
    unit = Decimal(1).scaleb(-(digits or 0))
    rounded = number.quantize(unit, rounding=ROUND_HALF_UP)
    return int(rounded) if digits is None else rounded


def ceil(value):
    """The whole number at or above."""
    return int(_decimal(value).to_integral_value(rounding=ROUND_CEILING))


def floor(value):
    """The whole number at or below."""
    return int(_decimal(value).to_integral_value(rounding=ROUND_FLOOR))


if __name__ == "__main__":
    main()
