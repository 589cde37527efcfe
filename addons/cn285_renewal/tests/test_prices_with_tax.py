from datetime import date

from freezegun import freeze_time
from odoo.tests import HttpCase, new_test_user, tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestPricesWithTax(TermCase):
    """Consumers read prices, fees and refunds with tax; professionals without (L112-1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(cls.env, "tax_clerk", "cn285_contract.group_billing_manager")

    def _bought_out(self, **values):
        return self._yearly(
            term_length=0,
            commitment_length=24,
            may_buy_out=True,
            exit_fee="fixed",
            exit_fee_value=50.0,
            **values,
        )

    def test_who_reads_them(self):
        contract = self._yearly()
        self.assertTrue(contract._prices_with_tax())
        for kind in ("non_professional", "professional"):
            self.consumer.cn285_legal_kind = kind
            self.assertFalse(contract._prices_with_tax(), kind)
        self.env.ref("cn285_renewal.law_fr").tax_protects = "non_professionals"
        self.consumer.cn285_legal_kind = "non_professional"
        self.assertTrue(contract._prices_with_tax())

    def test_prices_of_the_portal(self):
        contract = self._yearly()
        [line] = contract._portal_items()
        self.assertMoney(line["price"], "438.00")
        self.consumer.cn285_legal_kind = "professional"
        [line] = contract._portal_items()
        self.assertMoney(line["price"], "365.00")

    def test_prices_that_include_tax_are_what_they_are(self):
        tax = self.tax.copy({"name": "20 % inside", "price_include_override": "tax_included"})
        product = self._create_product("Inside", 120.0, taxes_id=[(6, 0, tax.ids)])
        contract = self._yearly([{"product_id": product.id, "price_unit": 120.0}])
        [line] = contract._portal_items()
        self.assertMoney(line["price"], "120.00")
        with freeze_time("2025-03-20 10:00:00"):
            [invoice] = contract.with_user(self.clerk).preview_invoices(1)
        self.assertMoney(invoice["lines"][0]["price_total"], "120.00")
        self.assertMoney(invoice["lines"][0]["amount_total"], "120.00")
        self.assertMoney(invoice["lines"][0]["amount"], "100.00")

    def test_next_invoices(self):
        contract = self._yearly([{"price_unit": 365.0, "recurring_unit": "year", "quantity": 2}])
        with freeze_time("2025-03-15 10:00:00"):
            [invoice] = contract.with_user(self.clerk).preview_invoices(1)
        self.assertMoney(invoice["amount_total"], "876.00")
        self.assertMoney(invoice["lines"][0]["price_total"], "438.00")
        self.assertMoney(invoice["lines"][0]["amount_total"], "876.00")
        dialog = self.env["cn285.contract.preview"].with_user(self.clerk)
        with freeze_time("2025-03-15 10:00:00"):
            shown = dialog.new({"contract_id": contract.id, "count": 1}).content
        self.assertIn("876.00", shown)
        self.assertNotIn("730.00", shown)
        self.assertIn("tax included", shown)

    def test_preview_of_a_change(self):
        contract = self._yearly([{"price_unit": 31.0}])
        with freeze_time("2026-01-01 10:00:00"):
            self._bill("2026-01-01")
            wizard = (
                self.env["cn285.contract.change.wizard"]
                .with_user(self.clerk)
                .create(
                    {
                        "contract_id": contract.id,
                        "item_id": contract.item_ids.id,
                        "type": "quantity",
                        "quantity": 2.0,
                        "date_effective": "2026-01-15",
                    }
                )
            )
            vals = wizard._prepare_change()
            wizard.action_preview()
            change = self.env["cn285.contract.change"].with_user(self.clerk).create(vals)
            preview = change.preview()
        self.assertTrue(preview["shows_tax"])
        self.assertAlmostEqual(preview["amount_with_tax"], preview["amount"] * 1.2, 2)
        self.assertAlmostEqual(preview["total_with_tax"], preview["total"] * 1.2, 1)
        self.assertIn("tax included", wizard.preview_html)
        self.assertNotIn("excluding tax", wizard.preview_html)
        self.assertIn(f"{preview['amount_with_tax']:,.2f}", wizard.preview_html)

    def test_where_another_tax_is_charged(self):
        """A consumer in Germany: 19 % on top of 100.00; inside of a typed price, which stays."""
        inside = self.tax.copy({"name": "20 inside", "price_include_override": "tax_included"})
        germany = self.env.ref("base.de")
        position = self.env["account.fiscal.position"].create(
            {"name": "Germany", "auto_apply": True, "country_id": germany.id, "sequence": 0}
        )
        for tax in (self.tax, inside):
            tax.copy(
                {
                    "name": f"{tax.name} of Germany",
                    "amount": 19.0,
                    "original_tax_ids": [(6, 0, tax.ids)],
                    "fiscal_position_ids": [(6, 0, position.ids)],
                }
            )
        self.consumer.write({"country_id": germany.id, "zip": "10115"})
        product = self._create_product("Inside", 120.0, taxes_id=[(6, 0, inside.ids)])
        with freeze_time("2026-01-01 10:00:00"):
            contract = self._create_contract(
                [{"price_unit": 100.0}, {"price_unit": 120.0, "product_id": product.id}],
                partner_id=self.consumer.id,
            )
            prices = [self._cents(line["price"]) for line in contract._portal_items()]
            self.assertEqual(prices, ["119.00", "120.00"])
            [invoice] = contract.with_user(self.clerk).preview_invoices(1)
            self._bill("2026-01-01", contract_ids=[(6, 0, contract.ids)])
        self.assertEqual(contract.invoice_ids.fiscal_position_id, position)
        self.assertMoney(contract.invoice_ids.amount_total, "239.00")
        self.assertMoney(invoice["amount_total"], "239.00")
        with freeze_time("2026-01-10 10:00:00"):
            change = self.env["cn285.contract.change"].create(
                {
                    "contract_id": contract.id,
                    "type": "withdraw",
                    "date_effective": "2026-01-10",
                }
            )
            self.assertMoney(change.preview()["amount_with_tax"], "-239.00")
            # She has moved to France since: what was charged is what comes back.
            self.consumer.write({"country_id": self.env.ref("base.fr").id, "zip": "69003"})
            self.assertMoney(change.preview()["amount_with_tax"], "-239.00")
            change.action_schedule()
        self.assertMoney(sum(contract.invoice_ids.mapped("amount_total_signed")), "0.00")

    def test_the_words_of_a_change(self):
        contract = self._yearly([{"price_unit": 31.0}])
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "item_id": contract.item_ids.id,
                "type": "price",
                "values": {"price_unit": 40.0},
                "date_effective": "2026-01-01",
            }
        )
        self.assertIn("48.00", change._portal_description())
        self.assertIn("tax included", change._portal_description())
        self.assertIn(": 40", change.description, "staff read the price as it is")
        self.consumer.cn285_legal_kind = "professional"
        self.assertEqual(change._portal_description(), change.description)

    def test_the_fee_of_a_termination(self):
        contract = self._bought_out()
        quote = contract.with_user(self.clerk).termination_quote("2025-08-14", "2025-06-01")
        self.assertEqual((quote["fee"], quote["fee_total"]), (50.0, 60.0))
        self.assertTrue(quote["shows_tax"])
        with freeze_time("2025-06-01 10:00:00"):
            [change] = contract.action_terminate("2025-08-14", "2025-06-01")
            effects = " ".join(change._effects())
        self.assertIn(
            "60.00, tax included", effects.replace("\xa0", " ").replace("$ ", "").replace(" €", "")
        )
        self.assertNotIn("excluding tax", effects)
        self.consumer.cn285_legal_kind = "professional"
        self.assertIn("excluding tax", " ".join(change._effects()))

    def test_a_fee_on_a_product_whose_tax_is_inside_is_billed_in_full(self):
        tax = self.tax.copy({"name": "20 % inside", "price_include_override": "tax_included"})
        self.company.cn285_exit_fee_product_id = self._create_product(
            "Leaving", 0.0, taxes_id=[(6, 0, tax.ids)]
        )
        contract = self._bought_out(notice_length=0)
        quote = contract.termination_quote("2025-08-14", "2025-06-01")
        self.assertEqual((quote["fee"], quote["fee_total"]), (50.0, 60.0))
        with freeze_time("2025-08-15 10:00:00"):
            contract.action_terminate("2025-08-15", "2025-08-15")
            fee = contract.item_ids.filtered(lambda item: item.billing_type == "one_shot")
            self.assertMoney(fee.price_unit, "60.00")
            self._bill("2025-08-15")
        line = contract.invoice_ids.invoice_line_ids.filtered(
            lambda line: line.product_id == self.company.cn285_exit_fee_product_id
        )
        self.assertMoney(line.price_subtotal, "50.00")

    # === ONE TRUTH ABOUT A COMMITMENT === #

    def test_what_is_not_allowed_is_not_free(self):
        contract = self._yearly(term_length=0, commitment_length=24, notice_length=0)
        quote = contract.termination_quote("2025-08-14", "2025-06-01")
        self.assertFalse(quote["allowed"])
        self.assertFalse(quote["free_of_charge"])
        self.assertEqual(quote["free_reasons"], [])
        self.assertEqual(
            quote["obstacle"],
            "You are committed until 03/14/2027: the contract may end on 03/14/2027 at the "
            "earliest.",
        )
        over = contract.termination_quote("2027-03-20", "2025-06-01")
        self.assertEqual((over["allowed"], over["obstacle"]), (True, ""))
        self.assertEqual(over["free_reasons"], ["The commitment is over."])
        bound = self._yearly(notice_length=1)
        quote = bound.termination_quote("2025-08-14", "2025-06-01")
        self.assertEqual((quote["allowed"], quote["free_reasons"]), (False, []))
        self.assertIn("03/14/2026 at the earliest", quote["obstacle"])


@tagged("post_install", "-at_install")
class TestPagesWithTax(TermCase, HttpCase):
    """The same on the customer's pages."""

    def test_pages(self):
        new_test_user(
            self.env,
            "tax_owner",
            "base.group_portal",
            password="tax_owner",
            partner_id=self.consumer.id,
        )
        today = self.company._cn285_today()
        contract = self._create_contract(
            [{"price_unit": 365.0, "recurring_unit": "year"}],
            partner_id=self.consumer.id,
            date_start=today,
            date_concluded=today,
            commitment_length=24,
            may_buy_out=True,
            exit_fee="fixed",
            exit_fee_value=50.0,
            notice_length=0,
        )
        self.authenticate("tax_owner", "tax_owner")
        page = self.url_open(f"/my/contracts/{contract.id}").text
        self.assertIn("438.00", page)
        self.assertIn("Unit Price, Tax Included", page)
        self.assertNotIn("365.00", page)
        form = self.url_open(f"/my/contracts/{contract.id}/terminate")
        token = form.text.split('name="csrf_token" value="')[1].split('"')[0]
        wished = date(today.year + 1, today.month, 1)
        summary = self.url_open(
            f"/my/contracts/{contract.id}/terminate",
            data={
                "csrf_token": token,
                "step": "summary",
                "name": "Camille",
                "address": "c@d.example",
                "wished_date": wished.isoformat(),
            },
        ).text
        self.assertIn("60.00", summary)
        self.assertIn("tax included", summary)
        self.assertNotIn("excluding tax", summary)
