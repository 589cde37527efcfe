"""The catalogue: what may be ordered, at the price that the quotation then has, from when."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_sale.tests.common_bundle import BundleCase
from odoo.fields import Command
from odoo.tests import tagged

from .common import QuoteApiCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestApiCatalogueOffers(QuoteApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailbox = cls._create_product("Mailbox", 10.0)
        cls.others = cls.env["cn285.contract.template"].create(
            {
                "name": "Others",
                "item_ids": [
                    Command.create({"product_id": cls.mailbox.id, "quantity": 3.0}),
                ],
            }
        )
        cls.mailbox.product_tmpl_id.cn285_template_item_id = cls.others.item_ids
        cls.pricelist = cls.env["product.pricelist"].create(
            {
                "name": "Partners",
                "company_id": cls.company.id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": cls.mailbox.id,
                            "compute_price": "fixed",
                            "fixed_price": 8.0,
                        }
                    )
                ],
            }
        )

    def _offers(self, query=""):
        ours = {self.subscription.id, self.mailbox.id, self.setup_fee.id}
        data = self.get(f"/catalogue?limit=100{query}")["data"]
        return {one["product"]["id"]: one for one in data if one["product"]["id"] in ours}

    def test_products_by_their_default_terms(self):
        """The subscription at 31.00 of its own; 3 mailboxes at 10.00 of the product."""
        offers = self._offers()
        self.assertEqual(offers.keys(), {self.subscription.id, self.mailbox.id})
        own, listed = offers[self.subscription.id], offers[self.mailbox.id]
        self.assertEqual(
            (own["price_unit"], own["amount_untaxed"], own["amount_total"], own["alignment"]),
            ("31", "31.00", "37.20", "calendar"),
        )
        self.assertEqual((own["id"], own["available_from"]), (self.monthly.id, "2026-01-05"))
        self.assertEqual(
            (listed["price_unit"], listed["quantity"], listed["amount_untaxed"]),
            ("10", "3", "30.00"),
        )

    def test_items_of_a_template(self):
        offers = self._offers(f"&template={self.template.id}")
        self.assertEqual(offers.keys(), {self.subscription.id, self.setup_fee.id})
        self.assertEqual(offers[self.setup_fee.id]["billing_type"], "one_shot")
        self.assertEqual(self._offers(f"&product={self.setup_fee.id}"), {})

    def test_prices_are_those_that_the_quotation_has(self):
        """3 mailboxes at 8.00 of the price list: 24.00, with 20 % 28.80; 31.00 of its own stays."""
        query = f"&customer={self.customer.id}&pricelist={self.pricelist.id}"
        offers = self._offers(query)
        mailbox = offers[self.mailbox.id]
        self.assertEqual(
            (mailbox["price_unit"], mailbox["amount_untaxed"], mailbox["amount_total"]),
            ("8", "24.00", "28.80"),
        )
        feature = self.env.ref("product.group_product_pricelist")
        self.env.ref("base.group_user").implied_ids = [(4, feature.id)]
        self.customer.property_product_pricelist = self.pricelist
        by_customer = self._offers(f"&customer={self.customer.id}")
        self.assertEqual(by_customer, offers)
        lines = [
            {"product": str(number), "offer": str(one["id"]), "quantity": one["quantity"]}
            for number, one in offers.items()
        ]
        quote = self._made(lines=lines)
        self.assertEqual(
            {line["product"]["id"]: line["amount_total"] for line in quote["lines"]},
            {number: one["amount_total"] for number, one in offers.items()},
        )

    def test_an_offer_is_of_its_product(self):
        lines = [{"product": str(self.setup_fee.id), "offer": str(self.monthly.id)}]
        answer = self.call("POST", "/quotes", self._body(lines=lines))
        problem = self.assertProblem(answer, 422, "invalid")
        self.assertEqual(problem["errors"][0]["pointer"], "/lines/0/offer")

    def test_what_is_not_sold_any_more_is_not_offered(self):
        self.mailbox.sale_ok = False
        self.template.active = False
        self.assertEqual(self._offers(), {})

    def test_from_when_a_contract_takes_it(self):
        """One that begins on 1 March takes more from then on."""
        contract = self._create_contract(date_start=date(2026, 3, 1), user_id=self.seller.id)
        key = self._new_key(self.program)
        data = self.get(f"/catalogue?contract={contract.id}", key=key)["data"]
        self.assertEqual({one["available_from"] for one in data}, {"2026-03-01"})

    def test_statements_of_sql_do_not_grow_with_prices(self):
        import odoo.sql_db

        products = [self._create_product(f"More {number}", 5.0) for number in range(12)]
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Many",
                "item_ids": [Command.create({"product_id": one.id}) for one in products],
            }
        )
        query = f"template={template.id}&pricelist={self.pricelist.id}&customer={self.customer.id}"
        counts = []
        for limit in (2, 2, 12):
            before = odoo.sql_db.sql_counter
            self.assertEqual(len(self.get(f"/catalogue?{query}&limit={limit}")["data"]), limit)
            counts.append(odoo.sql_db.sql_counter - before)
        self.assertLessEqual(counts[2], counts[1] + 2)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestApiCatalogueBundles(BundleCase, QuoteApiCase):
    def _offer(self, bundle):
        [offer] = self.get(f"/catalogue?product={bundle.id}")["data"]
        return offer

    def test_slots_of_a_bundle(self):
        """Team: a line, a telephone unless a mobile is chosen; up to three options."""
        offer = self._offer(self.team)
        # 35.00 on the telephone alone, with 20 % of VAT.
        self.assertEqual(
            (offer["price_unit"], offer["amount_untaxed"], offer["amount_total"]),
            ("35", "35.00", "42.00"),
        )
        line, options = offer["slots"]
        self.assertEqual(
            (line["name"], line["min"], line["max"], options["min"], options["max"]),
            ("Line", 1, 1, 0, 3),
        )
        found = {one["product"]["name"]: one for one in line["choices"] + options["choices"]}
        self.assertEqual(
            {name: (one["default"], one["extra_price"]) for name, one in found.items()},
            {
                "Telephone": (1, "0"),
                "Mobile": (0, "12"),
                "Fax": (0, "0"),
                "Internet": (0, "0"),
                "Press Review": (0, "0"),
                "Support": (0, "0"),
            },
        )
        self.assertTrue(found["Support"]["no_billing"])
        self.assertFalse(found["Mobile"]["no_billing"])
        press = found["Press Review"]
        self.assertEqual([one["name"] for one in press["requires"]], ["Mobile"])
        self.assertEqual([one["name"] for one in press["excludes"]], ["Fax"])
        self.assertEqual(press["quantity"], "1")
        # What it says can be ordered: 23.33 + 12.00 and 11.67.
        components = [
            {"product": str(self.mobile.id), "count": 1},
            {"product": str(self.net.id), "count": 1},
        ]
        quote = self._made(lines=[{"product": str(self.team.id), "components": components}])
        self.assertEqual(quote["mrr"], "47.00")

    def test_each_component_by_its_own_taxes(self):
        """A telephone at 20 % and the press review at 10 %, both usual: the sums of their parts."""
        self.choices[self.press].cn285_requires_ids = False
        self.choices[self.press].cn285_default_count = 1
        offer = self._offer(self.team)
        # 20.00 and 10.00 alone: 23.33 at 20 % and 11.67 at 10 %.
        self.assertEqual((offer["amount_untaxed"], offer["amount_total"]), ("35.00", "40.84"))
        self.assertIsNone(self._offer(self.subscription)["slots"])
