from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from .test_contract_papers import PaperCase, text_of


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 10:00:00")
class TestContractLaw(PaperCase):
    """What a lawyer looks for in a contract with a consumer, and in one between firms."""

    def _words(self, kind="consumer", items=(), **values):
        self.customer.cn285_legal_kind = kind
        contract = self._confirmed(items, **values)
        words = text_of(self._papers(contract, "contract"))
        return words.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")

    def test_parties_have_their_numbers(self):
        """L221-5: who the seller is and how to reach it; registered numbers of both."""
        self.company.write({"phone": "+33 1 23 45 67 89", "email": "hello@cn285.example"})
        self.company.partner_id.write({"company_registry": "73282932000074"})
        self.customer.write({"vat": "FR23334175221", "company_registry": "33417522101010"})
        words = self._words("professional")
        for said in (
            "SIRET: 73282932000074",
            "FR23334175221",
            "33417522101010",
            "+33 1 23 45 67 89",
            "hello@cn285.example",
        ):
            self.assertIn(said, words)

    def test_the_seller_says_its_form_capital_and_register(self):
        """Code de commerce, R123-237 and R123-238: among the parties, and at the foot of pages."""
        form, register = "SAS au capital de 50 000 €", "RCS Lyon 732 829 320"
        self.company.write({"cn285_legal_form": form, "cn285_trade_register": register})
        words = self._words("professional")
        self.assertEqual((words.count(form), words.count(register)), (2, 2))
        self.assertIn(f"{self.company.name} · {form} · {register}", words)
        contract = self._confirmed()
        self._changed(contract, "price", "2026-01-05", price_unit=120.0)
        self.assertIn(register, text_of(self._papers(contract, "amendment")))

    def test_consumers_may_withdraw_by_the_model_form(self):
        words = self._words("consumer", has_withdrawal=True)
        for said in (
            "within 14 days",
            "Model withdrawal form",
            "Delete as appropriate",
            "01/15/2026",  # 14 days from the conclusion on 1 January
            "L. 221-18",
            "cannot be derogated",
            "L. 215-1-1",
        ):
            self.assertIn(said, words)
        self.assertNotIn("D. 441-5", words)

    def test_firms_have_other_law(self):
        words = self._words("professional")
        for said in ("D. 441-5", "governed by the law of this country: France"):
            self.assertIn(said, words)
        for said in ("Model withdrawal form", "L. 215-1", "Mediation", "derogated"):
            self.assertNotIn(said, words)

    def test_the_mediator_is_named_to_consumers(self):
        self.company.cn285_mediator = "Médiateur du Net, 1 rue X, 75001 Paris, mediateur.example"
        self.assertIn("mediateur.example", self._words("consumer"))
        self.assertNotIn("mediateur.example", self._words("professional"))

    def test_terms_are_told_in_full(self):
        index = self.env["cn285.price.index"].create({"name": "Syntec"})
        words = self._words(
            "professional",
            term_length=12,
            renewal_mode="tacit",
            renewal_length=1,
            renewal_unit="year",
            renewal_max=3,
            renewal_revision="index",
            renewal_index_id=index.id,
            renewal_cap=5,
            notice_length=1,
            commitment_length=6,
            may_buy_out=True,
            exit_fee="percent",
            exit_fee_value=20,
        )
        for said in (
            "12 months",
            "1 year",
            "1 month",
            "Renewals at Most 3",
            "revised by the index “Syntec”, by 5 % at most",
            "20 % of what remains",
        ):
            self.assertIn(said, words)

    def test_items_tell_trials_discounts_and_small_prices(self):
        words = self._words(
            "professional",
            [
                {
                    "price_unit": 0.0045,
                    "quantity": 10000,
                    "trial_days": 14,
                    "discount_ids": [
                        (
                            0,
                            0,
                            {
                                "date_start": date(2026, 2, 1),
                                "date_end": date(2026, 3, 31),
                                "percent": 50,
                            },
                        )
                    ],
                }
            ],
        )
        for said in (
            "0.0045",
            "in advance",
            "free of charge for the first 14 days",
            "discount 50 % from 02/01/2026 until 03/31/2026",
        ):
            self.assertIn(said, words)

    def test_totals_by_rhythm_and_to_consumers_by_the_month(self):
        """L112-3: of each billing period, and of all by the month; to the cent of the lines."""
        items = [
            {"price_unit": 10.01, "quantity": 3},
            {"price_unit": 5.0, "discount": 10},
            {"price_unit": 120.0, "recurring_unit": "year"},
            {"product_id": self.setup_fee.id, "price_unit": 99.0, "billing_type": "one_shot"},
        ]
        firm = self._words("professional", items)
        self.assertIn("Total, monthly 34.53", firm.replace("€ ", ""))  # 30.03 + 4.50
        self.assertIn("Total, yearly 120.00", firm.replace("€ ", ""))
        self.assertIn("Total, once 99.00", firm.replace("€ ", ""))
        self.assertNotIn("by the month", firm)
        # With 20 %: 36.04 + 5.40 by the month, 144.00 by the year: 12.00 by the month.
        consumer = self._words("consumer", items).replace("€ ", "")
        self.assertIn("Total, monthly 41.44", consumer)
        self.assertIn("All subscriptions, by the month 53.44", consumer)

    def test_each_page_has_the_number(self):
        self.customer.cn285_legal_kind = "professional"
        contract = self._confirmed([{"name": f"Line {at}"} for at in range(120)])
        paper = self._papers(contract, "contract")
        words = text_of(paper)
        pages = int(words.split(f"{paper.name} · 1/")[1].split()[0])
        self.assertGreater(pages, 3)
        for page in range(1, pages + 1):
            self.assertIn(f"{paper.name} · {page}/{pages}", words)
        for at in (0, 60, 119):
            self.assertIn(f"Line {at}", words)

    def test_odd_and_long_names(self):
        """Right to left, other scripts, markup, a text longer than a page: drawn, nothing run."""
        self.customer.name = "شركة النور <b>&amp; חברה " + "Société " * 40
        contract = self._confirmed(
            [{"name": "Ⅷ株式会社 <script>alert(1)</script> " + "long " * 1500}]
        )
        paper = self._papers(contract, "contract")
        self.assertIn("<script>alert(1)</script>", text_of(paper))
        self.assertIn("Société", text_of(paper))

    def test_another_currency(self):
        self.customer.cn285_legal_kind = "professional"
        dollars = self.env.ref("base.USD")
        dollars.active = True
        words = self._words("professional", [{"price_unit": 1250.5}, {}], currency_id=dollars.id)
        self.assertIn("1,250.50", words)
        self.assertIn("$", words)
        self.assertNotIn("€ excluding", words)
