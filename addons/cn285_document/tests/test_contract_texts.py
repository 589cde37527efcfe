from freezegun import freeze_time
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .test_contract_papers import PaperCase, text_of

BODY = "{{ parties }}\n\n%s\n\n{{ items }}\n\n{{ terms }}\n\n{{ law }}"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 10:00:00")
class TestContractTexts(PaperCase):
    """A billing manager edits the texts with a preview; what is typed is text, and never run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "texts_manager", "base.group_user,cn285_contract.group_billing_manager"
        )
        letters = cls.env["cn285.letter.template"].with_user(cls.manager)
        common = letters.search([("kind", "=", "contract")], limit=1)
        cls.own = letters.browse(common.action_copy_for_company()["res_id"])

    def test_the_preview_follows_while_one_types(self):
        contract = self._confirmed()
        with Form(self.own) as form:
            form.body = BODY % "Typed just now, for {{ customer }}."
            self.assertIn("Typed just now, for Boulangerie Martin.", form.preview)
            self.assertIn(contract.name, form.preview)
            # Lines of an address stay lines.
            self.assertRegex(form.preview, "Boulangerie Martin<br ?/?>3 rue du Four<br")
            form.body = BODY % "{{ custmer }}"
            self.assertIn("custmer", form.preview)
            self.assertIn("is nothing that the text may hold", form.preview)
            form.body = BODY % "Right again."
        self.assertIn("Right again.", self.own.body)

    def test_slips_are_told_in_words(self):
        for text, said in (
            ("{{ custmer }}", "custmer"),
            ("{{ contract.env.cr }}", "contract.env.cr"),
            ("{{ 7 * 7 }}", "7 * 7"),
            ("{{ customer", "may hold"),
            ("Items: {{ items }}", "line of its own"),
        ):
            with (
                self.subTest(text),
                self.assertRaisesRegex(ValidationError, said.replace("*", ".")),
            ):
                self.own.body = BODY % text
        with self.assertRaisesRegex(ValidationError, "law"):
            self.own.body = "{{ parties }}\n\n{{ items }}\n\n{{ terms }}"

    def test_nothing_that_is_typed_or_named_is_run(self):
        self.customer.name = "{{ company }} <img src=x onerror=alert(1)>"
        self.company.cn285_files_documents = False
        contract = self._confirmed()
        typed = "<script>alert(2)</script> ${7*7} {%7*7%} %(company)s <t t-out='7*7'/>"
        self.own.body = BODY % typed
        self.own.invalidate_recordset()
        for bad in ("<script>", "<img", "<t t-out"):
            self.assertNotIn(bad, self.own.preview)
        contract.with_user(self.seller).action_file_contract()
        words = text_of(self._papers(contract, "contract")[:1])
        self.assertIn("{{ company }} <img src=x onerror=alert(1)>", words)
        self.assertIn("${7*7} {%7*7%} %(company)s", words)

    def test_who_writes_which(self):
        for login, groups in (
            ("texts_clerk", "cn285_contract.group_contract_user"),
            ("texts_reader", "cn285_contract.group_contract_reader"),
        ):
            user = new_test_user(self.env, login, f"base.group_user,{groups}")
            with self.subTest(login), self.assertRaises(AccessError):
                self.own.with_user(user).body = BODY % "mine"

    def test_the_example_is_of_the_own_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._confirmed()
        letters = self.env["cn285.letter.template"]
        theirs = letters.create(
            {
                "name": "Contract",
                "kind": "contract",
                "company_id": other.id,
                "subject": "Contract {{ contract }}",
                "body": BODY % "x",
            }
        )
        self.assertNotIn("Boulangerie Martin", theirs.preview)
