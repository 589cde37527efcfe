from collections import defaultdict

from odoo.addons.cn285_contract.models.common import as_decimal

from ...engine.smartcode_rating import pack_inputs, rate_macro
from ...engine.tariff import Feed
from ...sandbox.process import Failure
from ..rating.aspect import RatingAspect
from ..rating.usage_batch import RatingRefused


class SmartCodeAspect(RatingAspect):
    """Amounts by SmartCodes: the macros of a batch run version by version, in one process each."""

    def __init__(self):
        # By (row id, calculator id): why the macro failed, a text, or what it gave:
        # (version, packed inputs, their digest, lines).
        self.results = {}

    def needs(self, row, batch, recipe):
        # A macro receives totals; who used what it finds in the events.
        return (None, False) if recipe.feed is Feed.inputs else None

    def prepare(self, rows, batch):
        tasks = defaultdict(list)
        for member in batch.members(rows, lambda recipe: recipe.feed is Feed.inputs):
            # sudo: who bills runs the version in force without a right on SmartCodes.
            tasks[member[-1].calculator.sudo().smartcode_id].append(member)
        for smartcode, members in tasks.items():
            self._run(rows, batch, smartcode, members)

    def _run(self, rows, batch, smartcode, members):
        """Run the version in force for rows, and keep what it gave.

        :param members: list of ``(row, calculator id, recipe)``
        """
        version = smartcode.active_version_id
        if not version:
            text = rows.env._("SmartCode “%s” has no version in force.", smartcode.name)
            self.results.update({(row.id, key): text for row, key, _recipe in members})
            return
        packed = []

        def inputs():
            for one in rows._macro_inputs(batch, members, version.detailed):
                packed.append(pack_inputs(one))
                yield one

        runner = rows.env["cn285.smartcode.runner"]
        results = runner._run_batch(version, inputs())
        for (row, key, _recipe), result in zip(members, results, strict=True):
            if isinstance(result, Failure):
                self.results[row.id, key] = runner._reason(version, result)
            else:
                text, digest = packed[-1]
                self.results[row.id, key] = (version, text, digest, result)

    def rate_calculator(self, row, batch, calculator_id, recipe):
        if recipe.feed is not Feed.inputs:
            return None
        found = self.results[row.id, calculator_id]
        if isinstance(found, str):
            raise RatingRefused(found)
        version, packed, digest, lines = found
        measured = row._measured(batch, calculator_id)
        outcome, _usage = row._outcome(calculator_id, recipe, measured)
        used = (
            measured[0].quantity
            if len(measured) == 1
            else sum((line.quantity for line in lines if line.quantity), start=as_decimal(0))
        )
        outcome.rating = rate_macro(lines, used, row._unit())
        outcome.values = {
            "smartcode_version_id": version.id,
            "inputs_digest": digest,
            "inputs": packed,
        }
        row._bound_part(batch, outcome, recipe)
        return [outcome]
