"""Wallets where holders move under a company, and types where there are no books."""

from datetime import date

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import WalletCase


@tagged("post_install", "-at_install")
class TestHoldersMove(WalletCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.holder = cls.env["res.partner"].create({"name": "Ada"})
        cls.firm = cls.env["res.partner"].create({"name": "Ada & Co", "is_company": True})
        cls.wallet = cls._wallet(partner=cls.holder)
        cls._topup(cls.wallet, 150.0)
        cls.keeper = new_test_user(
            cls.env, "contacts", "base.group_user,base.group_partner_manager"
        )

    def test_put_under_a_company(self):
        contract = self._create_contract(partner_id=self.holder.id, date_start=date(2026, 1, 1))
        self.holder.with_user(self.keeper).parent_id = self.firm
        self.assertEqual(self.wallet.partner_id, self.firm)
        move = self._invoice(contract)
        self.assertEqual(move.commercial_partner_id, self.firm)
        self.assertMoney(move.amount_residual, "0.00")
        self.assertHolds(self.wallet, "30.00")
        # The books went with it: what the advance holds is the company's.
        self.assertMoney(self._balance(self.advances, self.firm), "30.00")
        self.assertMoney(self._balance(self.advances, self.holder), "0.00")
        held = self.env["cn285.wallet"]._held(self.firm, self.company)
        self.assertEqual(held[self.firm.id], 30)

    def test_the_firm_has_one_already(self):
        own = self._wallet(partner=self.firm)
        self._topup(own, 10.0)
        self.holder.parent_id = self.firm
        self.assertEqual((self.wallet | own).partner_id, self.firm)
        move = self._invoice(self._create_contract(partner_id=self.firm.id))
        self.assertMoney(move.amount_residual, "0.00")
        self.assertMoney(self.wallet.balance + own.balance, "40.00")

    def test_a_contact_further_down(self):
        """A department with a wallet, whose parent is put under a company."""
        top = self.env["res.partner"].create({"name": "Group", "is_company": True})
        self.firm.is_company = False
        self.holder.parent_id = self.firm
        self.assertEqual(self.wallet.partner_id, self.firm)
        self.firm.parent_id = top
        self.assertEqual(self.wallet.partner_id, top)

    def test_lost_before_and_found(self):
        self.env.cr.execute(
            "UPDATE res_partner SET parent_id = %s, commercial_partner_id = %s WHERE id = %s",
            (self.firm.id, self.firm.id, self.holder.id),
        )
        self.env.invalidate_all()
        self.env["cn285.wallet.topup.rule"]._cron_top_up()
        self.assertEqual(self.wallet.partner_id, self.firm)

    def test_nobody_hands_a_wallet_over(self):
        manager = new_test_user(self.env, "hands", "cn285_contract.group_billing_manager")
        for context in ({}, {"cn285_follows_holder": True}):
            with self.assertRaises(UserError):
                self.wallet.with_user(manager).with_context(**context).partner_id = self.firm


@tagged("post_install", "-at_install")
class TestTypesWithoutBooks(WalletCase):
    def test_a_company_without_a_chart_is_told_in_words(self):
        company = self.env["res.company"].create({"name": "No books"})
        manager = new_test_user(
            self.env,
            "no_books",
            "cn285_contract.group_billing_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        types = self.env["cn285.wallet.type"].with_user(manager)
        with self.assertRaisesRegex(UserError, "“Advances” is missing, and No books"):
            types.create({"name": "Prepaid"})

    def test_what_it_is_booked_on_is_not_taken_away(self):
        for name in ("advance_account_id", "rebate_account_id", "journal_id"):
            with self.subTest(name), self.assertRaisesRegex(UserError, "is missing"):
                self.at_use[name] = False
