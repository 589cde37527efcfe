"""Ramp deals: dated steps of a line that are signed at once, and become planned changes."""

from dataclasses import replace

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import COUNT, DAY, PERCENT, PRICE, QUANTITY
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tools import format_date

from ...engine.amendment import differences


class QuoteStep(models.Model):
    """From a day on a line of a quotation is so many units at such a price."""

    _name = "cn285.quote.step"
    _description = "Step of a Quotation"
    _inherit = ["cn285.guarded", "cn285.bounded"]
    _order = "order_id, line_id, date, months, id"
    _check_company_auto = True

    order_id = fields.Many2one(
        "sale.order", string="Quotation", required=True, ondelete="cascade", index=True
    )
    line_id = fields.Many2one(  # pylint: disable=attribute-string-redundant
        "sale.order.line",
        string="Line",
        required=True,
        ondelete="cascade",
        index=True,
        domain="[('order_id', '=', order_id), ('display_type', '=', False)]",
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    date = fields.Date(string="From", help="First day of the step.")
    months = fields.Integer(
        string="After Months",
        help="Where no day is given: so many months after the contract starts, or after what the "
        "quotation changes takes effect.",
    )
    quantity = fields.Float(digits=(16, 6), required=True)
    price_unit = fields.Float(string="Unit Price", digits=(16, 6), required=True)
    discount = fields.Float(string="Discount (%)", digits=(16, 4))
    mrr = fields.Monetary(
        string="Committed MRR",
        compute="_compute_mrr",
        compute_sudo=True,
        help="Monthly recurring revenue of the whole quotation from this step on, excluding taxes.",
    )

    @api.model
    def _bounds(self):
        own = {"quantity": QUANTITY, "price_unit": PRICE, "discount": PERCENT}
        return {**super()._bounds(), **own, "date": DAY, "months": COUNT}

    @api.depends(
        "date",
        "months",
        "quantity",
        "price_unit",
        "discount",
        "order_id.cn285_mrr",
        "order_id.cn285_date_start",
        "order_id.cn285_date_effective",
    )
    def _compute_mrr(self):
        for order, steps in self.grouped("order_id").items():
            known = dict(order._cn285_mrr_steps()) if order else {}
            for step in steps:
                step.mrr = known.get(order and step._day(), 0.0)

    @api.onchange("line_id")
    def _onchange_line_id(self):
        """Start from what the line says."""
        for step in self.filtered("line_id"):
            line = step.line_id
            step.update(
                {
                    "quantity": line.product_uom_qty,
                    "price_unit": line.price_unit,
                    "discount": line.discount,
                }
            )

    @api.constrains("date", "months", "quantity", "price_unit", "discount", "line_id", "order_id")
    def _check_step(self):
        for step in self:
            reason = step._error()
            if reason:
                raise ValidationError(
                    self.env._("%(line)s, step: %(reason)s", line=step.line_id.name, reason=reason)
                )

    def _error(self):
        self.ensure_one()
        if self.line_id.order_id != self.order_id:
            return self.env._("the line is one of another quotation.")
        if not self.line_id._cn285_is_service():
            return self.env._("only services have steps.")
        if not self.date and self.months < 1:
            return self.env._("say from which day on, or after how many months.")
        if self.date and self.months:
            return self.env._("say either the day or the number of months, not both.")
        if self.quantity < 0:
            return self.env._("a quantity cannot be negative.")
        if self.price_unit < 0 <= self.line_id.price_unit:
            return self.env._("a price cannot become negative.")
        if not 0 <= self.discount <= 100:
            return self.env._("the discount must be between 0 and 100 %%.")
        return None

    def _day(self):
        """The first day of this step, as things stand."""
        self.ensure_one()
        return self.date or self.order_id._cn285_steps_from() + relativedelta(months=self.months)

    # === WHAT WAS AGREED STAYS === #

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps._refuse_agreed()
        return steps

    def write(self, vals):
        self._refuse_agreed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_not_agreed(self):
        self._refuse_agreed()

    def _refuse_agreed(self):
        for order in self.order_id:
            if not self.env.su and order._cn285_is_fixed():
                order._cn285_refuse_agreed()


class SaleOrder(models.Model):
    _inherit = "sale.order"

    cn285_step_ids = fields.One2many("cn285.quote.step", "order_id", string="Steps")

    def _cn285_steps_from(self):
        """The day from which on steps count their months."""
        self.ensure_one()
        company = self.company_id or self.env.company
        if self._cn285_amends():
            return self._cn285_counts_from()
        return self.cn285_date_start or company._cn285_today()

    def _cn285_copy_steps(self, before, pairs):
        """Take over the steps of the version before.

        :param pairs: ``{line of the version before: line of this one}``
        """
        self.ensure_one()
        names = ("date", "months", "quantity", "price_unit", "discount")
        self.env["cn285.quote.step"].create(
            [
                {
                    "order_id": self.id,
                    "line_id": pairs[step.line_id].id,
                    **{name: step[name] for name in names},
                }
                for step in before.cn285_step_ids
                if step.line_id in pairs
            ]
        )

    # === FIGURES === #

    def _cn285_mrr_steps(self):
        """Committed monthly recurring revenue from day to day: ``[(first day, amount)]``.

        The first entry is the start; none where the quotation has no steps. Excluding taxes, in
        the order's currency.
        """
        self.ensure_one()
        steps = self.cn285_step_ids
        if not steps or not self._cn285_shows_figures():
            return []
        order = self.sudo()  # sudo: see _cn285_imagined_contract
        start = order._cn285_steps_from()
        contract = (
            order._cn285_amended_contract(start, "cn285_offer")
            if order._cn285_amends()
            else order._cn285_imagined_contract()
        )
        items = contract.item_ids
        amends = order._cn285_amends()
        self._cn285_settle(
            contract, order._cn285_counts_to(start) if amends else order._cn285_term(start)
        )
        days = sorted({start, *(step._day() for step in steps)})
        found = []
        for day in days:
            begun = {item: max(filter(None, (day, item.billing_start))) for item in items}
            values = items._mrr_on(begun)
            found.append((day, self.currency_id.round(float(sum(values.values())))))
        return found

    def _cn285_said_steps(self):
        """The steps and what they come to, as ``[(label, value)]``."""
        self.ensure_one()
        return [
            (
                self.env._("From %s", self._cn285_day(day)),
                self.env._(
                    "%(amount)s a month excl. tax, recurring", amount=self._cn285_money(mrr)
                ),
            )
            for day, mrr in self._cn285_mrr_steps()
        ]

    # === PLANNED === #

    def _cn285_step_error(self):
        """Why the steps cannot be agreed, in words; None if they can."""
        self.ensure_one()
        start = self._cn285_steps_from()
        known = set()
        for step in self.cn285_step_ids:
            if (step.line_id, step._day()) in known:
                return self.env._(
                    "%(line)s: there are two steps from %(date)s. Keep one of them.",
                    line=step.line_id._cn285_item_name(),
                    date=format_date(self.env, step._day()),
                )
            known.add((step.line_id, step._day()))
            if step._day() <= start:
                return self.env._(
                    "%(line)s: the step from %(date)s lies before the start on %(start)s.",
                    line=step.line_id._cn285_item_name(),
                    date=format_date(self.env, step._day()),
                    start=format_date(self.env, start),
                )
            if step.line_id.start_condition == "manual" and not step.line_id.cn285_base:
                return self.env._(
                    "%s starts when it is activated: it has no dated steps.",
                    step.line_id._cn285_item_name(),
                )
        return None

    def _cn285_plan_steps(self):
        """Schedule the steps of lines whose items run by now, each once.

        :raises UserError: what cannot be done, and where
        """
        self.ensure_one()
        changes = self.env["cn285.contract.change"]
        planned = set(self.cn285_change_ids.mapped("order_part"))
        parts = [
            vals
            for line in self.cn285_step_ids.line_id
            for _kind, vals in line._cn285_step_parts()
            if vals["order_part"] not in planned
        ]
        parts.sort(key=lambda vals: vals["date_effective"])
        changes.create(parts)._cn285_schedule_agreed()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    cn285_step_ids = fields.One2many("cn285.quote.step", "line_id", string="Steps", copy=False)

    def _cn285_stepped(self):
        """What is offered from day to day: ``[(first day, offer)]``, without the start."""
        self.ensure_one()
        offer, found = self._cn285_offer(), []
        steps = [(step._day(), step) for step in self.cn285_step_ids]
        for day, step in sorted(steps, key=lambda one: one[0]):
            offer = replace(
                offer,
                quantity=as_decimal(step.quantity),
                price=as_decimal(step.price_unit),
                discount=as_decimal(step.discount),
            )
            found.append((day, offer))
        return found

    def _cn285_said_of_steps(self):
        """The steps of this line as ``[(label, value)]``."""
        self.ensure_one()
        order = self.order_id
        return [
            (
                self.env._(
                    "%(line)s, from %(date)s",
                    line=self._cn285_item_name(),
                    date=order._cn285_day(day),
                ),
                self.env._(
                    "%(quantity)s at %(price)s%(discount)s",
                    quantity=order._cn285_number(offer.quantity),
                    price=order._cn285_money(float(offer.price)),
                    discount=f" (−{order._cn285_number(offer.discount)} %)"
                    if offer.discount
                    else "",
                ),
            )
            for day, offer in self._cn285_stepped()
        ]

    def _cn285_step_parts(self):
        """The steps as changes of the line's item: ``[(kind, values of the change)]``."""
        self.ensure_one()
        item, before, parts = self.cn285_item_id, self._cn285_offer(), []
        if not item:
            return parts
        for day, offer in self._cn285_stepped():
            for kind, values in differences(before, offer):
                name = f"{self.id}-{kind}-{day.isoformat()}"
                change_type = "end_item" if kind == "end" else kind
                parts.append(
                    self.order_id._cn285_part("step", name, change_type, values, item, day)
                )
            before = offer
        return parts

    def _cn285_waits_for_item(self):
        """Whether the item that steps are of is only made by the quotation's own change."""
        self.ensure_one()
        return not self.cn285_base or not self._cn285_keeps_item()

    def _cn285_ramped(self, vals):
        """Values of an item in memory, with its terms over time by the steps of this line."""
        self.ensure_one()
        stepped = self._cn285_stepped()
        if not stepped:
            return vals
        names = self.env["cn285.contract.item.version"]._price_terms_fields()
        terms = {name: vals[name] for name in names if name in vals}
        at_once = self.order_id.company_id.cn285_change_billing == "once"
        facts = {"at_once": at_once, "anchor_date": vals.get("anchor_date", False)}
        versions = [Command.create({**terms, **facts})]
        for day, offer in stepped:
            own = {
                "quantity": float(offer.quantity),
                "price_unit": float(offer.price),
                "discount": float(offer.discount),
            }
            versions.append(
                Command.create({**terms, **facts, **own, "date_from": day, "not_before": day})
            )
        return {**vals, "version_ids": versions}


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    def _apply(self):
        """What makes an item has its steps planned, where the quotation has some of it."""
        result = super()._apply()
        made = self.filtered(lambda one: one.order_id and one.result_item_id)
        for change in made.filtered(lambda one: one.state == "applied"):
            line_id = (change.order_part or "").split("-")[0]
            line = change.order_id.order_line.filtered(lambda one, id=line_id: str(one.id) == id)
            if line.cn285_step_ids:
                line.cn285_item_id = change.result_item_id
                change.order_id._cn285_plan_steps()
        return result
