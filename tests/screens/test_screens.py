from freezegun import freeze_time
from odoo.tests import new_test_user, tagged

from .house import House
from .walker import Walk

OWN = "cn285_contract.group_contract_user_own"
ALL = "cn285_contract.group_contract_user"
MANAGER = "cn285_contract.group_billing_manager"
INVOICING = "account.group_account_invoice"
READONLY = "account.group_account_readonly"
REPORTS = "cn285_revrec.group_revrec_user"
ACCOUNTANT = "cn285_revrec.group_revrec_manager"
SMARTCODE = "cn285_usage.group_smartcode_author"
ROOT = "cn285_contract.menu_contract_root"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-20 10:00:00")
class TestScreens(House):
    """No screen that is offered refuses what it offers, whoever it is offered to."""

    def _walk(self, user, *windows, companies=None):
        """Walk all menus of a user, and windows beside; returns the walk."""
        walk = Walk(self.env, user, companies)
        walk.menus(self.env.ref(ROOT))
        for window in windows:
            walk.window(window)
        self.assertFalse(walk.faults, "\n" + "\n".join(map(str, walk.faults)))
        return walk

    def _user(self, *groups, **values):
        return new_test_user(self.env, "walker", groups=",".join(groups), **values)

    def test_own(self):
        self._walk(self.users["own"])

    def test_all(self):
        self._walk(self.users["all"])

    def test_manager(self):
        walk = self._walk(self.users["manager"])
        self.assertGreater(walk.counts["buttons"], 100)
        self.assertGreater(walk.counts["filters"], 300)

    def test_smartcode(self):
        self._walk(self._user(SMARTCODE))

    def test_invoicing(self):
        self._walk(self._user(INVOICING), "account.action_move_out_invoice_type")

    def test_readonly(self):
        self._walk(self._user(READONLY), "account.action_move_out_invoice_type")

    def test_reports(self):
        self._walk(self._user(REPORTS))

    def test_accountant(self):
        self._walk(self._user(ACCOUNTANT))

    def test_administrator(self):
        self._walk(self._user("base.group_system"))

    def test_own_with_invoicing(self):
        user = self._user(OWN, INVOICING)
        self.running.user_id = user
        self._walk(user)

    def test_importer(self):
        self._walk(self._user(OWN, "cn285_import.group_import_user"))

    def test_recorder(self):
        self._walk(self._user("cn285_usage.group_usage_recorder"))

    def test_all_with_reports(self):
        self._walk(self._user(ALL, REPORTS))

    def test_manager_with_all_rights(self):
        user = self._user(MANAGER, ACCOUNTANT, SMARTCODE, "base.group_system")
        self._walk(user, "account.action_move_out_invoice_type")

    def test_branch(self):
        """A manager of the second company, where little has happened yet."""
        user = self._user(
            MANAGER, ACCOUNTANT, company_id=self.branch.id, company_ids=[(6, 0, self.branch.ids)]
        )
        self._walk(user)

    def test_both_companies(self):
        companies = self.company | self.branch
        user = self._user(MANAGER, ACCOUNTANT, company_ids=[(6, 0, companies.ids)])
        self._walk(user, companies=companies)

    def test_employee(self):
        """Who has nothing to do with contracts opens customers and invoices' neighbours."""
        user = self._user("base.group_user")
        walk = self._walk(user, "account.res_partner_action_customer")
        self.assertFalse(walk.counts["menus"])
