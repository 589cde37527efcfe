"""The transport alone against the server: lists, pages, deletions; and both against the schema."""

import os
from datetime import date, datetime, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from odoo.tests import BaseCase, tagged

from ..engine.records import Custom, Record, Ref
from ..engine.signature import Credentials
from ..transport.base import TransportError
from ..transport.soap import SoapTransport
from ..transport.soap_client import SoapSettings
from .suitetalk import Account, Failures, SuiteTalkServer
from .suitetalk.conformance import problems
from .suitetalk.samples import company, sample_account, service_item


@tagged("post_install", "-at_install")
class TestTransport(BaseCase):
    def setUp(self):
        super().setUp()
        self.account = sample_account()
        self.item = service_item(self.account, "API", "100.00")
        self.customer = company(self.account, "Acme")
        self.server = SuiteTalkServer(self.account, failing=Failures(), keep=True).start()
        self.addCleanup(self.server.stop)
        self.log = []

    def transport(self, version="2023_2", **settings):
        keys = self.server.secrets
        credentials = Credentials(
            self.account.account,
            keys["consumer_key"],
            keys["token"],
            keys["consumer_secret"],
            keys["token_secret"],
        )
        values = {
            "base_url": self.server.url,
            "version": version,
            "credentials": credentials,
            "zone": ZoneInfo("Europe/Paris"),
            "timeout": 20,
            **settings,
        }
        return SoapTransport(SoapSettings(**values), self.log.append)

    def invoice(self, number, **values):
        return Record(
            "invoice",
            {
                "entity": Ref(self.customer.internal_id),
                "tranDate": date(2026, 3, 29),
                "currency": Ref("1"),
                "itemList": [
                    {
                        "item": Ref(self.item.internal_id),
                        "quantity": Decimal("1"),
                        "rate": "10",
                        "amount": Decimal("10.00"),
                        "taxCode": Ref("7"),
                    }
                ],
                **values,
            },
            external_id=f"ours-{number}",
        )

    def test_all_it_does_is_valid_by_the_schema(self):
        """By the server's own schema always; by NetSuite's when NETSUITE_WSDL names it.

        NETSUITE_WSDL is the path of NetSuite's netsuite.wsdl, its XSD files beside it in xsd/.
        """
        transport = self.transport()
        transport.check()
        since = datetime(2020, 1, 1, tzinfo=timezone.utc)
        for kind in ("item", "customer", "invoice", "creditMemo", "journalEntry"):
            list(transport.search_modified(kind, since, "1"))
        custom = [Custom("custbody_pdf", "http://x"), Custom("custbody_day", date(2026, 1, 1))]
        good = self.invoice(1, customFieldList=custom, startDate=date(2026, 1, 1), memo=None)
        bad = self.invoice(2, entity=Ref("999"))
        (first, refused) = transport.upsert([good, bad])
        self.assertTrue(first.ok)
        self.assertEqual(refused.code, "INVALID_KEY_OR_REF")
        credit = Record(
            "creditMemo",
            {
                **self.invoice(3).values,
                "autoApply": False,
                "applyList": [
                    {"apply": True, "doc": int(first.internal_id), "amount": Decimal("10.00")}
                ],
            },
            external_id="ours-3",
        )
        journal = Record(
            "journalEntry",
            {
                "tranDate": date(2026, 1, 31),
                "reversalDate": date(2026, 2, 1),
                "subsidiary": Ref("1"),
                "currency": Ref("1"),
                "lineList": [
                    {"account": Ref("60"), "debit": Decimal("1.00"), "memo": "a"},
                    {
                        "account": Ref("54"),
                        "credit": Decimal("1.00"),
                        "entity": Ref(self.customer.internal_id),
                    },
                ],
            },
            external_id="ours-4",
        )
        from ..engine.customer import to_netsuite

        shared = {
            "name": "Zoé Müller",
            "is_company": False,
            "country": "FR",
            "city": "Lyon",
            "terms": "3",
            "currency": "1",
            "email": "z@example.com",
        }
        person = Record("customer", to_netsuite(shared, "1"), external_id="ours-5")
        for record in (credit, journal, person):
            (outcome,) = transport.upsert([record])
            self.assertTrue(outcome.ok, outcome)
        (updated,) = transport.upsert(
            [Record("customer", {"email": None}, internal_id=self.customer.internal_id)]
        )
        self.assertTrue(updated.ok)
        self.assertEqual([outcome.code for outcome in transport.add([good])], ["DUP_RCRD"])
        found = transport.get([Ref("999", type="invoice"), Ref(first.internal_id, type="invoice")])
        self.assertIsNone(found[0])
        self.assertEqual(found[1].values["total"], Decimal("12.0"))
        list(transport.search_modified("invoice", None))
        self.assertTrue(transport.delete([Ref(external_id="ours-4", type="journalEntry")])[0].ok)
        self.assertEqual(len(transport.get_deleted(["journalEntry"], since)), 1)
        for kind in ("blocked", "concurrency"):
            self.server.failures.queue = [kind]
            with self.assertRaises(TransportError):
                transport.check()
        exchanges = self.server.kept
        self.assertGreaterEqual(len(exchanges), 18)
        own, foreign = problems(exchanges, None), []
        if os.environ.get("NETSUITE_WSDL"):
            foreign = problems(exchanges, os.environ["NETSUITE_WSDL"])
        self.assertEqual((own, foreign), ([], []))
        for request, _answer in exchanges:
            self.assertNotIn(b"applicationI", request)

    def test_any_version_of_the_endpoint(self):
        self.assertTrue(self.transport("2025_2").check())
        (outcome,) = self.transport("2025_2").upsert([self.invoice(1)])
        self.assertTrue(outcome.ok)
        page = next(self.transport("2024_1").search_modified("invoice", None))
        self.assertEqual(page.records[0].external_id, "ours-1")

    def test_the_wsdl_is_kept_on_disk(self):
        import tempfile

        from ..transport import soap_client

        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/wsdl.sqlite"
            self.transport(cache=path).check()
            soap_client._documents.clear()
            self.patch(type(self.server), "file", lambda *_arguments: None)
            self.assertTrue(self.transport(cache=path).check(), "without asking for the WSDL")

    def test_lists_are_cut_to_what_a_call_takes_and_stay_in_order(self):
        transport = self.transport()
        outcomes = transport.upsert([self.invoice(number) for number in range(230)])
        self.assertEqual(self.server.counted("upsertList"), [100, 100, 30])
        self.assertEqual(
            [found.external_id for found in outcomes][::100], ["ours-0", "ours-100", "ours-200"]
        )
        transport.add([self.invoice(number) for number in range(300, 520)])
        self.assertEqual(self.server.counted("addList"), [200, 20])
        refs = [Ref(found.internal_id, type="invoice") for found in outcomes]
        self.assertEqual(len(transport.get(refs * 5)), 1150)
        self.assertEqual(self.server.counted("getList"), [1000, 150])

    def test_searches_are_read_page_by_page(self):
        transport = self.transport(page_size=50)
        transport.upsert([self.invoice(number) for number in range(120)])
        pages = list(transport.search_modified("invoice", None))
        self.assertEqual([len(page.records) for page in pages], [50, 50, 20])
        self.assertEqual(len(self.server.counted("searchMoreWithId")), 2)
        self.assertEqual(
            len({record.internal_id for page in pages for record in page.records}), 120
        )

    def test_days_stay_days_whatever_the_zone_and_summer_time(self):
        for zone in ("Europe/Paris", "America/Los_Angeles", "Pacific/Auckland"):
            self.account.records.clear()
            self.account.by_external.clear()
            self.item = service_item(self.account, "API", "100.00")
            self.customer = company(self.account, "Acme")
            transport = self.transport(zone=ZoneInfo(zone))
            transport.upsert([self.invoice(1)])
            (record,) = transport.get([Ref(external_id="ours-1", type="invoice")])
            local = record.values["tranDate"].astimezone(ZoneInfo(zone))
            self.assertEqual(local.date(), date(2026, 3, 29), zone)

    def test_one_signature_serves_one_call(self):
        transport = self.transport()
        kept = transport._passport()
        self.patch(type(transport), "_passport", lambda _transport: kept)
        transport.check()
        with self.assertRaises(TransportError) as problem:
            transport.check()
        self.assertEqual(problem.exception.code, "INVALID_LOGIN_CREDENTIALS")

    def test_an_unknown_account_is_refused(self):
        self.server.account = Account("7654321")
        with self.assertRaises(TransportError) as problem:
            self.transport().check()
        self.assertEqual(problem.exception.meaning.value, "stop")
