"""Bundles on contracts: what is billed, and what changes let through."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common_bundle import BundleCase

FEBRUARY = {"cn285_date_start": date(2026, 2, 1)}


class BundleContractCase(BundleCase):
    def _invoice(self, contract, day):
        """The invoices of a contract that a run up to a day makes."""
        before = contract.invoice_ids
        self._bill(day)
        return contract.invoice_ids - before

    def _change(self, item, kind, day, **values):
        change = (
            self.env["cn285.contract.change"]
            .with_user(self.manager)
            .create(
                {
                    "contract_id": item.contract_id.id,
                    "item_id": item.id,
                    "type": kind,
                    "date_effective": day,
                    "values": {
                        name: value.id if hasattr(value, "id") else value
                        for name, value in values.items()
                    },
                }
            )
        )
        change.action_schedule()
        return change.sudo()

    def _running(self, bundle, day=None):
        """The components of a bundle's item that run."""
        return bundle._cn285_members(day).sorted(lambda item: (item.sequence, item.id))

    def assertLines(self, invoice, *expected):
        """Lines of an invoice: first line of the text, quantity, amount without tax, rate."""
        self.assertEqual(
            [
                (
                    line.name.splitlines()[0],
                    line.quantity,
                    self._cents(line.price_subtotal),
                    sum(line.tax_ids.mapped("amount")),
                )
                for line in invoice.invoice_line_ids.sorted("sequence")
            ],
            list(expected),
        )


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestBundleContracts(BundleContractCase):
    # === WHAT IS BILLED === #

    def test_items_know_their_bundle(self):
        contract = self._contracted(
            self.team, {self.mobile: 1, self.net: 2, self.support: 1}, **FEBRUARY
        )
        bundle, *parts = contract.item_ids
        self.assertEqual((bundle.billing_type, bundle.price_unit), ("none", 35.0))
        self.assertEqual(bundle.cn285_component_ids, contract.item_ids - bundle)
        self.assertEqual(
            [part.cn285_combo_item_id.product_id for part in parts],
            [self.mobile, self.net, self.support],
        )
        # 35.00 over 30 : 2 × 15: 17.50 and 12.00 more; 8.75 for each of two.
        self.assertPrices(
            contract.item_ids[1:],
            ("Mobile", 1.0, "29.50"),
            ("Internet", 2.0, "8.75"),
            ("Support", 1.0, "0.00"),
        )
        self.assertEqual(
            [self._cents(item.mrr_committed) for item in contract.item_ids],
            ["0.00", "29.50", "17.50", "0.00"],
        )
        self.assertFalse(bundle.schedule_ids | parts[2].schedule_ids)

    def test_one_line(self):
        contract = self._contracted(
            self.team, {self.mobile: 1, self.net: 1, self.support: 1}, **FEBRUARY
        )
        invoice = self._invoice(contract, "2026-02-01")
        self.assertLines(invoice, ("Team – from 02/01/2026 to 02/28/2026", 1.0, "47.00", 20.0))
        [line] = invoice.invoice_line_ids
        self.assertEqual(line.name.splitlines()[1:], ["- Mobile", "- Internet", "- Support"])
        self.assertEqual((line.product_id, line.price_unit), (self.team, 47.0))
        self.assertMoney(invoice.amount_total, "56.40")
        rows = contract.schedule_ids.filtered(lambda row: row.move_id == invoice)
        self.assertEqual(rows.move_line_id, line)
        self.assertEqual([self._cents(row.amount) for row in rows.sorted("id")], ["35.33", "11.67"])
        self.assertFalse(
            self.env["ir.attachment"].search(
                [
                    ("res_model", "=", "account.move"),
                    ("res_id", "=", invoice.id),
                    ("name", "like", ".csv"),
                ]
            )
        )

    def test_first_month(self):
        """22 of 31 days: 15.55, 7.78 and 11.67 become 11.04, 5.52 and 8.28."""
        contract = self._contracted(self.office)
        invoice = self._invoice(contract, "2026-01-10")
        self.assertLines(invoice, ("Office – from 01/10/2026 to 01/31/2026", 1.0, "24.84", 20.0))
        self.assertMoney(invoice.amount_total, "29.81")

    def test_a_line_for_each_rate(self):
        contract = self._contracted(self.team, {self.mobile: 1, self.press: 1}, **FEBRUARY)
        invoice = self._invoice(contract, "2026-02-01")
        part = "Team (in part: taxes or accounts differ) – from 02/01/2026 to 02/28/2026"
        self.assertLines(invoice, (part, 1.0, "38.25", 20.0), (part, 1.0, "8.75", 10.0))
        self.assertMoney(invoice.amount_tax, "8.53")
        self.assertMoney(invoice.amount_total, "55.53")

    def test_all_components(self):
        self.office.cn285_bundle_invoice = "all"
        contract = self._contracted(self.office, **FEBRUARY)
        days = "from 02/01/2026 to 02/28/2026"
        self.assertLines(
            self._invoice(contract, "2026-02-01"),
            (f"Office · Telephone – {days}", 1.0, "15.55", 20.0),
            (f"Office · Fax – {days}", 1.0, "7.78", 20.0),
            (f"Office · Internet – {days}", 1.0, "11.67", 20.0),
        )

    def test_discount_and_number_of_bundles(self):
        """Three at 10 % off: 53.34, 26.67, 39.99 less 5.33, 2.67 and 4.00 is 108.00."""
        order = self._bundled(self.office, **FEBRUARY)
        order.order_line[0].write(
            {"cn285_bundle_price": 40.0, "discount": 10.0, "product_uom_qty": 3.0}
        )
        order.action_confirm()
        invoice = self._invoice(order.cn285_contract_id.sudo(), "2026-02-01")
        self.assertLines(invoice, ("Office – from 02/01/2026 to 02/28/2026", 3.0, "108.00", 20.0))
        [line] = invoice.invoice_line_ids
        self.assertEqual((line.price_unit, line.discount), (40.0, 10.0))

    def test_first_months_at_a_discount(self):
        terms = self.office.product_tmpl_id.cn285_template_item_id
        terms.discount_ids = [Command.create({"month_count": 1, "percent": 50.0})]
        contract = self._contracted(self.office, **FEBRUARY)
        # 7.775, 3.89 and 5.835 round to 7.78, 3.89 and 5.84.
        self.assertMoney(self._invoice(contract, "2026-02-01").amount_untaxed, "17.51")
        self.assertMoney(self._invoice(contract, "2026-03-01").amount_untaxed, "35.00")
        with self.assertRaises(ValidationError):
            terms.discount_ids[0].write({"percent": 0.0, "amount": 5.0})
            self.office.product_tmpl_id.cn285_template_item_id = terms

    def test_quick_writer_makes_them(self):
        contract = self._contracted(self.team, {self.mobile: 1, self.press: 1}, **FEBRUARY)
        self._contracted(self.office, **FEBRUARY)
        run = self._bill("2026-02-01")
        self.assertEqual(run.writing_summary, f"{run.invoice_count} quick")
        self.assertTrue(contract.invoice_ids)
        self.assertFalse(self.env["cn285.invoice.writer"]._quick_report().obstacles)

    # === HOW IT COMES ABOUT === #

    def test_confirmed_complete_or_not(self):
        """Also where no quotation stands behind it: by hand, by a file or a program."""
        contracts = self.env["cn285.contract"].with_user(self.manager)
        contract = contracts.create(
            {
                "partner_id": self.customer.id,
                "date_start": date(2026, 2, 1),
                "item_ids": [
                    Command.create(
                        {"product_id": self.team.id, "billing_type": "none", "price_unit": 35.0}
                    )
                ],
            }
        )
        with (
            self.assertRaisesRegex(ValidationError, "Team is not complete"),
            self.env.cr.savepoint(),
        ):
            contract.action_confirm()
        bundle = contract.item_ids
        with (
            self.assertRaisesRegex(ValidationError, "does not offer API access"),
            self.env.cr.savepoint(),
        ):
            contract.item_ids = [
                Command.create(
                    {"product_id": self.subscription.id, "cn285_bundle_line_id": bundle.id}
                )
            ]
        contract.item_ids = [
            Command.create(
                {
                    "product_id": self.phone.id,
                    "price_unit": 35.0,
                    "quantity": 2.0,
                    "cn285_bundle_line_id": bundle.id,
                }
            )
        ]
        part = contract.item_ids - bundle
        self.assertEqual(part.cn285_combo_item_id, self.choices[self.phone])
        with self.assertRaisesRegex(ValidationError, "at most 1"), self.env.cr.savepoint():
            contract.action_confirm()
        part.quantity = 1.5
        with self.assertRaisesRegex(ValidationError, "do not fit"), self.env.cr.savepoint():
            contract.action_confirm()
        part.quantity = 1.0
        contract.action_confirm()
        self.assertEqual(contract.state, "active")
        with self.assertRaises(UserError):
            part.cn285_bundle_line_id = False
        with (
            self.assertRaisesRegex(UserError, "by a change of the bundle"),
            self.env.cr.savepoint(),
        ):
            contract.item_ids = [
                Command.create({"product_id": self.fax.id, "cn285_bundle_line_id": bundle.id})
            ]

    def test_copies(self):
        contract = self._contracted(self.office, **FEBRUARY)
        copy = contract.with_user(self.manager).copy()
        bundle, *parts = copy.item_ids
        self.assertEqual(bundle.cn285_component_ids, copy.item_ids - bundle)
        self.assertEqual(len(parts), 3)
        copy.action_confirm()

    def test_files_name_the_bundle(self):
        files = {
            "contracts.csv": (
                f"id,partner,date_start,state\nBU-C,{self.customer.name},2026-02-01,active\n"
            ),
            "items.csv": (
                "id,contract,product,price_unit,billing_type,bundle\n"
                "BU-2,BU-C,Telephone,23.33,fixed,BU-1\n"
                "BU-3,BU-C,Fax,11.67,fixed,BU-1\n"
                "BU-1,BU-C,Team,35,none,\n"
            ),
        }
        loader = self.env["cn285.import.loader"].with_user(self.manager)
        report = loader._load_files(list(files.items()), namespace="cn285_bundle_test")
        self.assertFalse([error.reason for error in report.errors])
        contract = self.env["cn285.contract"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(contract.state, "active")
        bundle = contract.item_ids.filtered(lambda item: item.product_id == self.team)
        self.assertEqual(len(bundle.cn285_component_ids), 2)
        self.assertMoney(self._invoice(contract, "2026-02-01").amount_untaxed, "35.00")

    def test_sellers_read_and_write_nothing(self):
        contract = self._contracted(self.office, **FEBRUARY)
        part = contract.item_ids[1].with_user(self.seller)
        self.assertEqual(part.cn285_bundle_line_id, contract.item_ids[0])
        with self.assertRaises(AccessError):
            part.cn285_bundle_line_id = False

    # === LATER CHANGES === #

    def test_component_comes(self):
        """From March 35.00 over 20 : 15 is 20.00 and 15.00; in April with the fax, as ever."""
        contract = self._contracted(self.team, {self.phone: 1}, **FEBRUARY)
        bundle = contract.item_ids[0]
        self._bill("2026-02-01")
        self._change(bundle, "bundle_component", "2026-03-01", product_id=self.net)
        self._change(bundle, "bundle_component", "2026-04-01", product_id=self.fax, quantity=1)
        with freeze_time("2026-03-01 09:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
            self.assertPrices(
                self._running(bundle), ("Telephone", 1.0, "20.00"), ("Internet", 1.0, "15.00")
            )
            self.assertMoney(self._invoice(contract, "2026-03-01").amount_untaxed, "35.00")
        with freeze_time("2026-04-01 09:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
            self.assertPrices(
                self._running(bundle, date(2026, 4, 1)),
                ("Telephone", 1.0, "15.55"),
                ("Internet", 1.0, "11.67"),
                ("Fax", 1.0, "7.78"),
            )
            self.assertLines(
                self._invoice(contract, "2026-04-01"),
                ("Team – from 04/01/2026 to 04/30/2026", 1.0, "35.00", 20.0),
            )
        # sudo: the job that files amendments runs as the superuser.
        contract.change_ids.sudo()._job_file_amendments()
        papers = contract.document_ids.filtered(lambda paper: paper.kind == "amendment")
        self.assertEqual(len(papers), 2, "each of them alters what was agreed")

    def test_bundle_comes_to_a_running_contract(self):
        contract = self._create_contract([{"alignment": "calendar"}])
        changes = self.env["cn285.contract.change"].with_user(self.manager)
        wanted = {str(product.id): count for product, count in ((self.mobile, 1), (self.net, 2))}
        for values, told in (
            ({"components": {str(self.fax.id): 1}}, "not complete"),
            ({"components": {str(self.subscription.id): 1}}, "does not offer"),
            ({"components": {"x": 1}}, "told as numbers"),
            ({"components": wanted, "billing_type": "none"}, "in periods, or once"),
            ({"components": wanted, "price_unit": -1.0}, "not negative"),
        ):
            with self.assertRaisesRegex(ValidationError, told), self.env.cr.savepoint():
                changes.create(
                    {
                        "contract_id": contract.id,
                        "type": "add_item",
                        "date_effective": "2026-02-01",
                        "values": {"product_id": self.team.id, **values},
                    }
                ).action_schedule()
        change = changes.create(
            {
                "contract_id": contract.id,
                "type": "add_item",
                "date_effective": "2026-02-01",
                "values": {"product_id": self.team.id, "quantity": 2, "components": wanted},
            }
        )
        change.action_schedule()
        with freeze_time("2026-02-01 09:00:00"):
            changes.sudo()._apply_all_due(self.company)
        self.assertFalse(change.sudo().error)
        bundle = change.sudo().result_item_id
        # 35.00 over 30 : 2 × 15: 17.50 and 12.00 more; 8.75 for each of two.
        self.assertPrices(
            bundle | self._running(bundle),
            ("Team", 2.0, "35.00"),
            ("Mobile", 2.0, "29.50"),
            ("Internet", 4.0, "8.75"),
        )
        self._bill("2026-02-01")
        lines = contract.invoice_ids.invoice_line_ids.filtered(
            lambda line: line.product_id == self.team
        )
        self.assertEqual([(line.quantity, line.price_subtotal) for line in lines], [(2.0, 94.0)])

    def test_component_is_swapped(self):
        """The telephone for a mobile: 35.00 over 30 : 10, and 12.00 more."""
        contract = self._contracted(self.team, {self.phone: 1, self.fax: 1}, **FEBRUARY)
        bundle, phone, _fax = contract.item_ids
        self._bill("2026-02-01")
        self._change(phone, "swap_component", "2026-03-01", product_id=self.mobile)
        with freeze_time("2026-03-01 09:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
            self.assertMoney(self._invoice(contract, "2026-03-01").amount_untaxed, "47.00")
        mobile = bundle.cn285_component_ids.filtered(lambda item: item.product_id == self.mobile)
        self.assertEqual(mobile.predecessor_id, phone)
        self.assertPrices(
            self._running(bundle, date(2026, 3, 1)), ("Mobile", 1.0, "38.25"), ("Fax", 1.0, "8.75")
        )

    def test_rules_hold_for_changes(self):
        contract = self._contracted(self.team, {self.mobile: 1, self.press: 1}, **FEBRUARY)
        bundle, mobile, press = contract.item_ids
        cases = [
            (bundle, "bundle_component", {"product_id": self.fax}, "cannot stand with"),
            (bundle, "bundle_component", {"product_id": self.phone}, "at most 1"),
            (bundle, "bundle_component", {"product_id": self.subscription}, "does not offer"),
            (
                bundle,
                "bundle_component",
                {"product_id": self.mobile, "quantity": 0},
                "not complete",
            ),
            (
                bundle,
                "bundle_component",
                {"product_id": self.press, "quantity": 1.5},
                "whole number",
            ),
            (bundle, "bundle_component", {"product_id": self.press}, "1 times already"),
            (mobile, "swap_component", {"product_id": self.phone}, "requires Mobile"),
            (mobile, "swap_component", {"product_id": self.press}, "in the bundle already"),
            (bundle, "swap_component", {"product_id": self.phone}, "not a part of a bundle"),
            (mobile, "end_item", {}, "not complete"),
            (mobile, "quantity", {"quantity": 2}, "is a part of the bundle"),
            (mobile, "price", {"price_unit": 1.0}, "is a part of the bundle"),
            (bundle, "price", {"price_unit": None}, "give the price of the bundle"),
            (bundle, "quantity", {"quantity": 0}, "is ended"),
            (bundle, "pause", {}, "this is for single items"),
            (
                press,
                "billing_period",
                {"recurring_interval": 1, "recurring_unit": "year"},
                "is a part of the bundle",
            ),
        ]
        for item, kind, values, told in cases:
            with (
                self.subTest(kind=kind, told=told),
                self.assertRaisesRegex(ValidationError, told),
                self.env.cr.savepoint(),
            ):
                self._change(item, kind, "2026-03-01", **values)
        with self.assertRaisesRegex(ValidationError, "is a part of the bundle"):
            mobile.with_user(self.manager).quantity = 3.0

    def test_quantity_and_price_of_the_bundle(self):
        contract = self._contracted(self.team, {self.phone: 1, self.net: 2}, **FEBRUARY)
        bundle = contract.item_ids[0]
        self._change(bundle, "quantity", "2026-03-01", quantity=4)
        self._change(bundle, "price", "2026-04-01", price_unit=40.0, discount=10.0)
        with freeze_time("2026-04-01 09:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        # 35.00 over 20 : 30 is 14.00 and 21.00; 40.00 is 16.00 and 24.00, 12.00 each.
        self.assertPrices(
            self._running(bundle), ("Telephone", 4.0, "16.00"), ("Internet", 8.0, "12.00")
        )
        self._bill("2026-04-01")
        amounts = [
            self._cents(move.amount_untaxed) for move in contract.invoice_ids.sorted("invoice_date")
        ]
        self.assertEqual(amounts, ["35.00", "140.00", "144.00"])

    def test_end_of_the_bundle(self):
        contract = self._contracted(self.team, {self.phone: 1, self.net: 1}, **FEBRUARY)
        bundle = contract.item_ids[0]
        self._bill("2026-02-01")
        change = self._change(bundle, "end_item", "2026-03-14")
        self.assertEqual(set(contract.item_ids.mapped("planned_end")), {date(2026, 3, 14)})
        change.with_user(self.manager).action_cancel()
        self.assertEqual(set(contract.item_ids.mapped("planned_end")), {False})
        self._change(bundle, "end_item", "2026-02-14")
        with freeze_time("2026-02-15 09:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
            self.assertEqual(set(contract.item_ids.mapped("date_end")), {date(2026, 2, 14)})
            # Half of 20.00 and of 15.00.
            credit = self._invoice(contract, "2026-03-01")
            self.assertEqual(credit.move_type, "out_refund")
            self.assertMoney(credit.amount_untaxed, "17.50")

    def test_credit_of_a_component_that_ends(self):
        """Half of February: see the money below."""
        self.choices[self.fax].extra_price = 5.60
        contract = self._contracted(
            self.team, {self.mobile: 1, self.net: 1, self.fax: 1}, **FEBRUARY
        )
        bundle, _mobile, _net, fax = contract.item_ids
        # 35.00 over 30 : 15 : 10 is 19.09, 9.55 and 6.36; 12.00 and 5.60 more.
        self.assertMoney(self._invoice(contract, "2026-02-01").amount_untaxed, "52.60")
        self._change(fax, "end_item", "2026-02-14")
        with freeze_time("2026-02-15 09:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
            self.assertPrices(
                self._running(bundle, date(2026, 2, 15)),
                ("Mobile", 1.0, "35.33"),
                ("Internet", 1.0, "11.67"),
            )
            invoice = self._invoice(contract, "2026-03-01")
        # Of half a month 5.98, 15.54 and 4.77 are credited, 17.67 and 5.84 charged: 2.78 back. Half
        # of 5.60 is 2.80: each component rounds by itself. Then 47.00 for March.
        credit = invoice.filtered(lambda move: move.move_type == "out_refund")
        self.assertMoney(credit.amount_untaxed, "2.78")
        self.assertMoney((invoice - credit).amount_untaxed, "47.00")

    def test_new_holder(self):
        contract = self._contracted(self.team, {self.phone: 1, self.net: 1}, **FEBRUARY)
        other = self.env["res.partner"].create({"name": "Café Durand"})
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "type": "holder",
                "date_effective": "2026-03-01",
                "values": {"partner_id": other.id},
            }
        )
        change.action_schedule()
        with freeze_time("2026-03-01 09:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        items = change.result_contract_id.item_ids
        bundle = items.filtered(lambda item: item._cn285_is_bundle())
        self.assertEqual(bundle.cn285_component_ids, items - bundle)
        self.assertEqual(len(items), 3)
