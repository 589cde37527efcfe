from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
class TestPrivacyLookup(ContractCase):
    """The look-up finds what is in no field with a contact or an address."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(cls.env, "dpo", groups="base.group_system")
        cls.person = cls.env["res.partner"].create(
            {"name": "Jeanne Delacroix", "email": "jeanne@delacroix.example"}
        )

    def _found(self, name="Jeanne Delacroix", email="jeanne@delacroix.example"):
        wizard = self.env["privacy.lookup.wizard"].with_user(self.admin)
        wizard = wizard.create({"name": name, "email": email})
        wizard.action_lookup()
        lines = [(line.res_model, line.res_id) for line in wizard.line_ids]
        self.assertEqual(len(lines), len(set(lines)), "each is found once")
        return lines

    def test_contracts_items_and_changes(self):
        contract = self._create_contract(partner_id=self.person.id)
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "type": "terminate",
                "date_effective": "2026-03-31",
                "note": "Madame DELACROIX Jeanne a appelé",
            }
        )
        other = self._create_contract([{"beneficiary_id": self.person.id, "code": "0612345678"}])
        found = self._found()
        for record in (self.person, contract, change, other.item_ids):
            self.assertIn((record._name, record.id), found)
        self.assertNotIn((other._name, other.id), found)

    def test_whom_no_contact_names(self):
        contract = self._create_contract(note="<p>Appeler jeanne@delacroix.example</p>")
        self.person.unlink()
        self.assertNotIn((contract._name, contract.id), self._found("Jean Autre", "a@b.example"))

    def test_only_administrators(self):
        clerk = new_test_user(self.env, "clerk", groups="cn285_contract.group_billing_manager")
        with self.assertRaises(AccessError):
            self.env["privacy.lookup.wizard"].with_user(clerk).create(
                {"name": "x", "email": "x@y.example"}
            )
