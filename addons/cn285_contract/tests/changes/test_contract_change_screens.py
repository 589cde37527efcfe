from datetime import timedelta

from freezegun import freeze_time
from lxml import etree
from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from .test_contract_change_money import MoneyCase

TODAY = "2026-01-20"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-20 10:00:00")
class TestChangeDialog(MoneyCase):
    """The dialog that changes a contract: what it hands on, and the preview before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "dialog_user", "cn285_contract.group_contract_user")
        cls.contract = cls._create_contract([{"price_unit": 31.0, "alignment": "calendar"}])
        cls._bill(TODAY)

    def _dialog(self, kind):
        wizards = self.env["cn285.contract.change.wizard"].with_user(self.user)
        form = Form(wizards.with_context(default_contract_id=self.contract.id, default_type=kind))
        return form

    def test_preview_then_confirm(self):
        self.customer.is_company = True  # consumers read amounts with tax
        form = self._dialog("quantity")
        self.assertEqual(form.item_id, self.contract.item_ids)
        self.assertEqual(form.quantity, 1.0)
        form.quantity = 3.0
        wizard = form.save()
        wizard.action_preview()
        self.assertIn("36.00", wizard.preview_html)
        self.assertIn("Credit", wizard.preview_html)
        self.assertFalse(self.contract.change_ids)
        action = wizard.action_confirm()
        change = self.env["cn285.contract.change"].browse(action["res_id"])
        self.assertEqual((change.state, change.values), ("applied", {"quantity": 3.0}))
        self.assertEqual(change.requested_by, self.user)
        self.assertEqual(self.contract.item_ids.quantity, 3.0)
        self.assertEqual(self.contract.change_count, 1)

    def test_values_of_each_type(self):
        form = self._dialog("price")
        form.price_unit = 62.0
        self.assertEqual(form.save()._values(), {"price_unit": 62.0, "discount": 0.0})
        form.own_price = False
        self.assertEqual(form.save()._values(), {"price_unit": None, "discount": 0.0})
        form = self._dialog("add_item")
        form.product_id = self.setup_fee
        form.billing_type = "one_shot"
        values = form.save()._values()
        self.assertEqual(values["product_id"], self.setup_fee.id)
        self.assertNotIn("price_unit", values)
        form = self._dialog("pause")
        form.date_end = "2026-01-31"
        self.assertEqual(form.save()._values(), {"date_end": "2026-01-31"})
        form = self._dialog("payment_terms")
        self.assertEqual(form.save()._values(), {"payment_term_id": None})

    def test_the_first_possible_date_is_proposed(self):
        template = self.env["cn285.contract.template"].create(
            {"name": "Next", "cancellation_when": "next_billing"}
        )
        self.contract.template_id = template
        form = self._dialog("end_item")
        self.assertEqual(str(form.first_date), "2026-01-31")
        self.assertEqual(str(form.date_effective), "2026-01-31")

    def _path(self, kind, target):
        return self.env["cn285.tier.path"].create(
            {
                "product_from_id": self.subscription.id,
                "product_to_id": target.id,
                "kind": kind,
            }
        )

    def test_upgrades_offer_what_tier_paths_reach(self):
        """Up, down and beside: each its own; one way only is chosen by itself."""
        gold, silver, extra = (self._create_product(name, 200.0) for name in ("G", "S", "X"))
        self._path("upsell", gold)
        self._path("downsell", silver)
        self._path("cross_sell", extra)
        form = self._dialog("upsell")
        self.assertEqual((form.by_path, form.product_id), (True, gold))
        self.assertEqual(form.path_product_ids[:], gold)
        form.type = "downsell"
        self.assertEqual(form.product_id, silver)
        form.type = "cross_sell"
        self.assertEqual(form.product_id, extra)
        self._path("upsell", extra)
        form = self._dialog("upsell")
        self.assertFalse(form.product_id)
        self.assertEqual(form.path_product_ids[:], gold | extra)
        form.type = "add_item"
        self.assertFalse(form.by_path)

    def test_path_of_another_company_is_not_offered(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        gold = self._create_product("G", 200.0)
        self._path("upsell", gold).company_id = other
        self.assertFalse(self._dialog("upsell").path_product_ids[:])

    def test_types_stand_under_headings(self):
        """Each type that the dialog offers is under one heading, none under *Other*."""
        wizards = self.env["cn285.contract.change.wizard"].with_user(self.user)
        groups = wizards.new({"contract_id": self.contract.id}).type_groups
        offered = [name for name, _label in wizards._type_selection()]
        grouped = [name for _heading, names in groups for name in names]
        self.assertCountEqual(grouped, offered)
        self.assertEqual(groups[0][0], "Offer and Options")
        self.assertEqual(groups[-1][0], "End of the Contract")
        self.assertLessEqual(max(len(names) for _heading, names in groups), 7)

    def test_reasons_are_there_from_the_start(self):
        reasons = self.env["cn285.change.reason"].with_user(self.user)
        shipped = self.env["ir.model.data"].search(
            [("model", "=", reasons._name), ("module", "=", "cn285_contract")]
        )
        self.assertGreaterEqual(len(shipped), 15)
        self.assertIn("Too expensive", reasons.browse(shipped.mapped("res_id")).mapped("name"))

    def test_alike_items_are_told_apart(self):
        """By service number, else by who uses them: where they are chosen and looked for."""
        contract = self._create_contract(
            [
                {"name": "Vehicle", "code": "AB-123-CD"},
                {"name": "Vehicle", "beneficiary_id": self.customer.id},
                {"name": "Vehicle EF-456-GH", "code": "EF-456-GH"},
            ]
        )
        items = contract.item_ids.with_context(in_contract=True)
        self.assertEqual(
            items.mapped("display_name"),
            ["Vehicle (AB-123-CD)", f"Vehicle ({self.customer.name})", "Vehicle EF-456-GH"],
        )
        found = self.env["cn285.contract.item"].with_user(self.user).name_search("AB-123")
        self.assertEqual([one for one, _name in found], items[:1].ids)

    def test_no_exception_without_the_right(self):
        wizard = self._dialog("quantity").save()
        with self.assertRaises(AccessError):
            wizard.override = True

    def test_forms_and_lists_of_changes(self):
        self._change(self.contract, "pause", TODAY, date_end="2026-01-25")
        change = self.contract.change_ids[:1]
        Form(change)
        Form(self.contract)
        Form(self.contract.item_ids)
        self.assertEqual(self.contract.action_view_changes()["domain"][0][2], self.contract.id)
        self.assertIn(
            "01/25/2026",
            change.description + "".join(self.contract.change_ids.mapped("description")),
        )

    def test_what_the_type_says_is_not_told_twice(self):
        """Forms and lists show details, which are empty where the type says all."""
        end = self._change(self.contract, "terminate", TODAY, schedule=False)
        self.assertFalse(end.details)
        more = self._change(
            self.contract,
            "quantity",
            TODAY,
            item=self.contract.item_ids,
            schedule=False,
            quantity=4.0,
        )
        self.assertEqual(more.details, more.description)
        self.assertIn("Quantity: 4", more.details)

    def test_preview_of_a_fleet_shows_its_totals(self):
        """Ten lines of a kind, the sum of the others, and the totals right below."""
        contract = self._create_contract([{"price_unit": 31.0} for _n in range(25)])
        today = self.company._cn285_today()
        dialog = self.env["cn285.contract.change.wizard"].create(
            {"contract_id": contract.id, "type": "terminate", "date_effective": today}
        )
        dialog.action_preview()
        change = self._change(contract, "terminate", today, schedule=False)
        preview = change.preview()
        table = etree.fromstring(f"<div>{dialog.preview_html}</div>")
        rows = [" ".join("".join(row.itertext()).split()) for row in table.xpath("//tr")]
        self.assertEqual([len(preview[kind]) for kind in ("charges", "dropped")], [25, 25])
        # A consumer reads them with tax: 20 of 31 days at 31.00 for 15 vehicles, and whole months.
        self.assertTrue(preview["shows_tax"])
        self.assertEqual(
            [row for row in rows if "more lines" in row],
            [
                " ".join(f"… and 15 more lines {contract.currency_id.format(amount)}".split())
                for amount in (360.0, -558.0)
            ],
        )
        for badge in ("Charge", "Not Billed Any More"):
            self.assertEqual(len(table.xpath(f"//span[text()='{badge}']")), 10)


@tagged("post_install", "-at_install")
class TestChangePortal(HttpCase, MoneyCase):
    """Customers read the log of their contracts."""

    def test_log_in_the_portal(self):
        new_test_user(self.env, "log_portal", "base.group_portal", partner_id=self.customer.id)
        contract = self._create_contract([{}])
        today = self.company._cn285_today()
        self._change(contract, "quantity", today, item=contract.item_ids, quantity=4.0)
        draft = self._change(contract, "terminate", today, schedule=False)
        self.authenticate("log_portal", "log_portal")
        page = self.url_open(f"/my/contracts/{contract.id}").text
        self.assertIn('id="contract_changes"', page)
        self.assertIn("Quantity: 4", page)
        self.assertNotIn(draft.description + "</div>", page)

    def test_change_that_its_type_says_is_told_once(self):
        new_test_user(self.env, "log_portal", "base.group_portal", partner_id=self.customer.id)
        contract = self._create_contract([{}])
        end = self.company._cn285_today() + timedelta(days=40)
        change = self._change(contract, "terminate", end)
        self.authenticate("log_portal", "log_portal")
        page = self.url_open(f"/my/contracts/{contract.id}").text
        log = page.split('id="contract_changes"')[1].split("</section>")[0]
        self.assertEqual(change.description, change._type_label())
        self.assertEqual(log.count(change._type_label()), 1, log)
