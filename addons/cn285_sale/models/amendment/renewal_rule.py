"""What the contract's own rule does to prices at a renewal, beside what a quotation offers.

A renewal quotation is compared with what the customer pays today, as its words say: the rule's
increase is part of the difference, and named beside it.
"""

from dataclasses import replace
from datetime import timedelta

from odoo import models
from odoo.addons.cn285_contract.models.common import as_decimal


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _revision_factor(self, day):
        """None also where the next term is looked at with the prices of today."""
        if self.env.context.get("cn285_prices_of_today"):
            return None
        return super()._revision_factor(day)


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    def _cn285_rule_effect(self):
        """What the contract's own rule brings by the day of this renewal, against today's prices.

        :returns: ``{"amount", "amount_with_tax", "mrr_before"}``: differences of what is billed for
            days until then, and what a month is worth with today's prices; nothing of it stays
        """
        self.ensure_one()
        today = self.with_context(cn285_prices_of_today=True)
        before, mrr = self._undone(today._cn285_play_renewal)
        return {**self._undone(lambda: self._cn285_measure_rule(before)), "mrr_before": mrr}

    def _cn285_play_renewal(self):
        """Let the contract renew by itself, and say what is planned then, and its MRR."""
        contracts, until = self._touched_contracts(), self.company_id._cn285_horizon()
        self._plan_to(contracts, until)
        self._play_plans(contracts, self.date_effective + timedelta(days=1))
        mrr, _taxed = contracts._month_begun(max(self._first_day(), self.company_id._cn285_today()))
        return self._planned_amounts(contracts), self.currency_id.round(float(mrr))

    def _cn285_measure_rule(self, before):
        after, _mrr = self._cn285_play_renewal()
        last = max(self._first_day(), self._billing_day())
        lines = self._preview_lines(self._differences(before, after, last))
        return {
            name: sum(line[name] for line in lines["credits"] + lines["charges"])
            - sum(line[name] for line in lines["dropped"])
            for name in ("amount", "amount_with_tax")
        }


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _cn285_with_rule(self, result, rule):
        """Figures of a renewal against today's prices; ``rule``: see ``_cn285_rule_effect``."""
        for name in ("amount", "amount_with_tax"):
            result[name] = self.currency_id.round(result[name] + rule[name])
        return {**result, "mrr_before": rule["mrr_before"]}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _cn285_prices_before_rule(self):
        """Today's prices of the items of renewal lines that the rule revises: ``{line: price}``."""
        lines = self.filtered(
            lambda line: line.cn285_item_id and line.order_id.cn285_kind == "renewal"
        )
        items = lines.cn285_item_id
        found = items._prices_at([(item, item._cn285_quoted_on()) for item in items])
        today = {item: found[item.id, item._cn285_quoted_on()] for item in items}
        revised = items.contract_id._cn285_next_prices(today)
        return {
            line: today[line.cn285_item_id]
            for line in lines
            if revised[line.cn285_item_id] != today[line.cn285_item_id]
        }

    def _cn285_known_offer(self):
        """What the customer has today; :meth:`_cn285_base_offer` with the price before the rule."""
        base = self._cn285_base_offer()
        today = base and self.cn285_base["line"].get("today")
        return base if today is None else replace(base, price=as_decimal(today))

    def _cn285_price_facts(self, base, now):
        """The old price and the new one, in words; None where there is nothing to tell.

        :param base: what the contract's own rule brings
        """
        known, order = self._cn285_known_offer(), self.order_id
        old, new, rule = (order._cn285_money(float(one.price)) for one in (known, now, base))
        if base.price == known.price:
            return (old, new) if now.price != known.price else None
        if now.price == base.price:
            return old, self.env._("%s (the contract's own rule)", new)
        told = self.env._("%(price)s (by the contract's own rule: %(rule)s)", price=new, rule=rule)
        return old, told
