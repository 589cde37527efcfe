from collections import defaultdict
from decimal import Decimal

import pytz
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from ...engine.smartcode_rating import pack_inputs, rate_macro
from ...sandbox.process import Failure
from ..rating.usage_batch import RatingRefused

GROUP = "cn285_usage.group_smartcode_author"
# Rows whose events are read together, where a macro receives them one by one.
EVENT_CHUNK = 50


class UsageCalculator(models.Model):
    """Calculators whose amount is worked out by a SmartCode."""

    _inherit = "cn285.usage.calculator"

    def _check_smartcode_right(self):
        """Refuse a SmartCode that somebody chose who may not.

        A contract made from a template, and a contract like another one of the same customer, may
        use the SmartCodes that somebody with the right has put there.
        """
        if self.env.su or self.env.user.has_group(GROUP):
            return
        for calculator in self:
            contract = calculator.item_id.contract_id
            # sudo: only whether the same SmartCode is there already.
            known = contract.template_id.sudo().item_ids.calculator_ids.smartcode_id
            siblings = self.sudo().search(
                [
                    ("smartcode_id", "=", calculator.smartcode_id.id),
                    ("item_id.contract_id.partner_id", "=", contract.partner_id.id),
                    ("id", "not in", self.ids),
                ],
                limit=1,
            )
            if not contract or (calculator.smartcode_id not in known and not siblings):
                raise AccessError(
                    self.env._(
                        "Only users with the SmartCode right can choose the SmartCode of a "
                        "calculator."
                    )
                )

    @api.constrains("charge_model", "smartcode_id", "item_id")
    def _check_smartcode(self):
        for calculator in self.filtered(lambda one: one.charge_model == "smartcode"):
            # sudo: only the company; who may edit the contract need not see the SmartCode.
            smartcode = calculator.sudo().smartcode_id
            if not smartcode:
                raise ValidationError(
                    self.env._("Calculator “%s”: choose its SmartCode.", calculator.name)
                )
            if calculator.company_id and smartcode.company_id != calculator.company_id:
                raise ValidationError(
                    self.env._(
                        "Calculator “%(calculator)s”: SmartCode “%(smartcode)s” belongs to another "
                        "company.",
                        calculator=calculator.name,
                        smartcode=smartcode.name,
                    )
                )


class UsageRating(models.Model):
    _inherit = "cn285.usage.rating"

    smartcode_version_id = fields.Many2one(
        "cn285.smartcode.version",
        string="SmartCode Version",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        groups="cn285_contract.group_contract_user",
        help="The version that worked the amount out.",
    )
    inputs_digest = fields.Char(
        string="Inputs (SHA-256)", readonly=True, help="What the macro received, as a digest."
    )
    inputs = fields.Text(
        readonly=True,
        prefetch=False,
        groups=GROUP,
        help="What the macro received, packed, to run another version on.",
    )


class BillingSchedule(models.Model):
    """Rating by SmartCodes: the macros of a batch run version by version, in one process each."""

    _inherit = "cn285.billing.schedule"

    def _measure_needs(self, batch, recipe):
        needs = super()._measure_needs(batch, recipe)
        # A macro receives totals; who used what it finds in the events.
        return (None, False) if recipe.kind == "smartcode" else needs

    def _prepare_batch(self, batch):
        result = super()._prepare_batch(batch)
        tasks = defaultdict(list)
        for member in batch.members(self, lambda recipe: recipe.kind == "smartcode"):
            # sudo: who bills runs the version in force without a right on SmartCodes.
            tasks[member[-1].calculator.sudo().smartcode_id].append(member)
        for smartcode, members in tasks.items():
            self._run_smartcode(batch, smartcode, members)
        return result

    def _run_smartcode(self, batch, smartcode, members):
        """Run the version in force for rows, and keep what it gave in ``batch.macros``.

        :param members: list of ``(row, calculator id, recipe)``
        """
        version = smartcode.active_version_id
        if not version:
            text = self.env._("SmartCode “%s” has no version in force.", smartcode.name)
            batch.macros.update({(row.id, key): text for row, key, _recipe in members})
            return
        packed = []

        def inputs():
            for one in self._macro_inputs(batch, members, version.detailed):
                packed.append(pack_inputs(one))
                yield one

        runner = self.env["cn285.smartcode.runner"]
        results = runner._run_batch(version, inputs())
        for (row, key, _recipe), result in zip(members, results, strict=True):
            if isinstance(result, Failure):
                batch.macros[row.id, key] = runner._reason(version, result)
            else:
                text, digest = packed[-1]
                batch.macros[row.id, key] = (version, text, digest, result)

    def _rate_calculator(self, batch, calculator_id, recipe):
        if recipe.kind != "smartcode":
            return super()._rate_calculator(batch, calculator_id, recipe)
        found = batch.macros[self.id, calculator_id]
        if isinstance(found, str):
            raise RatingRefused(found)
        version, packed, digest, lines = found
        measured = self._measured(batch, calculator_id)
        outcome, _usage = self._outcome(calculator_id, recipe, measured)
        used = (
            measured[0].quantity
            if len(measured) == 1
            else sum((line.quantity for line in lines if line.quantity), start=as_decimal(0))
        )
        outcome.rating = rate_macro(lines, used, self._unit())
        outcome.values = {
            "smartcode_version_id": version.id,
            "inputs_digest": digest,
            "inputs": packed,
        }
        self._bound_part(batch, outcome, recipe)
        return [outcome]

    # === WHAT A MACRO RECEIVES === #

    def _macro_inputs(self, batch, members, detailed):
        """Inputs of a macro for rows, in order; see ``engine.smartcode_contract.MacroInputs``.

        A generator: single events, where the macro wants them, are read for a few rows at a time.
        """
        for start in range(0, len(members), EVENT_CHUNK):
            chunk = members[start : start + EVENT_CHUNK]
            events = self._macro_events(batch, chunk) if detailed else {}
            for row, calculator_id, recipe in chunk:
                yield {
                    "period": row._macro_period(),
                    "item": row._macro_item(),
                    "usage": row._macro_usage(batch, calculator_id, recipe),
                    "events": events.get((row.id, calculator_id), []),
                }

    def _macro_period(self):
        return {
            "start": self.period_start,
            "end": self.period_end,
            "days": (self.period_end - self.period_start).days + 1,
            "share": as_decimal(self.proration),
        }

    def _macro_item(self):
        """The item as a macro sees it, the same whoever bills: no text in a user's language."""
        item = self.item_id.with_context(lang=None)
        contract = item.contract_id
        return {
            "name": item.name or "",
            "contract": contract.name,
            "customer": contract.partner_id.name or "",
            "quantity": as_decimal(item.quantity),
            "price": as_decimal(self.price_unit),
            "currency": self.currency_id.name,
            "beneficiary": self._default_beneficiary().name or "",
            "product": item.product_id.name or "",
            "tags": sorted(contract.tag_ids.mapped("name")),
        }

    def _macro_usage(self, batch, calculator_id, recipe):
        measured = self._measured(batch, calculator_id)
        return {
            metric.code: {
                "quantity": one.quantity,
                "count": one.events,
                "unit": metric.with_context(lang=None).unit or "",
            }
            for metric, one in zip(recipe.metrics, measured, strict=True)
        }

    def _macro_events(self, batch, members):
        """Events one by one, at their local time: ``{(row id, calculator id): [values]}``."""
        rows = self.browse([row.id for row, _key, _recipe in members])
        claims = rows.contract_id._usage_claims(batch)
        windows = defaultdict(list)
        for row, calculator_id, recipe in members:
            for metric in recipe.metrics:
                spans = claims.get((row.item_id.id, metric.id), ())
                windows[metric].append(row._window((row.id, calculator_id), spans))
        events = defaultdict(list)
        for metric, members_of in windows.items():
            for key, values in metric._single_events(members_of):
                events[key].append(values)
        for values in events.values():
            values.sort(key=lambda one: (one["occurred_at"], one["metric"], one["transaction_id"]))
        return events


class UsageMetric(models.Model):
    _inherit = "cn285.usage.metric"

    def _single_events(self, windows):
        """The events that count in windows, as macros receive them: pairs of key and values.

        Of the windows' own days only, also where earlier events weigh on the quantity.
        """
        zone = pytz.timezone(self.company_id.cn285_tz or "UTC")
        rows = self.env.execute_query(
            SQL(
                """SELECT e.number, e.occurred_at, e.ended_at, e.quantity::text, e.source,
                          e.transaction_id, e.properties, p.name
                     FROM (%s) AS e LEFT JOIN res_partner p
                       ON p.id = coalesce(e.beneficiary_id, e.owner_id)
                    WHERE e.occurred_at >= e.since
                 ORDER BY e.number, e.occurred_at, coalesce(e.seq, e.id)""",
                self._counted_events(windows),
            )
        )
        for number, occurred, ended, quantity, source, key, properties, beneficiary in rows:
            values = {
                "metric": self.code,
                "occurred_at": _local(occurred, zone),
                "quantity": Decimal(quantity),
                "source": source,
                "transaction_id": key,
                "properties": properties or {},
                "beneficiary": beneficiary or "",
            }
            if ended:
                values["ended_at"] = _local(ended, zone)
            yield windows[number].key, values


def _local(moment, zone):
    return pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
