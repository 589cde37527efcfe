from collections import defaultdict

from odoo.addons.cn285_contract.models.common import as_decimal

from ...engine.smartcode_rating import pack_inputs, rate_macro
from ...engine.tariff import Feed
from ...sandbox.process import Failure
from ..rating.aspect import RatingAspect
from ..rating.usage_batch import BILLED_STATES, RatingRefused


class SmartCodeAspect(RatingAspect):
    """Amounts by SmartCodes: the macros of a batch run version by version, in one process each.

    What was billed is rated anew by the version that it was billed by; other periods by the version
    in force on their first day. A macro rates a period as a whole.
    """

    _leaves_plain = True

    def __init__(self):
        # By (row id, calculator id): why the macro failed, a text, or what it gave:
        # (version, packed inputs, their digest, lines).
        self.results = {}

    def needs(self, row, batch, recipe):
        # A macro receives totals; who used what it finds in the events.
        return (None, False) if recipe.feed is Feed.inputs else None

    def prepare(self, rows, batch):
        tasks = defaultdict(list)
        members = batch.members(rows, lambda recipe: recipe.feed is Feed.inputs)
        billed = _billed_versions(rows, members) if members else {}
        for row, key, recipe in members:
            # sudo: who bills runs the version in force without a right on SmartCodes.
            smartcode = recipe.calculator.sudo().smartcode_id
            version = billed.get((row._usage_account(), key))
            if key in batch.versions:
                version = batch.versions[key]
            elif not version or version.smartcode_id != smartcode:
                version = smartcode._version_on(row.period_start)
            if version:
                tasks[version].append((row, key, recipe))
            else:
                text = rows.env._("SmartCode “%s” has no version in force.", smartcode.name)
                self.results[row.id, key] = text
        for version, chosen in tasks.items():
            self._run(rows, batch, version, chosen)

    def _run(self, rows, batch, version, members):
        """Run a version for rows, and keep what it gave.

        :param members: list of ``(row, calculator id, recipe)``
        """
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


def _billed_versions(rows, members):
    """The versions that periods and deliveries were billed by: a period keeps its own.

    :returns: ``{(account, calculator id): version}``, see ``_usage_account``
    """
    # sudo: as above.
    ratings = (
        rows.env["cn285.usage.rating"]
        .sudo()
        .search(
            [
                ("calculator_id", "in", [key for _row, key, _recipe in members]),
                ("item_id", "in", list({row.item_id.id for row, *_rest in members})),
                ("smartcode_version_id", "!=", False),
                ("schedule_id.state", "in", BILLED_STATES),
            ],
            order="id",
        )
    )
    versions = {}
    for rating in ratings:
        account = rating.schedule_id._usage_account(), rating.calculator_id.id
        versions.setdefault(account, rating.smartcode_version_id)
    return versions
