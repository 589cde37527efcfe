from datetime import date

from freezegun import freeze_time

from ..rating.test_usage_rating import UsageCase


class TriggerCase(UsageCase):
    """Contracts whose usage is billed at once, and ways to look for what it triggers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sms = cls.env["cn285.usage.metric"].create(
            {"name": "Text messages", "code": "sms", "aggregation": "sum"}
        )

    @classmethod
    def _trigger_contract(cls, item, calculator=None, **values):
        calculator = calculator or {}
        per_unit = calculator.get("charge_model", "per_unit") == "per_unit"
        price = {"price_unit": 0.0002} if per_unit else {}
        return cls._usage_contract({**price, **calculator}, item, **values)

    def _look(self, everything=False):
        """Bill what usage has triggered; returns the invoices."""
        # sudo: the cron looks, whoever tells the story.
        run = self.env["cn285.billing.run"].sudo()._bill_triggered(self.company, everything)
        self.assertFalse(run.issue_ids, run.issue_ids.mapped("reason"))
        return run.invoice_ids.sorted("id").with_env(self.env)

    def _use_on(self, contract, quantity, day, **values):
        """Use something at noon of a day, and look what that triggers: the invoices."""
        with freeze_time(f"{day} 12:00:00"):
            self._use(contract, quantity, f"{day} 11:00:00", **values)
            return self._look()

    def _bill_on(self, day, **values):
        """The billing run of a day; returns it."""
        with freeze_time(f"{day} 06:00:00"):
            return self._bill(date.fromisoformat(day), **values)

    def assertInvoices(self, moves, *amounts):
        """Assert the amounts without tax, signed, of invoices."""
        self.assertEqual([self._cents(move.amount_untaxed_signed) for move in moves], [*amounts])

    def assertBilled(self, contract, expected):
        """Assert all that a contract was invoiced, whatever the invoices."""
        rows = contract.schedule_ids.filtered(lambda row: row.state == "invoiced")
        self.assertMoney(sum(rows.mapped("amount")), expected)
