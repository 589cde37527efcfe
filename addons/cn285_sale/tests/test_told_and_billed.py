"""What the portal says of a change is what is billed of it, to the cent: as the customer."""

from datetime import date

from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.fields import Command
from odoo.tests import tagged

from .customer_common import CustomerCase


@tagged("post_install", "-at_install")
class TestToldAndBilled(CustomerCase):
    """Two of 31.00 a calendar month, billed up to 31 March; today is 16 March; 20 % VAT."""

    def _agreed(self, kind, **values):
        """What the page said, once the customer has agreed: ``(contract, next, total)``."""
        self._allow({"kind": kind, **self._limits.get(kind, {})})
        contract = self._contract()
        if kind in ("upgrade", "billing_day"):
            values["item"] = contract.item_ids.id
        page = self._preview(contract, kind, **values)
        self._confirm(contract, kind, page)
        change = contract.change_ids.sorted("id")[:1]
        self.assertEqual((change.origin, change.requested_by), ("customer", self.buyer))
        return contract, self._said(page, "change_next"), self._said(page, "change_total")

    _limits = {"billing_day": {"day_from": 5, "day_to": 15}}

    def _invoiced(self, contract, *days):
        """``[(day, total)]`` of what is billed on these days; credit notes below zero."""
        found = []
        for day in days:
            known = contract.invoice_ids
            with imagined_day(day):
                self.env["cn285.contract.change"]._apply_due(contract)
                self._bill(day, contract_ids=[Command.set(contract.ids)])
            for move in contract.invoice_ids - known:
                found.append((move.invoice_date, str(self._cents(move.amount_total_signed))))
        return found

    def test_upgrade(self):
        """2 × 62.00 for 2 × 31.00, 16 of 31 days: 32.00, 38.40 with VAT; then 124.00, 148.80."""
        contract, following, total = self._agreed("upgrade", product=self.premium.id)
        self.assertEqual((following, total), ("38.40 €", "38.40 €"))
        days = date(2026, 3, 16), date(2026, 4, 1), date(2026, 5, 1)
        self.assertEqual(
            self._invoiced(contract, *days),
            [(days[0], "38.40"), (days[1], "148.80"), (days[2], "148.80")],
        )

    def test_pause(self):
        """Not owed from 16 March to 14 April: 32.00 of March are given back, 38.40 with VAT.

        With 62.00 × 14 / 30 = 28.93 of April these are 60.93, 73.12 with VAT; of April 16 days of
        30 are billed: 62.00 × 16 / 30 = 33.07, 39.68 with VAT.
        """
        contract, following, total = self._agreed("pause", date_end="2026-04-14")
        days = date(2026, 3, 16), date(2026, 4, 1), date(2026, 4, 15), date(2026, 5, 1)
        self.assertEqual((following, total), ("-38.40 €", "-73.12 €"))
        self.assertEqual(
            self._invoiced(contract, *days),
            [(days[0], "-38.40"), (days[2], "39.68"), (days[3], "74.40")],
        )

    def test_billing_day(self):
        """Up to 9 April 25 of 31 days for 16: 18.00, 21.60 with VAT; from the 10th on 74.40."""
        contract, following, total = self._agreed("billing_day", billing_day="10")
        self.assertEqual((following, total), ("21.60 €", "21.60 €"))
        days = date(2026, 3, 16), date(2026, 4, 1), date(2026, 4, 10), date(2026, 5, 10)
        self.assertEqual(
            self._invoiced(contract, *days),
            [(days[0], "21.60"), (days[2], "74.40"), (days[3], "74.40")],
        )
