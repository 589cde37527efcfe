from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user

from ...engine.declines import classify


class CollectionCase(ContractCase):
    """A payer with a card of the demonstration's provider, and contracts that are collected.

    What the provider answers is played by :meth:`_answers`: ``done``, ``pending``, a code of a
    refusal, ``timeout`` …
    """

    # The day of the shared invoices, and how many there are.
    day = date(2026, 1, 1)
    stock = 2

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls._provider()
        cls.card = cls._token(cls.customer)
        cls.customer.cn285_payment_token_id = cls.card
        cls._bill_stock()
        cls.manager = new_test_user(
            cls.env, "collects", "cn285_contract.group_billing_manager", lang="en_US"
        )
        cls.clerk = new_test_user(
            cls.env, "collects_not", "cn285_contract.group_contract_user", lang="en_US"
        )

    @classmethod
    def _bill_stock(cls):
        """Invoices that tests share: 120.00 each, due on the day, billed in one run."""
        contracts = cls.env["cn285.contract"].union(
            *(
                cls._automatic(date_start=cls.day, invoice_separately=True)
                for _number in range(cls.stock)
            )
        )
        with freeze_time(f"{cls.day} 08:00:00"):
            cls._bill(cls.day)
        cls.invoices = contracts.invoice_ids.sorted("id")

    def _invoice(self, number=0):
        """One of the shared invoices."""
        return self.invoices[number]

    @classmethod
    def _provider(cls):
        provider = cls.env.ref("payment.payment_provider_demo").with_company(cls.company)
        provider.write({"state": "test", "company_id": cls.company.id})
        if not provider.journal_id:
            provider.journal_id = cls.env["account.journal"].search(
                [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
            )
        method = cls.env.ref("payment.payment_method_demo", raise_if_not_found=False)
        cls.method = method or provider.payment_method_ids[:1]
        cls.method.active = True
        return provider

    @classmethod
    def _token(cls, partner, **values):
        return cls.env["payment.token"].create(
            {
                "provider_id": cls.provider.id,
                "payment_method_id": cls.method.id,
                "partner_id": partner.id,
                "provider_ref": "a card",
                "payment_details": "4242",
                "demo_simulated_state": "done",
                **values,
            }
        )

    @classmethod
    def _automatic(cls, items=(), **values):
        return cls._create_contract(items, collection_mode="automatic", **values)

    def _billed(self, contracts, day=date(2026, 1, 1)):
        """The invoices of contracts, billed on a day; their collection is not run."""
        with freeze_time(f"{day} 08:00:00"):
            before = contracts.invoice_ids
            self._bill(day)
            return contracts.invoice_ids - before

    def _collect(self, moves, day=date(2026, 1, 1), origin="due"):
        with freeze_time(f"{day} 09:00:00"), trap_jobs():
            self.env["cn285.collection"]._collect(moves, origin)
        return self._attempts(moves)

    def _attempts(self, moves):
        return self.env["cn285.payment.attempt"].search(
            [("move_id", "in", moves.ids)], order="move_id, number"
        )

    def _perform(self, trap):
        """Run the jobs that were ordered, in this transaction: else each has its own."""
        while trap.enqueued_jobs:
            jobs, trap.enqueued_jobs = trap.enqueued_jobs, []
            for job in jobs:
                job.func(*job.args, **job.kwargs)

    def _retry(self, day):
        """The day's retries, with their jobs."""
        with freeze_time(f"{day} 09:00:00"), trap_jobs() as trap:
            self.env["cn285.collection"]._cron_retries()
            self._perform(trap)

    def _due(self, day):
        """The day's collection of what is due, with its jobs."""
        with freeze_time(f"{day} 09:00:00"), trap_jobs() as trap:
            self.env["cn285.collection"]._cron_collect()
            self._perform(trap)

    @contextmanager
    def _answers(self, *answers):
        """The provider's answers to the next charges, in order; the last one stays.

        :returns: a list that fills with the references that were charged
        """
        queue, calls = list(answers), []

        def send(transaction):
            calls.append(transaction.reference)
            answer = queue.pop(0) if len(queue) > 1 else queue[0]
            if answer in ("done", "pending", "cancel"):
                transaction._process(
                    "demo", {"reference": transaction.reference, "simulated_state": answer}
                )
                return
            if callable(answer):
                answer(transaction)
                return
            outcome = {"timeout": "unknown", "500": "unknown", "429": "technical"}.get(answer)
            code = False if outcome else answer
            if not outcome:
                outcome = classify(code)
            transaction.write({"cn285_outcome": outcome, "cn285_code": code})
            told = f"The provider said: {answer}"
            raise ValidationError(told)

        transactions = type(self.env["payment.transaction"])
        with patch.object(transactions, "_send_payment_request", send):
            yield calls

    def _open(self, move):
        return move.amount_residual

    def assertPaid(self, move):
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertEqual(move.amount_residual, 0)
