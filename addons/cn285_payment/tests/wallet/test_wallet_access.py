"""Who does what with wallets: clerks read, billing managers handle money, customers see theirs."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import WalletCase


@tagged("post_install", "-at_install")
class TestWalletAccess(WalletCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wallet = cls._wallet()
        cls.lot = cls._topup(cls.wallet, 500.0)
        cls.manager = new_test_user(
            cls.env, "wallet-manager", groups="cn285_contract.group_billing_manager"
        )
        cls.clerk = new_test_user(
            cls.env, "wallet-clerk", groups="cn285_contract.group_contract_user"
        )
        cls.portal = new_test_user(cls.env, "wallet-portal", groups="base.group_portal")
        cls.stranger = new_test_user(cls.env, "wallet-stranger", groups="base.group_portal")
        cls.portal.partner_id.parent_id = cls.customer

    def test_a_manager_tops_up_and_grants(self):
        wallet = self.wallet.with_user(self.manager)
        wallet.topup(100.0, journal_id=self.bank.id)
        wallet.grant(20.0)
        dialog = self.env["cn285.wallet.pay"].with_user(self.manager)
        dialog.create({"wallet_id": wallet.id, "amount": 50.0}).action_topup()
        dialog = self.env["cn285.wallet.grant"].with_user(self.manager)
        dialog.create({"wallet_id": wallet.id, "amount": 5.0}).action_grant()
        self.assertHolds(self.wallet, "675.00")
        self.lot.topup_id.with_user(self.manager).action_returned()
        self.assertHolds(self.wallet, "175.00")

    def test_a_clerk_reads(self):
        wallet = self.wallet.with_user(self.clerk)
        self.assertMoney(wallet.available, "500.00")
        self.assertEqual(wallet.lot_ids.mapped("kind"), ["paid"])
        for act in (
            lambda: wallet.topup(100.0, journal_id=self.bank.id),
            lambda: wallet.grant(20.0),
            lambda: self.lot.with_user(self.clerk).write({"rest": 1.0}),
            lambda: wallet.write({"balance": 1.0}),
        ):
            with self.assertRaises(AccessError):
                act()
        with self.assertRaises(UserError):
            self.lot.topup_id.with_user(self.clerk).action_returned()

    def test_a_manager_writes_no_history(self):
        for act in (
            lambda: self.wallet.with_user(self.manager).write({"balance": 1.0}),
            lambda: self.lot.with_user(self.manager).write({"rest": 1.0}),
            lambda: self.lot.with_user(self.manager).unlink(),
            lambda: (
                self.env["cn285.wallet.lot"]
                .with_user(self.manager)
                .create({"wallet_id": self.wallet.id, "kind": "granted", "amount": 1.0})
            ),
            lambda: (
                self.env["cn285.wallet.draw"]
                .with_user(self.manager)
                .create({"lot_id": self.lot.id, "move_id": 1, "date": "2026-01-01", "amount": 1.0})
            ),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_customers_read_by_their_pages_alone(self):
        for user in (self.portal, self.stranger):
            wallet = self.wallet.with_user(user)
            for act in (
                lambda: wallet.read(["balance"]),  # noqa: B023
                lambda: wallet.topup(100.0),  # noqa: B023
                lambda: wallet.grant(100.0),  # noqa: B023
                lambda: self.env["cn285.wallet.lot"].with_user(user).search([]),  # noqa: B023
                lambda: self.env["cn285.promotion.pass"].with_user(user).search([]),  # noqa: B023
            ):
                with self.assertRaises(AccessError):
                    act()

    def test_companies_are_walled_off(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.clerk.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertFalse(self.env["cn285.wallet"].with_user(self.clerk).search([]))
        with self.assertRaises(AccessError):
            self.wallet.with_user(self.clerk).read(["balance"])

    def test_a_billing_clerk_draws_what_he_may_not_see(self):
        """Whoever bills: the customer's credit pays, although billing handles no wallet."""
        contract = self._create_contract()
        run = self.env["cn285.billing.run"].with_user(self.manager).create({"date": "2026-01-01"})
        run.action_run()
        self.assertEqual(contract.schedule_ids.move_id.payment_state, "paid")
        self.assertHolds(self.wallet, "380.00")
