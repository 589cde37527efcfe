"""What a contract comes to in a month once all has started, as previews of changes tell it."""

from fractions import Fraction

from odoo import models

from ..engine.mrr import per_month


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _month_with_tax(self, days):
        """What these items come to in a month with tax, by what holds on a day each, rounded as a
        document is.

        :param days: ``{item: date}``
        """
        entries = [
            (None, item, float(per_month(net, rhythm.interval, rhythm.unit)))
            for item, (net, rhythm) in self._mrr_nets(days).items()
        ]
        return sum(self._with_tax_in_documents(entries))


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _month_begun(self, day):
        """What these contracts come to in a month by what holds on a day, once all has started.

        Items in trial, or that start later, are worth what they are on their first billed day.

        :returns: ``(Fraction excluding taxes, float with taxes)``; without taxes alone where the
            customer reads no prices with tax: then False
        """
        items = self.env["cn285.contract.item"].union(*(one._mrr_items() for one in self))
        days = {item: max(filter(None, (day, item.billing_start))) for item in items}
        taxed = any(contract._prices_with_tax() for contract in self)
        month = items._month_with_tax(days) if taxed else False
        return sum(items._mrr_on(days).values(), start=Fraction(0)), month
