from datetime import date

from lxml import etree
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import ContractCase

FORMS = ("cn285.contract", "cn285.contract.template")


@tagged("post_install", "-at_install")
class TestLinesOnScreen(ContractCase):
    """A line of a form that is not saved yet loses nothing, whoever filled it in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, "lines_clerk", groups="cn285_contract.group_billing_manager"
        )

    def _columns(self, model, kind):
        arch = etree.fromstring(self.env[model].with_user(self.clerk).get_view()["arch"])
        [columns] = arch.xpath(f"//field[@name='item_ids']/{kind}")
        return set(columns.xpath(".//field/@name"))

    def test_lists_have_all_that_is_required(self):
        for model in FORMS:
            lines = self.env[self.env[model]._fields["item_ids"].comodel_name]
            parent = self.env[model]._fields["item_ids"].inverse_name
            required = {
                name
                for name, field in lines._fields.items()
                if field.required and not field.readonly and name != parent
            }
            with self.subTest(model):
                self.assertGreaterEqual(self._columns(model, "list"), required)

    def test_lists_and_cards_have_all_that_the_dialog_types(self):
        for model in FORMS:
            parent = self.env[model]._fields["item_ids"].inverse_name
            lines = self.env[self.env[model]._fields["item_ids"].comodel_name]
            dialog = etree.fromstring(lines.with_user(self.clerk).get_view()["arch"])
            typed = {
                name
                for name in dialog.xpath("//field[not(ancestor::field)]/@name")
                if not lines._fields[name].readonly
                and lines._fields[name].type != "one2many"
                and name != parent
            }
            for kind in ("list", "kanban"):
                with self.subTest(f"{model}, {kind}"):
                    self.assertGreaterEqual(self._columns(model, kind), typed | {"discount_ids"})

    def _lists(self, node, model):
        """All lists of lines inside a view: ``(field, list node)``, also lists within lists."""
        for child in node:
            field = child.tag == "field" and self.env[model]._fields.get(child.get("name"))
            if field and field.type == "one2many":
                for columns in child.xpath("./list"):
                    yield field, columns
                yield from self._lists(child, field.comodel_name)
            else:
                yield from self._lists(child, model)

    def test_no_list_of_lines_misses_what_only_a_user_can_give(self):
        """Wherever lines are typed in a list: what is required, and has no default, is a column."""
        views = self.env["ir.ui.view"].search(
            [("model", "=like", "cn285.%"), ("type", "=", "form"), ("mode", "=", "primary")]
        )
        looked_at, missing = 0, []
        for view in views:
            arch = etree.fromstring(self.env[view.model].get_view(view.id)["arch"])
            for field, columns in self._lists(arch, view.model):
                if not columns.get("editable") or columns.get("create") == "0":
                    continue
                looked_at += 1
                shown = set(columns.xpath("./field/@name"))
                missing += [
                    (view.name, field.name, name)
                    for name, one in self.env[field.comodel_name]._fields.items()
                    if one.required
                    and not (one.default or one.compute or one.related or one.readonly)
                    and name not in shown
                    and name != field.inverse_name
                ]
        self.assertGreater(looked_at, 8)
        self.assertFalse(missing)

    def _template(self, **values):
        return self.env["cn285.contract.template"].create(
            {
                "name": "Pack",
                "item_ids": [
                    Command.create(
                        {
                            "product_id": self.subscription.id,
                            "price_unit": 60.0,
                            "discount_ids": [
                                Command.create(
                                    {
                                        "name": "Welcome",
                                        "month_from": 1,
                                        "month_count": 2,
                                        "percent": 50.0,
                                    }
                                )
                            ],
                            **values,
                        }
                    )
                ],
            }
        )

    def test_terms_of_a_template_chosen_on_a_screen(self):
        """As on a screen so in a program: each term of the template reaches the contract."""
        terms = {
            "first_period": "full",
            "last_period": "free",
            "billing_offset": -5,
            "period_count": 3,
            "in_mrr": True,
            "proration_basis": "thirty",
            "timing": "arrears",
            "trial_days": 3,
        }
        selection = dict(self.env["cn285.contract.item"]._fields["proration_basis"].selection)
        terms["proration_basis"] = list(selection)[-1]
        template = self._template(**terms)
        form = Form(self.env["cn285.contract"].with_user(self.clerk))
        form.partner_id = self.customer
        form.date_start = date(2026, 1, 1)
        form.template_id = template
        item = form.save().item_ids
        for name, value in terms.items():
            with self.subTest(name):
                self.assertEqual(item[name], value)
        self.assertEqual(
            item.discount_ids.mapped(lambda one: (one.name, one.percent, one.date_start)),
            [("Welcome", 50.0, date(2026, 1, 4))],
        )

    def test_discount_taken_off_a_filled_line(self):
        """What the user takes away from a line that a template filled in does not come back."""
        item = self.env["cn285.contract.item"].with_user(self.clerk)
        contract = self._create_contract(confirm=False)
        made = item.create(
            {
                **self._item_vals(),
                "contract_id": contract.id,
                "filled_from_id": self._template().item_ids.id,
                "discount_ids": [],
            }
        )
        self.assertFalse(made.discount_ids)
