"""Items that another system has billed so far: which of their days, and how much it charged."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..engine.errors import EngineError
from ..engine.money import round_money
from ..engine.taken import price_for, shares, taken_rows
from .common import LIVE_STATES, OPEN_STATES, TAKEN, as_decimal, day_after
from .responsible import MANAGERS

TAKEN_FIELDS = (
    "billed_until",
    "billed_from",
    "billed_amount",
    "billed_at_price",
    "billed_ref",
    "billed_on",
)


class ContractItem(models.Model):
    """A service that runs for long when its contract comes into this database.

    It keeps its true start, so that its periods are cut from the original anchor, and trial,
    discounts and tenure count from it. Days up to ``billed_until`` are never billed here. Those of
    the last invoice of the other system are rows of the schedule, *billed elsewhere*, of which a
    change credits what is not owed: never more than was billed, and naming that invoice.
    """

    _inherit = "cn285.contract.item"

    billed_until = fields.Date(
        string="Billed Elsewhere Until",
        copy=False,
        help="Last day that another system has billed, before the contract was taken over. "
        "Empty: nothing was billed elsewhere.",
    )
    billed_from = fields.Date(
        string="Last Billed Elsewhere From",
        copy=False,
        help="First day of the other system's last invoice. Empty: of the billing period that "
        "holds the last day billed.",
    )
    billed_amount = fields.Monetary(
        string="Last Billed Elsewhere",
        copy=False,
        help="What the other system's last invoice charged for this item, excluding tax: no more "
        "is credited of it.",
    )
    billed_at_price = fields.Boolean(
        string="Billed Elsewhere at This Price",
        default=True,
        copy=False,
        help="The other system's last invoice charged what the item costs here.",
    )
    billed_ref = fields.Char(
        string="Former Invoice",
        copy=False,
        help="Number of the other system's last invoice: credits of it name it.",
    )
    billed_on = fields.Date(
        string="Former Invoice Date",
        copy=False,
        help="Date of the other system's last invoice: credits of it name it.",
    )

    # === CONSTRAINTS === #

    @api.constrains(*TAKEN_FIELDS)
    def _check_billed_elsewhere(self):
        for item in self:
            message = item._billed_elsewhere_error()
            if message:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s, item “%(item)s”: %(reason)s",
                        contract=item.contract_id.name,
                        item=item.name,
                        reason=message,
                    )
                )

    def _billed_elsewhere_error(self):
        """Why what is said of another system's bills cannot be; None where it can."""
        self.ensure_one()
        until, since = self.billed_until, self.billed_from
        if not until:
            if since or self.billed_amount or self.billed_ref or self.billed_on:
                return self.env._(
                    "it was billed elsewhere, but the last day that was billed is missing."
                )
            return None
        if since and since > until:
            return self.env._(
                "what was billed elsewhere begins on %(start)s, after its last day (%(end)s).",
                start=format_date(self.env, since),
                end=format_date(self.env, until),
            )
        start, last = self.billing_start, self._last_day()
        first = min(filter(None, (since, until)))
        if start and self.date_start and first < start:
            return self.env._(
                "it was billed elsewhere for %(day)s, before it is billed at all (from %(start)s "
                "on).",
                day=format_date(self.env, first),
                start=format_date(self.env, start),
            )
        if last and until > last:
            return self.env._(
                "it was billed elsewhere until %(day)s, after its end (%(end)s).",
                day=format_date(self.env, until),
                end=format_date(self.env, last),
            )
        return None

    # === TAKING OVER === #

    def _take_over(self):
        """Make the rows of what another system has billed last of these items.

        Called as they start, before they are planned; those that have such rows stay as they are.
        A fixed number of queries for any number of items.

        :raises ValidationError: where their dates do not fit together
        """
        # sudo: schedules follow from the items, and who may edit an item may not write schedules.
        items = self.sudo().filtered("billed_until")
        if not items:
            return
        items._check_billed_elsewhere()
        items -= items._taken_rows().item_id
        plans = {}
        for item, stretches in items._histories().items():
            until = day_after(item.billed_until)
            try:
                plans[item] = taken_rows(stretches, until, item.billed_from or None), True
            except EngineError as error:
                raise ValidationError(item._engine_message(error)) from error
        vals_list = []
        for item, (rows, _finished) in items._price_plans(plans).items():
            vals_list += item._taken_vals(rows)
        self.env["cn285.billing.schedule"].sudo()._insert_planned(vals_list)

    def _taken_vals(self, rows):
        """Values of rows billed elsewhere: at what the other system charged, where that is given.

        :param rows: values as they would be planned here
        """
        unit = self._rounding()
        if not self.billed_at_price:
            total = as_decimal(self.billed_amount)
            parts = shares(total, [as_decimal(vals["amount"]) for vals in rows], unit)
            rows = [
                {**vals, **self._at_amount(vals, part, unit)}
                for vals, part in zip(rows, parts, strict=True)
            ]
        return [
            {
                **vals,
                "state": TAKEN,
                "steps": [
                    *(vals["steps"] or []),
                    ["elsewhere", {"amount": str(as_decimal(vals["net"]))}],
                ],
            }
            for vals in rows
        ]

    def _at_amount(self, vals, untaxed, unit):
        """Values by which a row comes to what was charged for it, excluding tax."""
        net, priced = as_decimal(vals["net"]), as_decimal(vals["amount"])
        # With the taxes that are inside the price, in the relation that they have by now.
        inside = net / priced if priced else 1
        charged = round_money(untaxed * inside, unit)
        share = as_decimal(vals["proration"])
        quantity, price = price_for(charged, as_decimal(vals["quantity"]), share, unit)
        return {
            "quantity": float(quantity),
            "price_unit": float(price),
            "discount": 0.0,
            "net": float(charged),
            "amount": float(untaxed),
            "steps": False,
        }

    def _taken_rows(self):
        """The rows of these items that stand for what was billed elsewhere."""
        # sudo: schedules follow from the items.
        rows = self.env["cn285.billing.schedule"].sudo()
        return rows.search([("item_id", "in", self.ids), ("state", "=", TAKEN)])

    # === CORRECTIONS === #

    def _follow_taken(self, vals):
        """What is corrected of another system's bills holds, while nothing was billed here since.

        :raises UserError: where something was, or was credited; for users who do not bill
        """
        if not set(TAKEN_FIELDS) & vals.keys():
            return
        running = self.filtered(lambda item: item.state in LIVE_STATES)
        if not running:
            return
        if not (self.env.su or self.env.user.has_group(MANAGERS)):
            raise UserError(
                self.env._("Only a billing manager says what was billed elsewhere of what runs.")
            )
        for item in running:
            # sudo: whether something was billed, for whoever may not read the schedule.
            if item.sudo().schedule_ids.filtered("move_id"):
                raise UserError(
                    self.env._(
                        "Contract %(contract)s, item “%(item)s” was billed here: what was billed "
                        "elsewhere before does not change any more.",
                        contract=item.contract_id.name,
                        item=item.name,
                    )
                )
        running._forget_taken()
        # sudo: schedules follow from the items; planned days may be taken over by now.
        planned = running.sudo().schedule_ids.filtered(lambda row: row.state in OPEN_STATES)
        planned._drop_planned()
        running._take_over()
        running._replan()

    def _forget_taken(self):
        """Drop the rows of what was billed elsewhere: items that become drafts start anew.

        :raises UserError: where something of them was credited
        """
        rows = self._taken_rows()
        for row in rows:
            if row.change_credit_ids.filtered(lambda credit: credit.state != "cancelled"):
                raise UserError(
                    self.env._(
                        "%s was billed elsewhere and credited here: it stays as it is.",
                        row.display_name,
                    )
                )
        rows.change_credit_ids._inside().unlink()
        rows._write_inside({"state": "planned"})
        rows._drop_planned()


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _is_in_mid_life(self):
        """Whether another system has billed some of the contract."""
        self.ensure_one()
        return any(self.item_ids.mapped("billed_until"))

    def _billed_elsewhere_until(self):
        """The last day that another system has billed of the contract; None where it has not."""
        self.ensure_one()
        return max(filter(None, self.item_ids.mapped("billed_until")), default=None)
