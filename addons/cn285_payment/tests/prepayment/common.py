from contextlib import contextmanager
from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs

from ..collection.common import CollectionCase

DAY = date(2026, 1, 1)


class PrepaymentCase(CollectionCase):
    """Drafts that start with a payment or with means; 100.00 a month and 20 % of VAT: 120.00."""

    stock = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.cn285_payment_token_id = False
        cls.card.active = False

    @classmethod
    def _bill_stock(cls):
        cls.invoices = cls.env["account.move"]

    @classmethod
    def _draft(cls, items=(), **values):
        values = {"initiation": "paid", "collection_mode": "automatic", **values}
        return cls._create_contract(items, confirm=False, **values)

    @contextmanager
    def _on(self, day):
        """A day, with the jobs that were ordered run at its end."""
        with freeze_time(f"{day} 09:00:00"), trap_jobs() as trap:
            yield trap
            self._perform(trap)

    def _ask(self, contract, day=DAY, user=None):
        with self._on(day):
            contract.with_user(user or self.clerk).action_initiate()
        return contract.prepayment_ids.sorted("id")[-1:]

    def _begin(self, prepayment, day=DAY, amount=None, operation="online_direct"):
        """The customer begins to pay what his page shows, as its route does."""
        with freeze_time(f"{day} 09:00:00"):
            shown = prepayment.amount if amount is None else amount
            prepayment._agree(shown)
            number = len(prepayment.transaction_ids) + 1
            means_only = prepayment._asks_means_only()
            return self.env["payment.transaction"].create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "operation": "validation" if means_only else operation,
                    "amount": 0.0 if means_only else prepayment.amount,
                    "currency_id": prepayment.currency_id.id,
                    "partner_id": prepayment.partner_id.id,
                    "reference": f"{prepayment.name}-{number}",
                    "tokenize": prepayment._keeps_means(),
                    "cn285_prepayment_id": prepayment.id,
                }
            )

    def _told(self, transaction, state="done", day=DAY, jobs=True):
        """The provider tells what became of a transaction."""
        with freeze_time(f"{day} 09:00:00"), trap_jobs() as trap:
            transaction._process(
                "demo",
                {
                    "reference": transaction.reference,
                    "simulated_state": state,
                    "payment_details": "4242",
                },
            )
            if jobs:
                self._perform(trap)

    def _pay(self, prepayment, day=DAY, state="done", **values):
        transaction = self._begin(prepayment, day, **values)
        self._told(transaction, state, day)
        return transaction

    def _cron(self, day):
        with self._on(day):
            self.env["cn285.prepayment"]._cron_prepayments()

    def _receivable(self, contract):
        """What the payer owes on his account, in the company's currency."""
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", contract.payer_id.commercial_partner_id.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(lines.mapped("balance"))

    def assertStarted(self, contract, total="120.00", paid=True):
        """One activation, one invoice, one payment."""
        self.assertEqual(contract.state, "active")
        moves = contract.invoice_ids
        self.assertEqual(len(moves), 1)
        self.assertMoney(moves.amount_total, total)
        if paid:
            self.assertPaid(moves)
        self.assertEqual(
            contract.prepayment_ids.filtered(lambda one: one.state == "done").state, "done"
        )
