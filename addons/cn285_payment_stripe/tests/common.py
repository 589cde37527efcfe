from contextlib import contextmanager
from datetime import date, datetime, timezone

from freezegun import freeze_time
from odoo import fields
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.addons.cn285_payment_stripe.models.payment_provider import BASE_ADDRESS
from odoo.addons.queue_job.tests.common import trap_jobs

from stripe_server import StripeServer

_servers = []


def shared_server():
    """One server for all tests of a process."""
    if not _servers:
        _servers.append(StripeServer(hang=0.6).start())
    return _servers[0]


class StripeCase(ContractCase):
    """A company that collects by Stripe, over real sockets, and a payer with a card.

    The database is marked as a test, so that the provider's calls go to the server of this process.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = shared_server()
        cls.env["res.company"]._cn285_mark_test_database()
        cls.env["ir.config_parameter"].set_param(BASE_ADDRESS, cls.server.url)
        cls.secret = "whsec_of_the_test"
        cls.provider = cls.env.ref("payment.payment_provider_stripe").with_company(cls.company)
        cls.provider.write(
            {
                "company_id": cls.company.id,
                "state": "test",
                "capture_manually": False,
                "stripe_secret_key": cls.server.account.secret_key,
                "stripe_publishable_key": cls.server.account.publishable_key,
                "stripe_webhook_secret": cls.secret,
            }
        )
        if not cls.provider.journal_id:
            cls.provider.journal_id = cls.env["account.journal"].search(
                [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
            )
        cls.card_method = cls.env.ref("payment.payment_method_card")
        cls.sepa_method = cls.env.ref("payment.payment_method_sepa_direct_debit")
        (cls.card_method | cls.sepa_method).active = True

    def setUp(self):
        super().setUp()
        self.server.reset()
        self.endpoint = self.server.account.make_endpoint("http://hook.example/", ["*"])
        self.endpoint["secret"] = self.secret

    @property
    def ledger(self):
        return self.server.ledger

    def _at(self, day, hour=9):
        """Time here and at the server: a day in the company's morning; only forwards."""
        moment = datetime(day.year, day.month, day.day, hour, tzinfo=timezone.utc)
        frozen = freeze_time(moment.replace(tzinfo=None), tick=True)
        frozen.start()
        self.addCleanup(frozen.stop)
        self.server.account.clock.set(moment.timestamp())
        return frozen

    def _token(self, number="4242424242424242", partner=None, **values):
        """A means with this number of a card, or IBAN, as if its customer had added it."""
        customer, method = self.server.means(number, year=values.pop("year", 2099))
        is_card = method["type"] == "card"
        token = self.env["payment.token"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": (self.card_method if is_card else self.sepa_method).id,
                "partner_id": (partner or self.customer).id,
                "provider_ref": customer,
                "stripe_payment_method": method["id"],
                "payment_details": method[method["type"]]["last4"],
                **values,
            }
        )
        if not is_card:
            token.stripe_mandate = self.server.account.all("mandate")[0]["id"]
        token.write(token._cn285_stripe_values(method))
        return token

    def _invoice(self, token, day=date(2026, 1, 1), price=100.0, **values):
        """A posted invoice of an automatic contract that is paid by this means."""
        contract = self._create_contract(
            [{"price_unit": price}],
            collection_mode="automatic",
            payment_token_id=token.id,
            date_start=day,
            invoice_separately=True,
            **values,
        )
        with freeze_time(f"{day} 08:00:00"):
            self._bill(day)
        return contract.invoice_ids

    def _collect(self, move, origin="due"):
        """Collect an invoice, and do what was ordered meanwhile."""
        with self._with_jobs():
            self.env["cn285.collection"]._collect(move, origin)
        return self._attempts(move)

    def _attempts(self, move):
        return self.env["cn285.payment.attempt"].search([("move_id", "=", move.id)], order="number")

    def _later(self, hours):
        """Some hours from now."""
        return freeze_time(fields.Datetime.add(fields.Datetime.now(), hours=hours), tick=True)

    @contextmanager
    def _with_jobs(self):
        """What is ordered meanwhile is done at the end, with what that orders.

        In this test's environment: those of requests are closed by then.
        """
        with trap_jobs() as trap:
            yield trap
            while trap.enqueued_jobs:
                jobs, trap.enqueued_jobs = trap.enqueued_jobs, []
                for job in jobs:
                    method = getattr(job.recordset.with_env(self.env), job.method_name)
                    method(*job.args, **job.kwargs)

    def _work_events(self, *types, order=None):
        """Take in what the server tells of, as its webhook does, and do the work.

        :param order: a function that puts the list of events in order
        """
        waiting = [event for _endpoint, event in self.server.hooks.waiting]
        self.server.hooks.waiting = []
        going = [event for event in waiting if not types or event["type"] in types]
        events = self.env["cn285.stripe.event"].browse()
        with self._with_jobs():
            for event in order(going) if order else going:
                events |= self.env["cn285.stripe.event"]._receive(
                    self.provider,
                    event["id"],
                    event["type"],
                    event["data"]["object"]["id"],
                    event["created"],
                )
        return events

    def assertCharged(self, move, amount):
        """What Stripe took for an invoice, in all: charges less refunds and disputes."""
        attempts = self._attempts(move).mapped("name")
        charged = sum(self.ledger.total(description=name) for name in attempts)
        self.assertEqual(charged, round(amount * 100))

    def assertPaid(self, move):
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertMoney(move.amount_residual, "0.00")
