"""Granted credit is a rebate before VAT: lines below zero for each line that it lowers."""

from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.wallet.invoice_builder import WalletPlan
from .common import WalletCase


@tagged("post_install", "-at_install")
class TestGranted(WalletCase):
    def _lines(self, move):
        return [
            (self._cents(line.price_subtotal), line.account_id.code[:4])
            for line in move.invoice_line_ids.filtered("cn285_wallet_lot_id")
        ]

    def test_before_vat(self):
        """30.00 on 100.00 at 20 %: 70.00 + 14.00 = 84.00."""
        wallet = self._wallet()
        lot = self._grant(wallet, 30.0, reason="Sorry")
        move = self._invoice(self._create_contract())
        self.assertMoney(move.amount_untaxed, "70.00")
        self.assertMoney(move.amount_tax, "14.00")
        self.assertMoney(move.amount_total, "84.00")
        self.assertEqual(self._lines(move), [("-30.00", "7096")])
        self.assertHolds(wallet, "0.00")
        [draw] = lot.draw_ids
        self.assertEqual(draw.move_id, move)
        self.assertEqual(draw.line_id.cn285_lowered_line_id.product_id, self.subscription)
        self.assertMoney(self._balance(self.advances), "0.00")
        row = move.cn285_schedule_ids
        self.assertMoney(row.amount, "100.00")
        self.assertIsNone(move.cn285_ordinary_reason or None)

    def test_several_rates(self):
        """30.00 on 70.00 at 20 % and 30.00 at 5.5 %: 49.00 + 21.00, VAT 9.80 + 1.16, 80.96."""
        low = self.tax.copy({"name": "5.5 %", "amount": 5.5})
        book = self._create_product("Book", 30.0, taxes_id=[(6, 0, low.ids)])
        self._grant(self._wallet(), 30.0)
        contract = self._create_contract(
            [{"price_unit": 70.0}, {"product_id": book.id, "price_unit": 30.0}]
        )
        move = self._invoice(contract)
        self.assertEqual(self._lines(move), [("-21.00", "7096"), ("-9.00", "7096")])
        self.assertMoney(move.amount_untaxed, "70.00")
        self.assertMoney(move.amount_total, "80.96")

    def test_to_the_cent(self):
        """10.00 over three lines of 33.33: 3.33, 3.34, 3.33."""
        self._grant(self._wallet(), 10.0)
        move = self._invoice(self._create_contract([{"price_unit": 33.33}] * 3))
        self.assertEqual([one for one, _account in self._lines(move)], ["-3.33", "-3.34", "-3.33"])
        self.assertMoney(move.amount_untaxed, "89.99")

    def test_never_below_zero(self):
        wallet = self._wallet()
        self._grant(wallet, 500.0)
        move = self._invoice(self._create_contract())
        self.assertMoney(move.amount_total, "0.00")
        self.assertEqual(move.payment_state, "paid")
        self.assertHolds(wallet, "400.00")

    def test_price_with_tax_included(self):
        """30.00 off 120.00 that includes 20.00: 70.00 + 14.00 as well."""
        included = self.tax.copy(
            {"name": "20 % included", "price_include_override": "tax_included"}
        )
        product = self._create_product("Box", 120.0, taxes_id=[(6, 0, included.ids)])
        self._grant(self._wallet(), 30.0)
        move = self._invoice(
            self._create_contract([{"product_id": product.id, "price_unit": 120.0}])
        )
        self.assertMoney(move.amount_untaxed, "70.00")
        self.assertMoney(move.amount_tax, "14.00")

    def test_foreign_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "rate": 1.25, "currency_id": usd.id}
        )
        kind = self.env["cn285.wallet.type"].create({"name": "Dollars", "currency_id": usd.id})
        wallet = self._wallet(kind)
        self._grant(wallet, 30.0)
        move = self._invoice(self._create_contract(currency_id=usd.id))
        self.assertMoney(move.amount_total, "84.00")
        [line] = move.invoice_line_ids.filtered("cn285_wallet_lot_id")
        self.assertMoney(line.balance, "24.00")

    def test_granted_and_paid(self):
        """The rebate comes before VAT, what is paid after it."""
        wallet = self._wallet()
        self._grant(wallet, 30.0)
        self._topup(wallet, 50.0)
        move = self._invoice(self._create_contract())
        self.assertMoney(move.amount_total, "84.00")
        self.assertMoney(move.amount_residual, "34.00")
        self.assertHolds(wallet, "0.00")

    def test_paid_credit_that_comes_first(self):
        """What a preferred paid lot will pay is not granted."""
        wallet = self._wallet()
        granted = self._grant(wallet, 100.0, priority=30)
        self._topup(wallet, 120.0)
        move = self._invoice(self._create_contract())
        self.assertMoney(move.amount_total, "120.00")
        self.assertMoney(move.amount_residual, "0.00")
        self.assertMoney(granted.rest, "100.00")

    def test_several_invoices_of_a_run(self):
        wallet = self._wallet()
        self._grant(wallet, 150.0)
        contracts = [self._create_contract(invoice_separately=True) for _n in range(3)]
        self._bill(date(2026, 1, 1))
        moves = [contract.schedule_ids.move_id for contract in contracts]
        self.assertMoney(sum(move.amount_untaxed for move in moves), "150.00")
        self.assertHolds(wallet, "0.00")

    def test_user_credit_takes_the_rebate_back(self):
        """Half of the row: 50.00 - 15.00 = 35.00 + 7.00; the rest later; 30.00 again."""
        wallet = self._wallet()
        self._grant(wallet, 30.0)
        contract = self._create_contract()
        move = self._invoice(contract)
        row = move.cn285_schedule_ids
        made = move.cn285_credit(rows={row.id: {"amount": 50.0}})
        self.assertMoney(made["amount_untaxed"], "35.00")
        self.assertMoney(made["amount_total"], "42.00")
        self.assertHolds(wallet, "15.00")
        made = move.cn285_credit()
        self.assertMoney(made["amount_total"], "42.00")
        self.assertHolds(wallet, "30.00")

    def test_a_termination_takes_the_rebate_back(self):
        """A year of 1,200 lowered by 365; ended after 2026-09-30: 92/365 of both are credited."""
        wallet = self._wallet()
        self._grant(wallet, 365.0)
        contract = self._create_contract(
            [{"price_unit": 1200.0, "recurring_unit": "year"}], line_grouping="row"
        )
        move = self._invoice(contract)
        self.assertMoney(move.amount_untaxed, "835.00")
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "type": "terminate",
                "date_effective": date(2026, 9, 30),
            }
        )
        change.action_schedule()
        self._bill(date(2026, 11, 30))
        credit = contract.schedule_ids.move_id - move
        self.assertEqual(credit.move_type, "out_refund")
        # 1,200 x 92/365 = 302.47; 365 x 302.47/1,200 = 92.00
        self.assertMoney(credit.amount_untaxed, "210.47")
        self.assertMoney(credit.amount_total, "252.56")
        self.assertHolds(wallet, "92.00")

    def test_drafts_reserve_it(self):
        wallet = self._wallet()
        self._grant(wallet, 30.0)
        contract = self._create_contract()
        self._bill(date(2026, 1, 1), post=False)
        move = contract.schedule_ids.move_id
        self.assertEqual(move.state, "draft")
        self.assertHolds(wallet, "0.00")
        move.action_post()
        self.assertHolds(wallet, "0.00")
        self.assertEqual(len(wallet.draw_ids), 1)
        move.button_draft()
        self.assertHolds(wallet, "0.00")
        move.button_cancel()
        self.assertHolds(wallet, "30.00")

    def test_a_draft_that_is_deleted(self):
        wallet = self._wallet()
        self._grant(wallet, 30.0)
        contract = self._create_contract()
        self._bill(date(2026, 1, 1), post=False)
        contract.schedule_ids.move_id.unlink()
        self.assertHolds(wallet, "30.00")
        move = self._invoice(contract)
        self.assertMoney(move.amount_total, "84.00")

    def test_previews_show_it_once(self):
        wallet = self._wallet()
        self._grant(wallet, 130.0)
        contract = self._create_contract()
        previews = contract.preview_invoices(3)
        self.assertEqual(
            [self._cents(one["amount_untaxed"]) for one in previews], ["0.00", "70.00", "100.00"]
        )
        self.assertHolds(wallet, "130.00")

    def test_expired_and_senseless(self):
        wallet = self._wallet()
        for amount in (0, -5, "x", True, float("nan")):
            with self.assertRaises(UserError):
                wallet.grant(amount)
        with self.assertRaises(UserError):
            wallet.grant(10, expiry="2020-01-01")

    def test_a_batch_reads_all_wallets_at_once(self):
        """Ten payers or two: the payers, their wallets, and the lots, each in one question."""
        partners = self.env["res.partner"].create([{"name": f"Payer {n}"} for n in range(10)])
        for partner in partners[:5]:
            self._grant(self._wallet(partner=partner), 10.0)
        contracts = [self._create_contract(partner_id=one.id) for one in partners]
        rows = self.env["cn285.billing.schedule"].union(
            *(contract.schedule_ids[:1] for contract in contracts)
        )
        builder = self.env["cn285.invoice.builder"]
        keys = builder._group_rows(rows)
        counts = []
        for part in (list(keys)[:2], list(keys)):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            builder._wallet_read(WalletPlan(), part)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)
