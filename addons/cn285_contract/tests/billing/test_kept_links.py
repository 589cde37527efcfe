"""What links invoices to the schedule is the program's own: given at no door, not as default."""

from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common import ContractCase


@tagged("post_install", "-at_install")
class TestKeptLinks(ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env,
            "kept_clerk",
            "base.group_user,account.group_account_manager,cn285_contract.group_contract_user",
        )
        cls.contract = cls._create_contract([{}])
        cls._bill(date(2026, 1, 31))
        cls.invoice = cls.contract.schedule_ids.move_id[:1]
        cls.moves = cls.env["account.move"].with_user(cls.clerk)

    def _kept(self, model):
        """Fields of ours that only the program writes, each with a value to try."""
        fields = self.env[model]._fields
        return {
            name: self._slip(field)
            for name, field in fields.items()
            if name.startswith("cn285_") and field.readonly and name != "cn285_sums_lines"
        }

    def _slip(self, field):
        if field.type == "many2one":
            return self.env[field.comodel_name].search([], limit=1).id or 1
        if field.type in ("many2many", "one2many"):
            return [Command.set(self.env[field.comodel_name].search([], limit=1).ids)]
        return {"date": "2026-01-01", "char": "x", "boolean": True}.get(field.type, 1)

    def _vals(self, line=None, **values):
        line = {"name": "By hand", "price_unit": 10.0, **(line or {})}
        return {
            "move_type": "out_invoice",
            "partner_id": self.customer.id,
            "invoice_line_ids": [Command.create(line)],
            **values,
        }

    def test_given(self):
        tried = self._kept("account.move")
        self.assertLess({"cn285_contract_ids", "cn285_run_id", "cn285_origin_ids"}, set(tried))
        for name, value in tried.items():
            with self.subTest(name), self.assertRaisesRegex(AccessError, "kept by the program"):
                self.moves.create(self._vals(**{name: value}))
        for name, value in self._kept("account.move.line").items():
            with self.subTest(name), self.assertRaisesRegex(AccessError, "kept by the program"):
                self.moves.create(self._vals({name: value}))
        plain = self.moves.create(self._vals())
        for default in ({"cn285_contract_ids": [Command.set(self.contract.ids)]},):
            with self.assertRaisesRegex(AccessError, "kept by the program"):
                plain.copy(default)

    def test_as_a_default(self):
        """Of the context, or kept by the user."""
        context = {f"default_{name}": value for name, value in self._kept("account.move").items()}
        self.env["ir.default"].with_user(self.clerk).set(
            "account.move", "cn285_run_id", self._kept("account.move")["cn285_run_id"], user_id=True
        )
        lines = self._kept("account.move.line")
        context |= {f"default_{name}": value for name, value in lines.items()}
        made = self.moves.with_context(**context).create(self._vals())
        for record in (made, made.invoice_line_ids):
            for name in self._kept(record._name):
                if not record._fields[name].compute:
                    self.assertFalse(record.sudo()[name], name)

    def test_what_users_do_goes_on(self):
        """A copy by hand; a credit note and a goodwill credit that the program makes for him."""
        plain = self.moves.create(self._vals())
        self.assertEqual(plain.copy().amount_untaxed, 10.0)
        credit = self.invoice.with_user(self.clerk)._reverse_moves()
        self.assertEqual(credit.sudo().cn285_origin_ids, self.invoice)
        self.assertEqual(credit.sudo().cn285_contract_ids, self.contract)
        made = self.contract.with_user(self.clerk).credit_goodwill(5.0)
        goodwill = self.env["account.move"].browse(made["id"])
        self.assertEqual(goodwill.cn285_contract_ids, self.contract)
