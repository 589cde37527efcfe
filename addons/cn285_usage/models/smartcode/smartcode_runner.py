from decimal import Decimal

from odoo import models
from odoo.addons import cn285_contract
from odoo.addons.cn285_contract.engine.money import round_money

from ...engine.smartcode_activation import check_activation
from ...engine.smartcode_contract import SmartCodeError, differences
from ...sandbox import process
from .smartcode_messages import describe


class SmartCodeRunner(models.AbstractModel):
    """Runs SmartCode macros in a process apart, with limits of time and memory that hold.

    A macro never runs in Odoo's own process: no thread can be stopped, and a limit of memory would
    be that of all users. The process is started afresh rather than forked (a fork of a process with
    threads may inherit locked locks, and would inherit the database connection), it gets plain
    values and gives plain values.
    """

    _name = "cn285.smartcode.runner"
    _description = "SmartCode Runner"

    def _check(self, version):
        """The failure that the macro would have before it is run, or None.

        Also of what may run, and must not bill: what is not reproducible, or lacks its input.
        """
        unreliable = self._unreliable(version)
        return unreliable or process.check(version.body or "", *self._limits(version))

    def _unreliable(self, version):
        """Why a version cannot be relied on, as a failure, or None; the macro is not run."""
        try:
            check_activation(version.body or "", version.detailed)
        except SmartCodeError as error:
            return process.Failure("refused", error.line, str(error), error.code, error.values)
        return None

    def _run_batch(self, version, inputs):
        """Run a version on each input (see ``engine.smartcode_contract.MacroInputs``), in order.

        Yields for each a list of ``MacroLine``, or a ``sandbox.process.Failure``: a bad one does
        not stop the others. Inputs are drawn one at a time, so they may come from a generator.
        """
        yield from process.run_batch(version.body or "", inputs, *self._limits(version))

    def _amount(self, lines, unit):
        """What lines come to: each is rounded to the currency's ``unit``, as on an invoice."""
        return sum((round_money(line.exact, unit) for line in lines), Decimal(0))

    def _replay(self, version, past):
        """Run a version, usually a draft, on what was rated before.

        ``past``: dicts of ``key`` (whatever names the rating), ``inputs`` as they were, ``amount``
        as recorded (Decimal), ``unit`` (the currency's rounding). Returns the
        ``engine.smartcode_contract.Difference`` of each that would be another amount, or that
        fails. Nothing is written.
        """
        past = list(past)
        found = []
        results = self._run_batch(version, (one["inputs"] for one in past))
        for one, result in zip(past, results, strict=True):
            if isinstance(result, process.Failure):
                found.append(self._reason(version, result))
            else:
                found.append(self._amount(result, one["unit"]))
        return differences([(one["key"], one["amount"]) for one in past], found)

    def _reason(self, version, failure):
        """Why a macro gave no lines, for a clerk: the SmartCode, its version, the line, what."""
        values = {
            "name": version.smartcode_id.name,
            "number": version.number,
            "line": failure.line,
            "reason": describe(self.env, failure),
        }
        if failure.line:
            return self.env._(
                "SmartCode “%(name)s”, version %(number)s, line %(line)s: %(reason)s.", **values
            )
        return self.env._("SmartCode “%(name)s”, version %(number)s: %(reason)s.", **values)

    def _limits(self, version):
        return cn285_contract.__path__[0], float(version.seconds), version.megabytes
