from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .test_contract_papers import PaperCase, text_of

TODAY = "2026-01-05"
# Types whose every change alters what was agreed, with values for a trial, and a word of the paper.
ALTERING = {
    "quantity": ({"quantity": 4.0}, "Quantity 1 → 4"),
    "price": ({"price_unit": 120.0}, "120.00"),
    "discount_period": ({"discount": 10.0, "date_end": "2026-12-31"}, "10"),
    "billing_period": ({"recurring_interval": 3, "recurring_unit": "month"}, "3"),
    "billing_day": ({"billing_day": 15}, "15"),
    "payment_terms": ("payment_term_id", "30 Days"),
    "service_period": ({"date_end": "2026-11-30"}, "11/30/2026"),
    "end_item": ({}, "End of an Item"),
    "beneficiary": ("beneficiary_id", "Filiale Sud"),
    "pricelist": ("pricelist_id", "Special prices"),
    "contract_terms": ("reseller_id", "Filiale Sud"),
    "contract_end": ({"date_end": "2027-12-31"}, "12/31/2027"),
    "extend_term": ({"term_end": "2027-06-30"}, "06/30/2027"),
    "auto_renewal": ({"auto_renew": False}, "Renewal"),
    "add_item": ("product_id", "Support desk"),
    "upsell": ("product_id", "API access Plus"),
    "downsell": ("product_id", "API access Light"),
    "cross_sell": ("product_id", "Support desk"),
    "transfer_item": ("to_contract_id", "API access"),
    "holder": ("partner_id", "Filiale Sud"),
    "extend_trial": ({"trial_days": 20}, "20"),
    "usage_terms": (None, None),
    # Of bundles: told where they are made.
    "bundle_component": (None, None),
    "swap_component": (None, None),
}
# What the contract or the law provides for, or what stops and starts billing for a while.
NOT_ALTERING = {
    "terminate": {},
    "withdraw": {},
    "pause": {"date_end": "2026-03-31"},
    "resume": {},
    "deactivate": {"cause": "manual"},
    "activate": {},
}
# By the contract: what the type does of itself depends on it, see below.
DEPENDS = {"renew"}
# Of devices: a fleet's contract provides for objects that come and go; told where they are made.
OF_DEVICES = {"add_items", "end_items", "suspend_items", "resume_items"}


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 10:00:00")
class TestAmendmentTypes(PaperCase):
    """Of each type of change, whether it makes an amendment, and what that says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.cn285_legal_kind = "professional"
        cls.other = cls.env["res.partner"].create({"name": "Filiale Sud", "lang": "en_US"})
        cls.plus = cls._create_product("API access Plus", 200.0)
        cls.light = cls._create_product("API access Light", 50.0)
        cls.support = cls._create_product("Support desk", 30.0)
        cls.env["cn285.tier.path"].create(
            [
                {
                    "product_from_id": cls.subscription.id,
                    "product_to_id": product.id,
                    "kind": kind,
                }
                for product, kind in (
                    (cls.plus, "upsell"),
                    (cls.light, "downsell"),
                    (cls.support, "cross_sell"),
                )
            ]
        )
        cls.pricelist = cls.env["product.pricelist"].create({"name": "Special prices"})
        cls.records = {
            ("payment_terms", "payment_term_id"): cls.env.ref(
                "account.account_payment_term_30days"
            ),
            ("beneficiary", "beneficiary_id"): cls.other,
            ("pricelist", "pricelist_id"): cls.pricelist,
            ("contract_terms", "reseller_id"): cls.other,
            ("holder", "partner_id"): cls.other,
            ("add_item", "product_id"): cls.support,
            ("cross_sell", "product_id"): cls.support,
            ("upsell", "product_id"): cls.plus,
            ("downsell", "product_id"): cls.light,
        }

    def _values(self, kind):
        values = ALTERING[kind][0] if kind in ALTERING else NOT_ALTERING[kind]
        if not isinstance(values, str):
            return values
        if kind == "transfer_item":
            return {values: self._confirmed([{"product_id": self.support.id}]).id}
        record = self.records[kind, values].id
        return {"terms": {values: record}} if kind == "contract_terms" else {values: record}

    def _contract(self, kind):
        items = [{"trial_days": 10}] if kind == "extend_trial" else [{}]
        values = {"term_length": 12, "renewal_mode": "tacit"}
        if kind == "contract_end":
            values = {"date_end": "2026-12-31"}
        if kind == "withdraw":
            values = {"has_withdrawal": True}
        return self._confirmed([*items, {"product_id": self.setup_fee.id}], **values)

    def _change(self, kind, **more):
        contract = self._contract(kind)
        if kind in ("resume", "activate"):
            before = {"resume": "pause", "activate": "deactivate"}[kind]
            self._changed(contract, before, TODAY, **NOT_ALTERING[before])
        change = self._changed(contract, kind, TODAY, **self._values(kind), **more)
        if change.state == "to_approve":
            with trap_jobs() as jobs:
                change.sudo().action_approve()
                jobs.perform_enqueued_jobs()
        self.assertEqual(change.state, "applied", change.error)
        return change

    def test_every_type_is_decided(self):
        known = set(self.env["cn285.contract.change"]._change_types())
        decided = {*ALTERING, *NOT_ALTERING, *DEPENDS, *OF_DEVICES}
        self.assertFalse(known - decided, "say whether the new type alters the contract")

    def test_what_alters_makes_an_amendment(self):
        for kind, (values, said) in ALTERING.items():
            if values is None:
                continue  # test_new_prices_of_usage, and those of bundles
            with self.subTest(kind):
                change = self._change(kind)
                paper = self._papers(change.contract_id, "amendment")
                self.assertEqual(len(paper), 1)
                self.assertEqual(paper.state, "final")
                self.assertIn(said, text_of(paper).replace("\N{NO-BREAK SPACE}", " "))
                change.sudo()._job_file_amendments()
                self.assertEqual(self._papers(change.contract_id, "amendment"), paper)

    def test_what_is_signed_before_says_what_holds_after(self):
        """An amendment that is sent to be signed is drawn of a draft: it tells all the same."""
        for kind, (values, _said) in ALTERING.items():
            if values is None:
                continue
            with self.subTest(kind):
                contract = self._contract(kind)
                change = (
                    self.env["cn285.contract.change"]
                    .with_user(self.seller)
                    .create(
                        {
                            "contract_id": contract.id,
                            "item_id": contract.item_ids[:1].id,
                            "type": kind,
                            "date_effective": TODAY,
                            "values": self._values(kind),
                        }
                    )
                )
                before = change.sudo()._document_changed()
                self.assertEqual((change.state, change.before), ("draft", False))
                self.assertFalse(change.result_item_id or change.result_contract_id)
                change.action_schedule()
                if change.state == "to_approve":
                    change.sudo().action_approve()
                self.assertEqual(change.state, "applied", change.error)
                after = change.sudo()._document_changed()
                # Of values in the database, the order is its own.
                told = [
                    [(what, sorted(text.split(" · "))) for what, text in facts]
                    for facts in (before, after)
                ]
                self.assertEqual(*told)

    def test_signed_before_what_is_planned_before_it(self):
        """Planned: 110.00 from February. Sent: 120.00 from March. It tells 110.00 → 120.00."""
        contract = self._contract("price")
        self._changed(contract, "price", "2026-02-01", price_unit=110.0)
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "item_id": contract.item_ids[:1].id,
                "type": "price",
                "date_effective": "2026-03-01",
                "values": {"price_unit": 120.0},
            }
        )
        told = str(change._document_changed())
        self.assertIn("110.00", told)
        self.assertMoney(contract.item_ids[:1].price_unit, "100.00")

    def test_what_the_contract_provides_for_makes_none(self):
        for kind in NOT_ALTERING:
            with self.subTest(kind):
                change = self._change(kind)
                self.assertFalse(self._papers(change.contract_id, "amendment"))

    def test_renewals(self):
        """Tacit renewal is what was agreed; one that is agreed anew alters the contract."""
        for mode, expected in (("tacit", 0), ("explicit", 1)):
            with self.subTest(mode):
                contract = self._confirmed(
                    date_start=date(2025, 1, 5), term_length=12, renewal_mode=mode
                )
                changes = contract.change_ids.filtered(lambda one: one.type == "renew")
                change = changes[:1] or self.env["cn285.contract.change"].create(
                    {"contract_id": contract.id, "type": "renew", "date_effective": TODAY}
                )
                self.assertEqual(change._type().alters_contract(change), bool(expected))

    def test_a_customer_who_refuses_renewal_alters_nothing(self):
        contract = self._contract("auto_renewal")
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "type": "auto_renewal",
                "date_effective": TODAY,
                "origin": "customer",
                "values": {"auto_renew": False},
            }
        )
        self.assertFalse(change._type().alters_contract(change))

    def test_how_invoices_are_made_is_no_part_of_it(self):
        contract = self._contract("contract_terms")
        self._changed(contract, "contract_terms", TODAY, terms={"invoice_separately": True})
        self.assertFalse(self._papers(contract, "amendment"))

    def test_new_prices_of_usage(self):
        if "calculator_ids" not in self.env["cn285.contract.item"]._fields:
            self.skipTest("without cn285_usage")
        metric = self.env["cn285.usage.metric"].create({"name": "Calls", "code": "calls_amended"})
        contract = self._create_contract(
            [{"billing_type": "usage", "price_unit": 0.0}], confirm=False, user_id=self.seller.id
        )
        self.env["cn285.usage.calculator"].create(
            {
                "item_id": contract.item_ids.id,
                "metric_id": metric.id,
                "charge_model": "per_unit",
                "price_unit": 0.0025,
            }
        )
        contract.action_confirm()
        self._changed(contract, "usage_terms", TODAY, price_unit=0.003)
        paper = self._papers(contract, "amendment")
        self.assertEqual(len(paper), 1)
        words = text_of(paper)
        self.assertIn("0.0025", words)
        self.assertIn("0.003", words)

    def test_both_contracts_of_a_transfer_are_amended(self):
        change = self._change("transfer_item")
        [there] = self._papers(change.result_contract_id, "amendment")
        self.assertIn(change.result_contract_id.name, text_of(there))
        self.assertIn("API access", text_of(there))

    def test_a_new_holder_has_a_contract_of_his_own(self):
        terms = self.env["cn285.document"]._file(
            b"t",
            {
                "kind": "terms",
                "title": "Terms",
                "company_id": self.company.id,
                "date": "2025-01-01",
            },
        )
        change = self._change("holder")
        heir = change.result_contract_id
        [paper] = self._papers(heir, "contract")
        self.assertIn("Filiale Sud", text_of(paper))
        self.assertNotIn("Boulangerie Martin", text_of(paper))
        self.assertEqual(heir.terms_document_id, terms)

    def test_one_that_is_to_be_signed_tells_before_and_after(self):
        """Before it has taken effect, of what it asks for; and once it has, of what was altered."""
        contract = self._confirmed()
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "item_id": contract.item_ids.id,
                "type": "quantity",
                "date_effective": "2026-02-01",
                "values": {"quantity": 4.0},
            }
        )
        facts = dict(change._document_changed())
        self.assertEqual(facts["Quantity"], "1 → 4")

    def test_drawn_alike_whoever_composes_it(self):
        """One helper: a change that is signed and one that is not have the same words."""
        change = self._change("price")
        content, values, _source = change._amendment_paper(change.date_effective, "x")
        self.assertEqual(values["kind"], "amendment")
        self.assertTrue(content("AM/1").startswith(b"%PDF"))
