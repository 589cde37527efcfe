"""Changes that are planned for later, open invoices, requirements of products, reasons."""

from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from .test_take_over import HEAD, TakeOverCase

ITEMS = f"{HEAD},billed_until\nTO-M,TO-C,TO-SUB,100,,calendar,fixed,month,2026-01-31\n"
CONTRACT = "id,partner,date_start,state\nTO-C,TO-CUST,2024-01-01,active\n"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestImportMore(TakeOverCase):
    def test_changes_that_are_planned_are_applied_on_their_day(self):
        """2 of 100.00 from 1 March, then 90.00 each from 1 April."""
        changes = (
            "contract;item;type;date;values;note\n"
            "TO-C;TO-M;quantity;2026-03-01;quantity: 2;agreed\n"
            "TO-C;TO-M;Price;2026-04-01;price_unit: 90,00;\n"
        )
        files = (CONTRACT, ITEMS)
        report = self._load_as(self.manager, *files, changes=changes)
        self.assertEqual(self._errors(report), [])
        planned = self._loaded("TO-C").change_ids
        self.assertEqual(set(planned.mapped("state")), {"scheduled"})
        again = self._load_as(self.manager, *files, changes=changes)
        self.assertEqual((again.skipped["changes"], again.errors), (2, []))
        for day, amount in (("2026-02-01", "100.00"), ("2026-03-01", "200.00"),
                            ("2026-04-01", "180.00")):  # fmt: skip
            with freeze_time(f"{day} 10:00:00"):
                run = self._bill(date.fromisoformat(day))
                self.assertMoney(run.amount_untaxed, amount)

    def test_changes_that_cannot_be_planned(self):
        contracts = f"{CONTRACT}TO-D,TO-CUST,2026-01-01,draft\n"
        items = f"{ITEMS}TO-E,TO-D,TO-SUB,10,,calendar,fixed,month,\n"
        cases = {
            "TO-C,TO-M,quantity,2025-03-01,quantity: 2": "is past",
            "TO-D,TO-E,quantity,2026-03-01,quantity: 2": "is a draft: the change waits",
            "TO-C,TO-M,quantity,2026-03-01,quantity: two": "“two” is not a number",
            "TO-C,TO-M,quantity,2026-03-02,amount: 2": "“amount” is not allowed",
            "TO-C,TO-M,quantity,2026-03-03,2": "is not written like quantity: 3",
            "TO-C,TO-M,promote,2026-03-04,quantity: 2": "“promote” is not allowed",
        }
        changes = "contract,item,type,date,values\n" + "\n".join(cases)
        report = self._load_as(self.manager, contracts, items, changes=changes)
        reasons = {line: reason for _file, line, reason in self._errors(report)}
        for line, words in enumerate(cases.values(), 2):
            self.assertIn(words, reasons[line])
        self.assertFalse(self._loaded("TO-C").change_ids)

    def test_open_invoices_are_open_items_of_customers(self):
        self.env["account.account"].create(
            {"name": "Opening", "code": "TOOPEN", "account_type": "asset_current"}
        )
        # What 1.200 is, the other amounts of the file say.
        text = (
            "partner;number;date;due_date;amount;account\n"
            "TO-CUST;F-2025-1;2025-11-30;2025-12-30;1.200;TOOPEN\n"
            "TO-CUST;A-2025-2;2025-12-01;;-200,50;TOOPEN\n"
            "TO-CUST;F-2025-3;2025-12-01;;0;TOOPEN\n"
        )
        for _again in range(2):
            report = self._load_as(self.accountant(), CONTRACT, ITEMS, open_invoices=text)
            [(_file, line, reason)] = self._errors(report)
            self.assertEqual((line, "other than zero" in reason), (4, True), reason)
        lines = self.env["account.move.line"].search(
            [("partner_id", "=", self.customer.id), ("account_type", "=", "asset_receivable")]
        )
        self.assertEqual(
            [
                (line.name, self._cents(line.amount_residual), line.date_maturity.isoformat())
                for line in lines.sorted("balance", reverse=True)
            ],
            [("F-2025-1", "1200.00", "2025-12-30"), ("A-2025-2", "-200.50", "2025-12-01")],
        )
        self.assertEqual(set(lines.mapped("parent_state")), {"posted"})

    def accountant(self):
        self.manager.group_ids |= self.env.ref("account.group_account_user")
        return self.manager

    def test_requirements_and_reasons(self):
        files = {
            "requirements": "product,requires,excludes\nTO-FEE,TO-SUB,\n",
            "change_reasons": "code,name\nMOVED,Moves house\n",
            "credit_reasons": "name\nWas down\n",
        }
        self.manager.group_ids |= self.env.ref("product.group_product_manager")
        for again in range(2):
            report = self._load_as(self.manager, CONTRACT, ITEMS, **files)
            self.assertEqual(self._errors(report), [])
            self.assertEqual(report.skipped["requirements"], again)
        self.assertEqual(
            self.setup_fee.product_tmpl_id.cn285_requires_ids, self.subscription.product_tmpl_id
        )
        self.assertEqual(self._loaded("MOVED").name, "Moves house")
        self.assertEqual(self._loaded("Was%20down")._name, "cn285.credit.reason")
