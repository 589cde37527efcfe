from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestPartnerArchive(ContractCase):
    """Contacts whom running contracts need are not archived; the reason is told in words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env,
            "archivist",
            groups="base.group_partner_manager,cn285_contract.group_contract_user",
        )
        cls.other = cls.env["res.partner"].create({"name": "Jeanne Petit"})

    def _refused(self, partner, *words):
        """The contact cannot be archived by a clerk, by a write or by the action."""
        mine = partner.with_user(self.clerk)
        for archive in (mine.action_archive, lambda: mine.write({"active": False})):
            with self.assertRaises(UserError) as refusal:
                archive()
            for word in words:
                self.assertIn(word, str(refusal.exception))
        self.assertTrue(partner.active)

    def test_customer(self):
        contract = self._create_contract()
        self._refused(self.customer, "Boulangerie Martin", contract.name, "Customer")
        self._create_contract()
        self._refused(self.customer, contract.name, "1 more")

    def test_roles(self):
        self._create_contract(reseller_id=self.other.id)
        self._refused(self.other, "Reseller")
        address = self.env["res.partner"].create({"name": "Compta", "parent_id": self.customer.id})
        self._create_contract(partner_invoice_id=address.id)
        self._refused(address, "Invoice Address")
        user = self.env["res.partner"].create({"name": "Paul Utilisateur"})
        contract = self._create_contract([{"beneficiary_id": user.id}])
        self._refused(user, "Beneficiary", contract.name)
        contract.item_ids.with_user(self.clerk).beneficiary_id = False
        user.with_user(self.clerk).action_archive()
        self.assertFalse(user.active)

    def test_after_the_end_and_drafts(self):
        self._create_contract(partner_id=self.other.id, confirm=False)
        self.other.with_user(self.clerk).action_archive()
        self.assertFalse(self.other.active)
        contract = self._create_contract()
        contract.action_close(date(2026, 1, 10))
        self.assertNotIn(contract.state, ("active", "paused", "suspended"))
        self.customer.with_user(self.clerk).action_archive()
        self.assertFalse(self.customer.active)

    def test_paused_and_of_another_company(self):
        contract = self._create_contract()
        contract._inside().write({"state": "paused"})
        self._refused(self.customer, contract.name)
        abroad = self.env["res.company"].create({"name": "Filiale"})
        far = self.env["cn285.contract"].create(
            {"partner_id": self.other.id, "company_id": abroad.id, "date_start": "2026-01-01"}
        )
        far._inside().write({"state": "active"})
        self._refused(self.other, far.name, "Filiale")

    def test_one_question_for_many(self):
        many = self.env["res.partner"].create([{"name": f"Contact {i}"} for i in range(50)])
        (many | self.other)._cn285_running()
        with self.assertQueryCount(4):
            many._cn285_running()
