"""A program that has nothing but the client generated from the specification plays a story."""

import importlib
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import httpx
from freezegun import freeze_time
from odoo.addons.cn285_usage.tests.rating.test_usage_rating import UsageCase
from odoo.tests import tagged

from .common import ROOT, ApiCase

SPECIFICATION = Path(__file__).parents[1] / "static" / "openapi.json"
PACKAGE = "cn285_generated_client"


class Through(httpx.BaseTransport):
    """Requests go by the test's own opener, which tells the server whose they are."""

    def __init__(self, opener):
        self.opener = opener

    def handle_request(self, request):
        answer = self.opener.request(
            request.method,
            str(request.url),
            data=request.read(),
            headers=dict(request.headers),
            timeout=60,
            allow_redirects=False,
        )
        media = {"Content-Type": answer.headers["Content-Type"]}
        return httpx.Response(answer.status_code, headers=media, content=answer.content)


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestApiClient(ApiCase, UsageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        tools = Path(sys.executable).parent
        subprocess.run(
            [
                tools / "openapi-python-client",
                "generate",
                *("--path", SPECIFICATION, "--meta", "none"),
                *("--config", SPECIFICATION.with_name("client.yml")),
                *("--output-path", Path(folder) / PACKAGE),
            ],
            check=True,
            capture_output=True,
            env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"},
        )
        sys.path.insert(0, folder)
        cls.addClassCleanup(sys.path.remove, folder)
        cls.program.group_ids = [(4, cls.env.ref("cn285_usage.group_usage_recorder").id)]
        client = importlib.import_module(f"{PACKAGE}.client").AuthenticatedClient
        cls.client_type = client
        cls.models = importlib.import_module(f"{PACKAGE}.models")

    def setUp(self):
        super().setUp()
        self.client = self.client_type(
            self.base_url() + ROOT,
            self.key,
            raise_on_unexpected_status=True,
            httpx_args={"transport": Through(self.opener)},
        )

    def do(self, chapter, name, *places, body=None, **options):
        """Call an operation; ``body`` is the name of its model, and its values."""
        module = importlib.import_module(f"{PACKAGE}.api.{chapter}.{name}")
        if body:
            model, values = body
            options["body"] = getattr(self.models, model).from_dict(values)
        self.env.flush_all()
        answer = module.sync_detailed(*places, client=self.client, **options)
        self.env.invalidate_all()
        self.assertLess(answer.status_code, 300, answer.content)
        return answer.parsed

    def test_the_story_of_a_contract(self):
        customer = self.do(
            "customers", "create_customer", body=("CustomerIn", {"name": "By Client"})
        )
        values = {
            "customer": str(customer.id),
            "date_start": "2026-01-01",
            "confirm": True,
            "external_id": "STORY-1",
            "items": [{"product": str(self.subscription.id), "price_unit": "100.00"}],
        }
        tried = self.do("contracts", "create_contract", body=("ContractIn", values), dry_run=True)
        self.assertEqual(tried.invoices[0].amount_total, "120.00")
        contract = self.do(
            "contracts", "create_contract", body=("ContractIn", values), idempotency_key="story"
        )
        self.assertEqual((contract.state, contract.external_id), ("active", "STORY-1"))
        change = {
            "contract": "ext:STORY-1",
            "item": str(contract.items[0].id),
            "type": "quantity",
            "date_effective": "2026-03-01",
            "values": {"quantity": "3"},
        }
        preview = self.do(
            "contract_changes", "create_change", body=("ChangeIn", change), dry_run=True
        )
        self.assertEqual((preview.mrr_before, preview.mrr_after), ("100.00", "300.00"))
        made = self.do("contract_changes", "create_change", body=("ChangeIn", change))
        self.assertEqual(made.state, "scheduled")
        self._events()
        self._bill(date(2026, 2, 20))
        invoices = self.do("invoices_and_credit_notes", "list_invoices", contract="ext:STORY-1")
        january = invoices.data[0]
        self.assertEqual(january.amount_total, "120.00")
        credit = self.do(
            "invoices_and_credit_notes",
            "create_credit_note",
            body=("CreditNoteIn", {"invoice": str(january.id), "percent": "25"}),
        )
        self.assertEqual(credit.amount_untaxed, "25.00")
        quote = self.do("terminations_and_renewals", "get_termination_quote", "ext:STORY-1")
        ending = self.do(
            "terminations_and_renewals",
            "create_termination",
            body=("TerminationIn", {"contract": "ext:STORY-1"}),
        )
        self.assertEqual(ending.date_effective, quote.earliest_date)

    def _events(self):
        item = self._usage_contract({"price_unit": 0.5}).item_ids
        rows = [
            {
                "source": "client",
                "transaction_id": str(number),
                "metric": self.calls.code,
                "item_id": item.id,
                "occurred_at": "2026-02-10T12:00:00+00:00",
                "quantity": "1",
            }
            for number in range(500)
        ]
        answer = self.do("usage", "send_events", body=("SendEventsJsonBody", {"events": rows}))
        self.assertEqual((answer.accepted, answer.refused), (500, []))
