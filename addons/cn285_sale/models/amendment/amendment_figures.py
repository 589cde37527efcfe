"""What a quotation that changes a contract says: before and after, revenue, the next invoice."""

from datetime import timedelta

from odoo import fields, models
from odoo.addons.cn285_contract.models.common import spelled
from odoo.exceptions import UserError
from odoo.fields import Command

from ...engine.amendment import RHYTHM


class SaleOrder(models.Model):
    _inherit = "sale.order"

    cn285_mrr_delta = fields.Monetary(
        string="MRR Added",
        compute="_compute_cn285_worth",
        store=True,
        help="By how much the contract's monthly recurring revenue grows, excluding taxes.",
    )
    cn285_outcome = fields.Json(
        string="What It Came To",
        readonly=True,
        copy=False,
        help="By the changes' own preview, when it was sent or accepted last.",
    )

    # === REVENUE === #

    def _cn285_amended_worth(self):
        """As :meth:`_cn285_worth`, of the contract as it will be, and ``mrr_delta``.

        The value is what is billed for the days that remain of the term.
        """
        self.ensure_one()
        start = self._cn285_counts_from()
        after = self._cn285_amended_contract(start, "cn285_offer")
        before = self._cn285_amended_contract(start, "cn285_known_offer")
        last = self._cn285_counts_to(start)
        after.date_end = last
        rows = self._cn285_rows(after, last + timedelta(days=1))
        after.date_end = False
        for contract in (after, before):
            self._cn285_settle(contract, last)
        mrr, arr = self._cn285_month_and_year(after)
        known, _arr = self._cn285_month_and_year(before)
        return {
            "mrr": mrr,
            "arr": arr,
            "one_shot": sum(row["amount"] for row in rows if row["kind"] == "one_shot"),
            "tcv": sum(row["amount"] for row in rows),
            "mrr_delta": self.currency_id.round(mrr - known),
        }

    def _cn285_counts_from(self):
        """The day from which on the value of the amended contract is counted."""
        self.ensure_one()
        contract = self.cn285_contract_id.sudo()  # sudo: days that the quotation tells of
        today = contract.company_id._cn285_today()
        return max(self._cn285_given_day() or today, contract.date_start or today)

    def _cn285_counts_to(self, start):
        """The last day of what is counted: of the term, or twelve months on."""
        self.ensure_one()
        if self.cn285_kind == "renewal":
            return self._cn285_next_term()[1]
        end = self.cn285_new_term_end or self.cn285_contract_id.term_end
        if end and end >= start:
            return end
        return self._cn285_term(start)

    def _cn285_amended_contract(self, start, offer):
        """The contract in memory with what the lines offer; nothing is kept.

        :param offer: ``cn285_offer``: as it will be; ``cn285_known_offer``: as it is today
        """
        self.ensure_one()
        contract = self.cn285_contract_id
        names = ("partner_id", "company_id", "currency_id", "pricelist_id", "fiscal_position_id")
        vals = {name: contract[name].id for name in names}
        lines = self._cn285_lines()
        if offer == "cn285_known_offer":
            lines = lines.filtered("cn285_base")
        items = [line._cn285_imagined_item(start, getattr(line, f"_{offer}")()) for line in lines]
        if offer == "cn285_offer":
            items = [
                item and line._cn285_ramped(item) for line, item in zip(lines, items, strict=True)
            ]
        return self.env["cn285.contract"].new(
            {
                **vals,
                "date_start": start,
                "item_ids": [Command.create(item) for item in items if item],
            }
        )

    # === IN WORDS === #

    def _cn285_said_of_amendment(self):
        """What changes and what it comes to, as ``[(label, value)]``."""
        self.ensure_one()
        facts = self._cn285_said_changes()
        if not facts:
            return []
        try:
            played = self._cn285_told_outcome()
        except UserError as error:
            return [*facts, (self.env._("Cannot be accepted"), str(error.args[0]))]
        told = self._cn285_said_of_play(played) if played else []
        return [*facts, *told, *self._cn285_said_steps()]

    def _cn285_told_outcome(self):
        """What it comes to today, or came to; of what is being edited, only once it is saved.

        :raises UserError: why it cannot be accepted any more
        """
        self.ensure_one()
        if self.state in ("sale", "cancel"):
            return self.cn285_outcome
        if not isinstance(self.id, int):
            return False
        reason = self._cn285_late() or self._cn285_stale_reason()
        if reason:
            raise UserError(reason)
        return self._cn285_played_once()

    def _cn285_said_changes(self):
        """What is different, old and new: of lines, then of the contract."""
        self.ensure_one()
        facts = []
        for line in self._cn285_lines():
            name = line._cn285_item_name()
            if line.cn285_action == "end":
                facts.append((name, self.env._("ends")))
            elif line.cn285_action == "add":
                facts.append((name, self._cn285_said_of_new(line)))
            elif line.cn285_action in ("change", "keep"):  # a price may be the rule's
                told = "; ".join(
                    f"{label}: {old} → {new}" for label, old, new in line._cn285_changed_facts()
                )
                facts += [(name, told)] if told else []
            facts += line._cn285_said_of_steps()
        facts += self._cn285_said_rules()
        contract = self.cn285_contract_id
        if self.cn285_new_term_end:
            old = contract.term_end and self._cn285_day(contract.term_end)
            facts.append(
                (self.env._("End of the term"), self._cn285_arrow(old, self.cn285_new_term_end))
            )
        if self.cn285_new_holder_id:
            pair = contract.partner_id.name or "–", self.cn285_new_holder_id.name or "–"
            facts.append((self.env._("Holder"), " → ".join(pair)))
        return facts

    def _cn285_arrow(self, old, day):
        return f"{old or '–'} → {self._cn285_day(day)}"

    def _cn285_said_of_new(self, line):
        """What is told of a line that is new; of a bundle its price, of its components how many."""
        if line._cn285_bundle_line():
            return self.env._("new, in the bundle: %s", self._cn285_number(line.product_uom_qty))
        price = line.cn285_bundle_price if line._cn285_is_bundle() else line.price_unit
        return self.env._(
            "new: %(quantity)s at %(price)s, %(rhythm)s",
            quantity=self._cn285_number(line.product_uom_qty),
            price=self._cn285_money(price),
            rhythm=(line.cn285_rhythm or "–").lower(),
        )

    def _cn285_said_of_play(self, played):
        """Days, revenue and the next invoice of what was tried."""
        delta = self.currency_id.round(played["mrr_after"] - played["mrr_before"])
        sign = "+" if delta > 0 else ""
        days = " · ".join(self._cn285_day(day) for day in played["days"])
        facts = [
            (self.env._("Takes effect on"), days),
            (
                self.env._("Recurring, a month"),
                self.env._(
                    "%(before)s → %(after)s excl. tax (%(delta)s)",
                    before=self._cn285_money(played["mrr_before"]),
                    after=self._cn285_money(played["mrr_after"]),
                    delta=f"{sign}{self._cn285_money(delta)}",
                ),
            ),
            (
                self.env._("Difference until then"),
                self.env._(
                    "%(amount)s excl. tax, %(total)s incl. tax",
                    amount=self._cn285_money(played["amount"]),
                    total=self._cn285_money(played["amount_with_tax"]),
                ),
            ),
        ]
        invoice = played["next_invoice"]
        if invoice:
            facts.append(
                (
                    self.env._("Next invoice"),
                    self.env._(
                        "%(date)s: %(total)s incl. tax (%(amount)s excl. tax)",
                        date=self._cn285_day(invoice["date"]),
                        total=self._cn285_money(invoice["amount_total"]),
                        amount=self._cn285_money(invoice["amount_untaxed"]),
                    ),
                )
            )
        if played["cancelled"]:
            facts.append((self.env._("Not planned any more"), ", ".join(played["cancelled"])))
        return facts

    def _cn285_number(self, number):
        return spelled(self.env, float(number))


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _cn285_imagined_item(self, start, offer):
        """Values of the item in memory of which figures are told; None where nothing is offered.

        :param start: the day from which on they are told
        :param offer: what is offered of it
        """
        self.ensure_one()
        if offer.is_none:
            return None
        item = self.cn285_item_id
        vals = {
            **self._cn285_item_vals(start),
            "product_id": offer.product,
            "quantity": float(offer.quantity),
            "price_unit": float(offer.price),
            "discount": float(offer.discount),
            **dict(zip(RHYTHM, offer.rhythm, strict=True)),
        }
        if not self.cn285_base:
            return vals
        same = self.cn285_base["line"]["rhythm"] == list(offer.rhythm)
        anchor = item._price_terms_on(start).anchor_date or item.billing_start if same else start
        windows = [
            {name: window[name] for name in ("date_start", "date_end", "percent", "amount")}
            for window in item.discount_ids
        ]
        first = max(start, item.date_start or start)
        return {
            **vals,
            "start_condition": "date",
            "date_start": first,
            "trial_days": max((item.billing_start - first).days, 0) if item.billing_start else 0,
            "date_end": item.date_end,
            "anchor_date": anchor,
            "in_mrr": item.in_mrr,
            "discount_ids": [Command.create(window) for window in windows],
        }
