from collections import defaultdict

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import ValidationError

from ..engine.smartcode_rating import unpack_inputs
from ..models.measure.usage_measure import ZERO

MACRO_LINES = ("macro", "macro_amount")


class SmartCodeReplay(models.TransientModel):
    """A version of a SmartCode, run on periods that were billed: what it would change.

    Nothing is billed or changed by it.
    """

    _name = "cn285.smartcode.replay"
    _inherit = ["cn285.links.read", "cn285.bounded"]
    _description = "SmartCode Replay"

    version_id = fields.Many2one(
        "cn285.smartcode.version", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="version_id.company_id")
    date_from = fields.Date(
        string="Periods From",
        required=True,
        default=lambda self: self.env.company._cn285_today() - relativedelta(months=3, day=1),
    )
    date_to = fields.Date(
        string="To", required=True, default=lambda self: self.env.company._cn285_today()
    )
    only_changes = fields.Boolean(string="Differences Only", default=True)
    line_ids = fields.One2many("cn285.smartcode.replay.line", "replay_id", readonly=True)
    is_done = fields.Boolean(readonly=True)
    count = fields.Integer(string="Periods", readonly=True)
    changed_count = fields.Integer(string="Different", readonly=True)
    failed_count = fields.Integer(string="Failed", readonly=True)

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for replay in self:
            if replay.date_to < replay.date_from:
                raise ValidationError(self.env._("The last day lies before the first."))

    def action_run(self):
        """Run the version on what the SmartCode was given for each period, and list the results."""
        self.ensure_one()
        self.version_id.check_access("write")
        past = self._past()
        runner = self.env["cn285.smartcode.runner"]
        changes = {one.key: one for one in runner._replay(self.version_id, past)}
        self.line_ids.unlink()
        self.env["cn285.smartcode.replay.line"].create(
            [
                self._line_vals(one, changes.get(one["key"]))
                for one in past
                if one["key"] in changes or not self.only_changes
            ]
        )
        self.write(
            {
                "is_done": True,
                "count": len(past),
                "changed_count": sum(not one.problem for one in changes.values()),
                "failed_count": sum(bool(one.problem) for one in changes.values()),
            }
        )
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replay of %s", self.version_id.display_name),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def _past(self):
        """What was billed by the SmartCode, as ``cn285.smartcode.runner._replay`` takes it.

        One entry for each item, period and calculator: late usage is in the newest inputs, and the
        amounts of all ratings add up.
        """
        # sudo: who writes a SmartCode sees what it was given, in its own company only.
        ratings = (
            self.env["cn285.usage.rating"]
            .sudo()
            .search(
                [
                    ("smartcode_version_id.smartcode_id", "=", self.version_id.smartcode_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("period_start", ">=", self.date_from),
                    ("period_start", "<=", self.date_to),
                    ("schedule_id.state", "!=", "cancelled"),
                ],
                order="period_start, id",
            )
        )
        groups = defaultdict(lambda: ratings.browse())
        for rating in ratings:
            groups[rating.item_id.id, rating.period_start, rating.calculator_id.id] |= rating
        newest = [members[-1] for members in groups.values()]
        inputs = self._inputs(newest)
        return [
            {
                "key": last.id,
                "rating": last,
                "inputs": inputs[last.id],
                "amount": sum((_macro_amount(one) for one in members), start=ZERO),
                "unit": as_decimal(last.currency_id.rounding),
            }
            for last, members in zip(newest, groups.values(), strict=True)
        ]

    def _inputs(self, ratings):
        """Inputs as they were given, by rating id.

        Where this version wants events and the one in force then did not, they are those of today.
        """
        result = {rating.id: unpack_inputs(rating.inputs) for rating in ratings}
        if not self.version_id.detailed:
            return result
        bare = [rating for rating in ratings if not rating.smartcode_version_id.detailed]
        if bare:
            rows = (
                self.env["cn285.billing.schedule"]
                .sudo()
                .browse([rating.schedule_id.id for rating in bare])
            )
            batch = rows._start_batch()
            members = [
                (row, rating.calculator_id.id, batch.recipe_of(row, rating.calculator_id.id))
                for row, rating in zip(rows, bare, strict=True)
            ]
            events = rows._macro_events(batch, members)
            for rating in bare:
                key = rating.schedule_id.id, rating.calculator_id.id
                result[rating.id]["events"] = events.get(key, [])
        return result

    def _line_vals(self, past, change):
        rating = past["rating"]
        found = change.found if change else past["amount"]
        return {
            "replay_id": self.id,
            "contract_id": rating.item_id.contract_id.id,
            "item_id": rating.item_id.id,
            "period_start": rating.period_start,
            "currency_id": rating.currency_id.id,
            "recorded": float(past["amount"]),
            "found": 0.0 if found is None else float(found),
            "change": 0.0 if found is None else float(found - past["amount"]),
            "problem": change.problem if change else False,
        }


class SmartCodeReplayLine(models.TransientModel):
    """One period of one item in a replay."""

    _name = "cn285.smartcode.replay.line"
    _description = "SmartCode Replay Line"
    _order = "period_start, item_id, id"

    replay_id = fields.Many2one("cn285.smartcode.replay", required=True, ondelete="cascade")
    contract_id = fields.Many2one("cn285.contract", readonly=True, ondelete="cascade")
    item_id = fields.Many2one("cn285.contract.item", readonly=True, ondelete="cascade")
    period_start = fields.Date(string="Period From", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    recorded = fields.Monetary(string="Billed", readonly=True)
    found = fields.Monetary(string="By This Version", readonly=True)
    change = fields.Monetary(string="Difference", readonly=True)
    problem = fields.Char(readonly=True)


class SmartCodeVersion(models.Model):
    _inherit = "cn285.smartcode.version"

    def action_replay(self):
        """Open the replay of this version on periods that were billed."""
        self.ensure_one()
        return self.env["cn285.smartcode.replay"].create({"version_id": self.id})._reopen()


def _macro_amount(rating):
    """What the macro's own lines come to, without the minimum or maximum of the period."""
    lines = rating._engine_rating().lines
    return sum((line.amount for line in lines if line.code in MACRO_LINES), start=ZERO)
