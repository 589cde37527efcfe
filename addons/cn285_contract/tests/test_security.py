from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestSecurity(ContractCase):
    """Walls between companies, salespeople and customers: each with a user who is refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own_user = new_test_user(
            cls.env, "own", groups="cn285_contract.group_contract_user_own"
        )
        cls.all_user = new_test_user(cls.env, "all", groups="cn285_contract.group_contract_user")
        cls.manager = new_test_user(
            cls.env, "manager", groups="cn285_contract.group_billing_manager"
        )
        cls.clerk = new_test_user(cls.env, "clerk", groups="base.group_user")
        cls.portal = new_test_user(cls.env, "portal", groups="base.group_portal")
        cls.mine = cls._create_contract(user_id=cls.own_user.id)
        cls.theirs = cls._create_contract(user_id=cls.all_user.id)
        cls.other_company = cls.env["res.company"].create({"name": "Filiale"})
        cls.abroad = cls.env["cn285.contract"].create(
            {"partner_id": cls.customer.id, "company_id": cls.other_company.id}
        )

    def _visible(self, user, model="cn285.contract"):
        return self.env[model].with_user(user).search([("id", "in", self._all(model).ids)])

    def _all(self, model):
        contracts = self.mine | self.theirs | self.abroad
        return {
            "cn285.contract": contracts,
            "cn285.contract.item": contracts.item_ids,
            "cn285.billing.schedule": contracts.schedule_ids,
        }[model]

    def test_user_of_own_contracts(self):
        self.assertEqual(self._visible(self.own_user), self.mine)
        for model in ("cn285.contract.item", "cn285.billing.schedule"):
            self.assertEqual(self._visible(self.own_user, model).contract_id, self.mine)
        with self.assertRaises(AccessError):
            self.theirs.with_user(self.own_user).read(["name"])
        with self.assertRaises(AccessError):
            self.theirs.item_ids.with_user(self.own_user).write({"quantity": 9})
        with self.assertRaises(AccessError):
            self.theirs.with_user(self.own_user).action_close()
        with self.assertRaises(AccessError):
            self.theirs.with_user(self.own_user).preview_invoices(1)

    def test_user_of_all_contracts(self):
        self.assertEqual(self._visible(self.all_user), self.mine | self.theirs)
        self.mine.with_user(self.all_user).item_ids.quantity = 2
        self.assertEqual(self.mine.item_ids.quantity, 2)

    def test_who_reads_the_books_reads_contracts_and_writes_none(self):
        self._bill("2026-01-15")
        for group in ("account.group_account_invoice", "account.group_account_readonly"):
            with self.subTest(group=group):
                user = new_test_user(self.env, group, groups=group)
                contract = self._visible(user)
                self.assertEqual(contract, self.mine | self.theirs)
                contract[0].read()
                invoice = contract[0].invoice_ids
                invoice.read([name for name in invoice._fields if name.startswith("cn285_")])
                contract.item_ids.read()
                for write in (
                    lambda contract=contract: contract.write({"client_ref": "x"}),
                    lambda contract=contract: contract.item_ids.write({"price_unit": 1.0}),
                    lambda contract=contract: contract[0].action_close(),
                ):
                    with self.assertRaises(AccessError):
                        write()

    def test_reading_the_books_widens_no_right_to_write(self):
        """Who writes own contracts and may read all of them writes his own."""
        self.own_user.group_ids |= self.env.ref("account.group_account_invoice")
        self.assertEqual(self._visible(self.own_user), self.mine | self.theirs)
        self.mine.with_user(self.own_user).client_ref = "PO 1"
        with self.assertRaises(AccessError):
            self.theirs.with_user(self.own_user).write({"client_ref": "x"})
        with self.assertRaises(AccessError):
            self.theirs.item_ids.with_user(self.own_user).write({"price_unit": 1.0})

    def test_other_company_is_closed(self):
        for user in (self.own_user, self.all_user, self.manager):
            self.assertNotIn(self.abroad, self._visible(user))
            with self.assertRaises(AccessError):
                self.abroad.with_user(user).read(["name"])
            with self.assertRaises(AccessError):
                self.abroad.with_user(user).write({"client_ref": "x"})

    def test_contract_user_edits_items_and_the_schedule_follows(self):
        contract = self.mine.with_user(self.own_user)
        contract.item_ids.price_unit = 77.0
        # An edit of what runs is a change of today.
        self.assertEqual(self.mine.change_ids.mapped("type"), ["price"])
        today = self.mine.company_id._cn285_today()
        later = self.mine.schedule_ids.filtered(lambda row: row.period_start >= today)
        self.assertEqual(set(later.mapped("price_unit")), {77.0})
        fresh = (
            self.env["cn285.contract"]
            .with_user(self.own_user)
            .create(
                {
                    "partner_id": self.customer.id,
                    "item_ids": [(0, 0, {"product_id": self.subscription.id})],
                }
            )
        )
        fresh.action_confirm()
        self.assertEqual(len(fresh.schedule_ids), 13)

    def test_contract_user_neither_bills_nor_touches_the_schedule(self):
        runs = self.env["cn285.billing.run"].with_user(self.all_user)
        with self.assertRaises(AccessError):
            runs.create({"date": date(2026, 1, 15)})
        run = self.env["cn285.billing.run"].create({"date": date(2026, 1, 15)})
        with self.assertRaises(AccessError):
            run.with_user(self.all_user).action_run()
        row = self.mine.schedule_ids[0].with_user(self.own_user)
        for change in ({"price_unit": 1.0}, {"state": "cancelled"}):
            with self.assertRaises(AccessError):
                row.write(change)
        with self.assertRaises(AccessError):
            row.unlink()

    def test_billing_manager_bills_without_being_administrator(self):
        run = (
            self.env["cn285.billing.run"]
            .with_user(self.manager)
            .create({"date": date(2026, 1, 15)})
        )
        run.action_run()
        self.assertEqual(run.state, "done", run.issue_ids.mapped("reason"))
        self.assertEqual(run.row_count, 2)
        self.assertEqual(run.invoice_ids.mapped("state"), ["posted"])

    def test_employee_without_group_sees_nothing(self):
        for model in ("cn285.contract", "cn285.contract.item", "cn285.billing.run"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.clerk).search([])

    def test_templates_are_configured_by_the_manager(self):
        vals = {"name": "Hosting"}
        with self.assertRaises(AccessError):
            self.env["cn285.contract.template"].with_user(self.all_user).create(vals)
        template = self.env["cn285.contract.template"].with_user(self.manager).create(vals)
        self.assertEqual(template.with_user(self.own_user).name, "Hosting")

    def test_portal_user_sees_his_own(self):
        self.assertFalse(self._visible(self.portal))
        with self.assertRaises(AccessError):
            self.mine.with_user(self.portal).read(["name"])
        own = self._create_contract(partner_id=self.portal.partner_id.id)
        draft = self._create_contract(partner_id=self.portal.partner_id.id, confirm=False)
        seen = self.env["cn285.contract"].with_user(self.portal).search([])
        self.assertEqual(seen, own)
        with self.assertRaises(AccessError):
            draft.with_user(self.portal).read(["name"])
        self.assertEqual(len(own.with_user(self.portal).preview_invoices(2)), 2)
        for change in (
            lambda: own.with_user(self.portal).write({"date_end": date(2026, 2, 1)}),
            lambda: own.with_user(self.portal).action_close(),
            lambda: own.item_ids.with_user(self.portal).write({"price_unit": 0.0}),
            lambda: own.schedule_ids[0].with_user(self.portal).write({"net": 0.0}),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_colleagues_of_the_customer_share_his_contracts(self):
        self.portal.partner_id.parent_id = self.customer
        seen = self.env["cn285.contract"].with_user(self.portal).search([])
        self.assertEqual(seen, self.mine | self.theirs)

    def test_end_customer_of_a_reseller_sees_no_prices(self):
        reseller = self.env["res.partner"].create({"name": "Telecom Distribution"})
        contract = self._create_contract(
            partner_id=self.portal.partner_id.id, reseller_id=reseller.id
        )
        seen = contract.with_user(self.portal)
        self.assertEqual(seen.name, contract.name)
        for look in (
            lambda: contract.item_ids.with_user(self.portal).read(["price_unit"]),
            lambda: contract.schedule_ids.with_user(self.portal).read(["amount"]),
            lambda: seen.preview_invoices(1),
            lambda: seen.read(["mrr"]),
        ):
            with self.assertRaises(AccessError):
                look()

    def test_contract_user_without_accounting_rights(self):
        draft = self._create_contract(confirm=False, user_id=self.own_user.id)
        self.assertEqual(draft.with_user(self.own_user).invoice_count, 0)
        draft.with_user(self.own_user).unlink()
        self.assertFalse(draft.exists())
        run = self._bill(date(2026, 1, 15))
        seen = run.with_user(self.all_user)
        self.assertEqual((seen.invoice_count, seen.progress), (1, 100.0))
        self.assertMoney(seen.amount_untaxed, "200.00")

    def test_partner_of_another_company_is_refused(self):
        partner = self.env["res.partner"].create(
            {"name": "Only there", "company_id": self.other_company.id}
        )
        with self.assertRaisesRegex(Exception, "Only there|company"):
            self._create_contract(partner_id=partner.id)

    def test_settings_are_not_set_back_by_a_remote_call(self):
        """Odoo's ``execute`` asks for an administrator; what it calls is public too."""
        for user in (self.manager, self.own_user, self.clerk, self.portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                call_kw(self.env["res.config.settings"].with_user(user), "set_values", [[]], {})
