"""What a quotation comes to: the first invoice, what follows, recurring revenue, and the value."""

from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.addons.cn285_contract.engine.changes import Price
from odoo.addons.cn285_contract.engine.mrr import full_price
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.addons.cn285_renewal.engine.term import Duration
from odoo.tools import format_date, formatLang

# A quotation without term and commitment is worth what it brings in a year.
USUAL_TERM = Duration(12, "month")
# How many days ahead a rhythm's usual price is looked for.
FARTHEST = 3 * 366
# About how long each unit is.
DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "semester": 182, "year": 365}


class SaleOrder(models.Model):
    """Figures by the engine that bills: what is shown is what will be invoiced."""

    _inherit = "sale.order"

    cn285_mrr = fields.Monetary(
        string="MRR",
        compute="_compute_cn285_worth",
        store=True,
        help="Monthly recurring revenue excluding taxes, once all of it has started.",
    )
    cn285_arr = fields.Monetary(
        string="ARR",
        compute="_compute_cn285_worth",
        store=True,
        help="Annual recurring revenue excluding taxes: twelve times the MRR before it is rounded.",
    )
    cn285_one_shot = fields.Monetary(
        string="One-Time Fees",
        compute="_compute_cn285_worth",
        store=True,
        help="What is billed once, excluding taxes.",
    )
    cn285_tcv = fields.Monetary(
        string="Value over the Term",
        compute="_compute_cn285_worth",
        store=True,
        help="All that is billed for the days of the first term, excluding taxes and usage; of the "
        "commitment where there is no term, and of twelve months where there is neither.",
    )
    cn285_first_invoice = fields.Json(
        string="First Invoice", compute="_compute_cn285_first_invoice", compute_sudo=True
    )
    cn285_figures_html = fields.Html(
        string="What It Comes To", compute="_compute_cn285_figures_html", sanitize=False
    )

    @api.model
    def _cn285_figure_dependencies(self):
        """Fields whose change changes what a quotation comes to. Hook."""
        lines = self.env["sale.order.line"]
        own = ("product_id", "product_uom_id", "product_uom_qty", "price_unit", "discount")
        line_names = (*own, "cn285_template_item_id", *lines._rhythm_fields())
        discounts = ("month_from", "month_count", "counted_in", "percent", "amount")
        return [
            *(f"order_line.cn285_discount_ids.{name}" for name in discounts),
            *(f"order_line.{name}" for name in line_names),
            *("cn285_kind", "cn285_template_id", "cn285_date_start", "currency_id", "partner_id"),
            *("fiscal_position_id", "payment_term_id", "term_length", "term_unit"),
            *("commitment_length", "commitment_unit"),
            *("cn285_date_effective", "cn285_new_term_end", "order_line.cn285_base"),
            *(f"cn285_step_ids.{name}" for name in ("date", "months", "quantity", "price_unit")),
            *("cn285_step_ids.discount", "cn285_step_ids.line_id"),
        ]

    @api.depends(lambda self: self._cn285_figure_dependencies())
    def _compute_cn285_worth(self):
        for order in self:
            worth = order.sudo()._cn285_worth()  # sudo: see _cn285_imagined_contract
            for name, amount in worth.items():
                order[f"cn285_{name}"] = amount

    def _cn285_worth(self):
        """Figures excluding taxes, in the order's currency.

        :returns: ``{"mrr", "arr", "one_shot", "tcv", "mrr_delta"}``
        """
        self.ensure_one()
        if not self._cn285_shows_figures():
            return dict.fromkeys(("mrr", "arr", "one_shot", "tcv", "mrr_delta"), 0.0)
        if self._cn285_amends():
            return self._cn285_amended_worth()
        contract = self._cn285_imagined_contract()
        contract.date_end = self._cn285_term(contract.date_start)
        last = contract.date_end
        rows = self._cn285_rows(contract, last + timedelta(days=1))
        contract.date_end = False
        self._cn285_settle(contract, last)
        mrr, arr = self._cn285_month_and_year(contract)
        return {
            "mrr": mrr,
            "arr": arr,
            "one_shot": sum(row["amount"] for row in rows if row["kind"] == "one_shot"),
            "tcv": sum(row["amount"] for row in rows),
            "mrr_delta": mrr,
        }

    @api.model
    def _cn285_month_and_year(self, contract):
        """``(MRR, ARR)`` of a contract in memory, once all has started; each rounded by itself."""
        [(_now, agreed)] = contract._mrr_now_and_agreed().values()
        currency = contract.currency_id
        return currency.round(float(agreed)), currency.round(float(12 * agreed))

    def _cn285_shows_figures(self):
        """Whether there is anything that a contract would bill."""
        self.ensure_one()
        return bool(self.partner_id and self.currency_id and self._cn285_lines())

    def _cn285_term(self, start):
        """The last day of the span over which the quotation's value is counted."""
        term = next(
            (length for name in ("term", "commitment") if (length := self._duration(name)).count),
            USUAL_TERM,
        )
        return term.after(start) - timedelta(days=1)

    @api.model
    def _cn285_rows(self, contract, until):
        """Values of the rows that a contract in memory would have, of days before ``until``."""
        items = contract._preview_items()
        found = items._plan_rows(until + timedelta(days=366))
        return [
            {**row, "item": item}
            for item, (rows, _finished) in found.items()
            for row in rows
            if row["period_start"] < until and row["kind"] != "usage"
        ]

    # === THE FIRST INVOICE === #

    @api.depends(lambda self: self._cn285_figure_dependencies())
    @api.depends_context("lang")
    def _compute_cn285_first_invoice(self):
        for order in self:
            order.cn285_first_invoice = order._cn285_first()

    def _cn285_first(self, brief=True):
        """What the first invoice will be, and what follows; False where no contract is offered.

        :param brief: without the explanations of lines, and without their prices with tax
        :returns: ``{"date", "due", "currency", "amount_untaxed", "amount_tax", "amount_total",
            "period_start", "period_end", "lines", "then", "payment", "due_at_acceptance"}``, dates
            as ISO text; ``lines`` as
            :meth:`cn285.contract.preview_invoices` has them; ``then`` is, for each rhythm, what a
            full period of it costs once all has started, and the day from which on that is billed:
            ``{"every", "unit", "from", "amount_untaxed", "amount_total"}``; ``payment`` is the
            first invoice with money where this one comes to nothing, ``due_at_acceptance`` all
            that is due today where that is more than this one: ``{"date", "amount_untaxed",
            "amount_total"}`` or False. Without anything to bill, ``date`` is False. What amends a
            running contract has no first invoice: the contract's next one is told instead.
        """
        self.ensure_one()
        if not self._cn285_shows_figures() or self._cn285_amends():
            return False
        contract = self._cn285_imagined_contract()
        plans = self._cn285_near_plans(contract)
        first = self._cn285_next_invoice(contract, plans, brief)
        then = self._cn285_rhythms(contract, plans)
        if not first:
            return {"date": False, "currency": contract.currency_id.name, "then": then}
        lines = [{**line, "item_id": False} for line in first["lines"]]
        return {
            **first,
            "lines": lines,
            "due": self._cn285_due(contract, first).isoformat(),
            "period_start": min(line["period_start"] for line in lines),
            "period_end": max(line["period_end"] for line in lines),
            "then": then,
            "payment": self._cn285_first_payment(contract, first),
            "due_at_acceptance": self._cn285_due_at_acceptance(contract, plans),
        }

    def _cn285_due(self, contract, first):
        """By when the first invoice is paid, all of it."""
        payer = contract.payer_id or self.partner_id
        payer = payer.with_company(contract.company_id)
        term = contract.payment_term_id or payer.property_payment_term_id
        day = fields.Date.to_date(first["date"])
        if not term:
            return day
        amounts = {
            name: first[key]
            for name, key in (
                ("tax_amount", "amount_tax"),
                ("tax_amount_currency", "amount_tax"),
                ("untaxed_amount", "amount_untaxed"),
                ("untaxed_amount_currency", "amount_untaxed"),
            )
        }
        parts = term._compute_terms(
            date_ref=day,
            currency=contract.currency_id,
            company=contract.company_id,
            sign=1,
            **amounts,
        )
        return max(line["date"] for line in parts["line_ids"])

    @api.model
    def _cn285_near_plans(self, contract):
        """What is planned of the items for two periods each: ``{item: (list of values, until)}``.

        Both the first invoice and the usual price of a period are found in it, of most items.
        """
        items, plans = contract._preview_items(), {}
        # What is past already is billed today, with what is due today.
        week = contract.company_id._cn285_today() + timedelta(days=7)
        far = {item: max(week, self._cn285_far(item, 2)) for item in items}
        for until, same in items.grouped(far.get).items():
            found = same._plan_rows(until)
            plans.update({item: (found[item][0], until) for item in same if item in found})
        return plans

    @api.model
    def _cn285_next_invoice(self, contract, plans, brief=True):
        """The first invoice as a preview; None where there is none to be foreseen."""
        planned = [vals for rows, _until in plans.values() for vals in rows]
        billed = [vals["billing_date"] for vals in planned if vals["kind"] != "usage"]
        if not billed or min(billed) >= min(until for _rows, until in plans.values()):
            # Another item may be billed before, behind the days that are planned.
            return next(iter(contract._preview_next(1)), None)
        rows = contract._rows_of_first(planned, 1, contract._issue_days_known())
        groups = self.env["cn285.invoice.builder"]._group_rows(rows)
        key = min(groups)
        return contract._preview_invoice(key, groups[key], brief=brief)

    def _cn285_rhythms(self, contract, plans):
        """What full periods cost, by rhythm, shortest first; rounded as an invoice of them is."""
        members, starts = {}, {}
        last = self._cn285_term(contract.date_start)
        for item, full in self._cn285_full_rows(plans, last).items():
            key = item.recurring_interval, item.recurring_unit
            holds = self._cn285_holds_from(item, full, last)
            starts[key] = max(holds, starts.get(key, holds))
            members.setdefault(key, {})[item] = full
        result = []
        for key in sorted(members, key=lambda one: one[0] * DAYS[one[1]]):
            untaxed, total = self._cn285_rhythm_total(contract, members[key], starts[key])
            result.append(
                {
                    "every": key[0],
                    "unit": key[1],
                    "from": starts[key].isoformat(),
                    "amount_untaxed": untaxed,
                    "amount_total": total,
                }
            )
        return result

    @api.model
    def _cn285_full_rows(self, plans, last):
        """Values of the first row of each item that bills a whole period at its usual price.

        Planned further than the plans where that needs it; three years at most.

        :param last: the last day of the term
        :returns: ``{item: values}`` of items in a rhythm, without those that have none
        """
        model, found = self.env["cn285.contract.item"], {}
        fixed = [item for item in plans if item.billing_type == "fixed"]
        for periods in (2, 13, None):
            left = model.union(*(item for item in fixed if item not in found))
            if not left:
                break
            near = {item: plans[item][0] for item in left}
            if periods != 2:
                far = {item: self._cn285_far(item, periods) for item in left}
                for until, same in left.grouped(far.get).items():
                    near.update({one: rows for one, (rows, _end) in same._plan_rows(until).items()})
            for item, rows in near.items():
                full = next((row for row in rows if self._cn285_is_full(item, row, last)), None)
                if full:
                    found[item] = full
        return {item: found[item] for item in fixed if item in found}

    @api.model
    def _cn285_far(self, item, periods):
        """The day so many periods after an item starts to be billed; three years after at most.

        :param periods: None: three years
        """
        start = item.billing_start or item.contract_id.date_start
        period = item.recurring_interval * DAYS[item.recurring_unit]
        if item.billing_type not in ("fixed", "usage"):
            period = 1
        days = 5 + periods * period if periods else FARTHEST
        return start + timedelta(days=min(days, FARTHEST))

    @api.model
    def _cn285_is_full(self, item, row, last):
        """Whether a row bills a whole period at its usual price: no part of it, no discount but
        one that holds at the end of the term."""
        price = Price(
            as_decimal(item.quantity),
            as_decimal(item.price_unit),
            as_decimal(item.discount),
            item._engine_windows(),
        )
        usual = float(full_price(price, last))
        return not item.contract_id.currency_id.compare_amounts(row["net"], usual)

    # === IN WORDS === #

    def _cn285_said_heading(self):
        """What stands above :meth:`_cn285_said`."""
        self.ensure_one()
        if self._cn285_amends():
            return self.env._("What changes")
        return self.env._("What you will be billed")

    def _cn285_said(self):
        """What it comes to as ``[(label, value)]``, in the language of the context.

        The first invoice, what follows, recurring revenue: for the screen, the page and the PDF.
        """
        self.ensure_one()
        if self._cn285_amends():
            return self._cn285_said_of_amendment()
        first = self._cn285_first()
        if not first:
            return []
        facts = self._cn285_said_of_first(first) if first["date"] else []
        for one in first["then"]:
            facts.append(
                (
                    self.env["sale.order.line"]._period_label(one["every"], one["unit"]),
                    self.env._(
                        "%(amount)s excl. tax, %(total)s incl. tax, from %(date)s",
                        amount=self._cn285_money(one["amount_untaxed"]),
                        total=self._cn285_money(one["amount_total"]),
                        date=self._cn285_day(one["from"]),
                    ),
                )
            )
        for line in self._cn285_lines():
            facts += line._cn285_said_of_steps()
        return [*facts, *self._cn285_said_steps()]

    def _cn285_said_of_first(self, first):
        facts = [
            (self.env._("First invoice"), self._cn285_both(first)),
            (
                self.env._("For the period"),
                self.env._(
                    "%(start)s to %(end)s",
                    start=self._cn285_day(first["period_start"]),
                    end=self._cn285_day(first["period_end"]),
                ),
            ),
            (self.env._("Billed on"), self._cn285_day(first["date"])),
            (self.env._("Due on"), self._cn285_day(first["due"])),
        ]
        if first["payment"]:
            told = self.env._(
                "%(amounts)s on %(date)s",
                amounts=self._cn285_both(first["payment"]),
                date=self._cn285_day(first["payment"]["date"]),
            )
            facts.append((self.env._("First payment"), told))
        if first["due_at_acceptance"]:
            told = self._cn285_both(first["due_at_acceptance"])
            facts.append((self.env._("Due at acceptance"), told))
        return facts

    def _cn285_money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    def _cn285_day(self, text):
        return format_date(self.env, text)

    @api.depends(lambda self: self._cn285_figure_dependencies())
    @api.depends_context("lang")
    def _compute_cn285_figures_html(self):
        for order in self:
            said = order.sudo()._cn285_said()  # sudo: see _cn285_imagined_contract
            rows = Markup("").join(
                Markup("<tr><td class='pe-4'>%s</td><td>%s</td></tr>") % fact for fact in said
            )
            order.cn285_figures_html = said and Markup("<table>%s</table>") % rows
