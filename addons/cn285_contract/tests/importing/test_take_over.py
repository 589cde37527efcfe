"""Contracts in mid-life come from another system, and go on to the cent."""

import base64
from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_import.engine.xlsx import read_workbook
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_import_contracts import LoaderCase

CONTRACTS = "id,partner,date_start,state\nTO-C,TO-CUST,2022-01-31,active\n"
HEAD = "id,contract,product,price_unit,date_start,alignment,billing_type,recurring_unit"
TAKEN = "billed_until,billed_from,billed_amount,billed_ref,billed_on"
# Fields of a contract's items in mid-life: the months from the 31st, at our price; a year in
# advance, at what it cost then; a fee that was billed long ago.
ITEMS = f"""{HEAD},{TAKEN}
TO-M,TO-C,TO-SUB,100,2022-01-31,anniversary,fixed,month,2026-01-30,,,F-2025-1201,2025-12-31
TO-Y,TO-C,TO-SUB,1200,2023-07-01,anniversary,fixed,year,2026-06-30,,960,F-2025-0077,2025-07-01
TO-F,TO-C,TO-FEE,250,2022-01-31,,one_shot,,2022-01-31,,,,
"""


class TakeOverCase(LoaderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {"cn285_change_day": "new", "cn285_end_day": "billed", "cn285_change_billing": "once"}
        )
        cls.subscription.default_code = "TO-SUB"
        cls.setup_fee.default_code = "TO-FEE"
        cls.customer.ref = "TO-CUST"
        cls.manager = new_test_user(
            cls.env,
            "to_manager",
            groups="cn285_contract.group_billing_manager,account.group_account_invoice",
        )
        cls.clerk = new_test_user(cls.env, "to_clerk", groups="cn285_contract.group_contract_user")

    def _load_as(self, user, contracts=CONTRACTS, items=ITEMS, **more):
        files = {"contracts.csv": contracts, "items.csv": items}
        files |= {f"{name}.csv": text for name, text in more.items()}
        context = {"tracking_disable": True}
        return (
            self.env["cn285.import.loader"]
            .with_user(user)
            .with_context(**context)
            ._load_files(list(files.items()), namespace="cn285_test")
        )

    def _taken(self, key):
        rows = self._loaded(key).schedule_ids.filtered(lambda row: row.state == "taken_over")
        return [
            (row.period_start.isoformat(), row.period_end.isoformat(), self._cents(row.amount))
            for row in rows.sorted("period_start")
        ]

    def _planned(self, key, count=2):
        rows = self._loaded(key).schedule_ids.filtered(lambda row: row.state == "planned")
        return [
            (row.period_start.isoformat(), row.period_end.isoformat(), self._cents(row.amount))
            for row in rows.sorted("period_start")[:count]
        ]

    def _end(self, key, day):
        """End an item as the clerk does, on its last day; what a run bills of it then."""
        item = self._loaded(key)
        change = (
            self.env["cn285.contract.change"]
            .with_user(self.manager)
            .create(
                {
                    "contract_id": item.contract_id.id,
                    "item_id": item.id,
                    "type": "end_item",
                    "date_effective": day,
                }
            )
        )
        change.action_schedule()
        return change


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestTakeOver(TakeOverCase):
    def test_contract_goes_on_from_where_it_was_billed(self):
        report = self._load_as(self.manager)
        self.assertEqual(self._errors(report), [])
        self.assertEqual(report.notes, [])
        contract = self._loaded("TO-C")
        self.assertEqual((contract.state, contract.billing_hold), ("active", False))
        self.assertEqual(self._taken("TO-M"), [("2025-12-31", "2026-01-30", "100.00")])
        self.assertEqual(self._taken("TO-Y"), [("2025-07-01", "2026-06-30", "960.00")])
        self.assertEqual(self._taken("TO-F"), [("2022-01-31", "2022-01-31", "250.00")])
        # Periods are cut from the 31st, whatever month was billed last; the fee is never billed.
        self.assertEqual(
            self._planned("TO-M", 3),
            [
                ("2026-01-31", "2026-02-27", "100.00"),
                ("2026-02-28", "2026-03-30", "100.00"),
                ("2026-03-31", "2026-04-29", "100.00"),
            ],
        )
        self.assertEqual(self._planned("TO-Y", 1), [("2026-07-01", "2027-06-30", "1200.00")])
        self.assertEqual(self._planned("TO-F"), [])
        row = self._loaded("TO-Y").schedule_ids.filtered(lambda row: row.state == "taken_over")
        self.assertEqual(row.former_invoice, "F-2025-0077")
        self.assertIn("billed elsewhere, before the contract was taken over", row.explanation)
        run = self._bill(date(2026, 2, 28))
        self.assertMoney(run.amount_untaxed, "200.00")
        # Days taken over are not planned again as the horizon moves on.
        with freeze_time("2027-08-01"):
            self.env["cn285.contract"]._cron_extend_schedules()
        starts = self._loaded("TO-M").schedule_ids.mapped("period_start")
        self.assertEqual(min(starts), date(2025, 12, 31))
        self.assertEqual(len(starts), len(set(starts)))

    def test_loaded_again_it_changes_nothing(self):
        self._load_as(self.manager)
        rows = self._loaded("TO-C").schedule_ids
        report = self._load_as(self.manager)
        self.assertEqual((dict(report.created), dict(report.updated)), ({}, {}))
        self.assertEqual(self._errors(report), [])
        self.assertEqual(self._loaded("TO-C").schedule_ids, rows)

    def test_credit_of_what_was_billed_elsewhere(self):
        """960.00 for a year, of which 91 of 365 days are not owed: 239.34, not 299.18 of 1,200."""
        self._load_as(self.manager)
        change = self._end("TO-Y", "2026-03-31")
        self.assertEqual(change.state, "scheduled")
        with freeze_time("2026-04-01 10:00:00"):
            contract = self._loaded("TO-C")
            self._bill(date(2026, 1, 31), contract_ids=[(6, 0, contract.ids)])
            run = self._bill(date(2026, 4, 1))
            credits = self._loaded("TO-Y").schedule_ids.filtered(lambda row: row.kind == "credit")
            self.assertMoney(sum(credits.mapped("amount")), "-239.34")
            line = run.invoice_ids.invoice_line_ids.filtered(lambda line: "Credit" in line.name)
            self.assertMoney(abs(line.price_subtotal), "239.34")
            self.assertIn("F-2025-0077 of 07/01/2025", line.name)
            self.assertIn("Credits on: F-2025-0077 of 07/01/2025", line.move_id.narration)
            self.assertEqual(line.tax_ids, self.tax)

    def test_credit_note_alone_names_the_former_invoice(self):
        items = "\n".join(line for line in ITEMS.splitlines() if "TO-M" not in line)
        self._load_as(self.manager, items=items)
        change = self._end("TO-Y", "2026-01-15")
        self.assertEqual(change.state, "applied")
        move = self._bill(date(2026, 1, 31)).invoice_ids
        # 16 January to 30 June: 166 of 365 days of 960.00.
        self.assertEqual((move.move_type, move.state), ("out_refund", "posted"))
        self.assertMoney(move.amount_untaxed, "436.60")
        self.assertMoney(move.amount_tax, "87.32")
        self.assertIn("F-2025-0077", move.narration)
        self.assertFalse(move.reversed_entry_id)
        self._bill(date(2026, 12, 31))
        self.assertEqual(self._loaded("TO-C").invoice_ids, move, "nothing is credited twice")

    def test_other_quantity_within_a_period_billed_elsewhere(self):
        """A price from 1 April on: 91 days of 960.00 go back, and are billed at the new price."""
        self._load_as(self.manager)
        with freeze_time("2026-04-01 10:00:00"):
            self._bill(date(2026, 4, 1))
            item = self._loaded("TO-Y")
            change = self.env["cn285.contract.change"].create(
                {
                    "contract_id": item.contract_id.id,
                    "item_id": item.id,
                    "type": "quantity",
                    "date_effective": "2026-04-01",
                    "values": {"quantity": 2.0},
                }
            )
            change.action_schedule()
            run = self._bill(date(2026, 4, 1))
            # 2,400 × 91/365 = 598.36, less 239.34.
            self.assertMoney(run.amount_untaxed, "359.02")

    def test_part_of_a_period_and_an_invoice_of_several(self):
        items = (
            f"{HEAD},{TAKEN}\n"
            "TO-P,TO-C,TO-SUB,310,2023-01-01,calendar,fixed,month,2026-01-10,,,,\n"
            "TO-Q,TO-C,TO-SUB,40,2023-01-01,calendar,fixed,month,2026-03-31,2026-01-01,100,F1,\n"
        )
        self._load_as(self.manager, items=items)
        self.assertEqual(self._taken("TO-P"), [("2026-01-01", "2026-01-10", "100.00")])
        self.assertEqual(
            self._planned("TO-P"),
            [("2026-01-11", "2026-01-31", "210.00"), ("2026-02-01", "2026-02-28", "310.00")],
        )
        amounts = [amount for *_days, amount in self._taken("TO-Q")]
        self.assertEqual(amounts, ["33.33", "33.34", "33.33"])
        self._end("TO-Q", "2026-01-31")
        with freeze_time("2026-02-01 10:00:00"):
            self._bill(date(2026, 2, 1))
        credits = self._loaded("TO-Q").schedule_ids.filtered(lambda row: row.kind == "credit")
        self.assertMoney(sum(credits.mapped("amount")), "-66.67")

    def test_prices_with_tax_inside(self):
        inside = self.tax.copy({"name": "20 % inside", "price_include_override": "tax_included"})
        self.subscription.taxes_id = inside
        items = f"{HEAD},{TAKEN}\nTO-T,TO-C,TO-SUB,120,,calendar,fixed,month,2026-01-31,,50,F2,\n"
        self._load_as(self.manager, CONTRACTS.replace("-31,act", "-01,act"), items)
        row = self._loaded("TO-T").schedule_ids.filtered(lambda row: row.state == "taken_over")
        self.assertMoney(row.amount, "50.00")
        self.assertMoney(row.net, "60.00")
        self._end("TO-T", "2026-01-15")
        move = self._bill(date(2026, 1, 31)).invoice_ids
        # 16 of 31 days: 30.97 with tax.
        self.assertMoney(move.amount_total, "30.97")

    def test_discounts_of_a_template_are_used_up(self):
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Launch",
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.subscription.id,
                            "price_unit": 100.0,
                            "alignment": "calendar",
                            "discount_ids": [
                                (0, 0, {"month_from": 1, "month_count": 3, "percent": 50.0})
                            ],
                        },
                    )
                ],
            }
        )
        contracts = "id,partner,date_start,template,state\nTO-D,TO-CUST,2025-12-01,Launch,draft\n"
        self._load_as(self.manager, contracts, "id\n")
        contract = self._loaded("TO-D")
        contract.item_ids.billed_until = "2026-01-31"
        contract.action_confirm()
        rows = self._rows(contract)[:3]
        self.assertEqual([row[-1] for row in rows], ["50.00", "50.00", "100.00"])
        self.assertEqual(rows[0][0], "2026-01-01")
        self.assertEqual(template.item_ids.discount_ids.month_count, 3)

    def test_impossible_bills_are_refused_with_a_reason(self):
        cases = {
            "TO-1,2023-01-01,,2022-12-31,,,": "before it is billed at all",
            "TO-2,2023-01-01,2025-12-31,2026-01-31,,,": "after its end",
            "TO-3,2023-01-01,,,,12,": "the last day that was billed is missing",
            "TO-4,2023-01-01,,2026-01-31,2026-02-01,,": "after its last day",
            "TO-5,2023-01-01,,2026-01-31,2022-12-01,,": "before it is billed at all",
            "TO-6,2023-01-01,,31/01/2026,,,": "is not a date",
        }
        head = "id,date_start,date_end,billed_until,billed_from,billed_amount,billed_ref"
        lines = [f"{line},TO-C,TO-SUB,100" for line in cases]
        items = "\n".join([f"{head},contract,product,price_unit", *lines])
        report = self._load_as(self.manager, items=items)
        reasons = {line: reason for file, line, reason in self._errors(report) if "items" in file}
        for line, words in enumerate(cases.values(), 2):
            self.assertIn(words, reasons[line])
        self.assertEqual(self._loaded("TO-C").state, "draft")


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestBillingHold(TakeOverCase):
    BACK = f"{HEAD}\nTO-B,TO-C,TO-SUB,100,2024-01-15,anniversary,fixed,month\n"

    def test_years_that_are_past_are_not_billed_unasked(self):
        report = self._load_as(self.manager, items=self.BACK)
        self.assertEqual(self._errors(report), [])
        contract = self._loaded("TO-C")
        self.assertTrue(contract.billing_hold)
        self.assertIn("01/15/2024 (25 periods)", contract.billing_hold_reason)
        self.assertIn("1 contracts are on billing hold", report.notes[0])
        run = self._bill(date(2026, 1, 31))
        self.assertFalse(run.invoice_ids)
        self.assertFalse(run.issue_ids, "a held contract is no fault of the run")
        # The contract by itself is not billed either, and says why.
        alone = self._bill(date(2026, 1, 31), contract_ids=[(6, 0, contract.ids)])
        self.assertFalse(alone.invoice_ids)
        # The column that was missing: what was billed elsewhere is not billed here any more.
        head, line = self.BACK.splitlines()
        report = self._load_as(self.manager, items=f"{head},billed_until\n{line},2026-01-14\n")
        self.assertEqual(self._errors(report), [])
        self.assertEqual(self._taken("TO-B"), [("2025-12-15", "2026-01-14", "100.00")])
        with self.assertRaises(AccessError):
            contract.with_user(self.clerk).action_release_billing()
        contract.with_user(self.manager).action_release_billing()
        self.assertFalse(contract.billing_hold)
        self.assertMoney(self._bill(date(2026, 1, 31)).amount_untaxed, "100.00")
        # Once something was billed here, what was billed before does not change.
        report = self._load_as(self.manager, items=f"{head},billed_until\n{line},2026-02-14\n")
        [(_file, _line, reason)] = self._errors(report)
        self.assertIn("was billed here", reason)

    def test_back_billing_that_is_asked_for(self):
        contracts = CONTRACTS.replace("state", "state,bill_past").replace("active", "active,yes")
        self._load_as(self.manager, contracts, self.BACK)
        self.assertFalse(self._loaded("TO-C").billing_hold)
        self.assertMoney(self._bill(date(2026, 1, 15)).amount_untaxed, "2500.00")

    def test_hold_of_a_file_is_released_once_and_for_all(self):
        contracts = CONTRACTS.replace("state", "state,billing_hold").replace("active", "active,yes")
        self._load_as(self.manager, contracts)
        contract = self._loaded("TO-C")
        self.assertTrue(contract.billing_hold)
        self.assertFalse(self._bill(date(2026, 1, 31)).invoice_ids)
        with self.assertRaises(AccessError):
            contract.with_user(self.manager).billing_hold = False
        contract.with_user(self.manager).action_release_billing()
        self._load_as(self.manager, contracts)
        self.assertFalse(contract.billing_hold, "loaded again, it is not held again")
        self.assertMoney(self._bill(date(2026, 1, 31)).amount_untaxed, "100.00")
        contract.with_user(self.manager).action_hold_billing()
        self.assertFalse(self._bill(date(2026, 2, 28)).invoice_ids)

    def test_who_says_what_was_billed_elsewhere(self):
        """Of a running contract a billing manager alone, and nobody once it was credited."""
        self._load_as(self.manager)
        item = self._loaded("TO-Y")
        with self.assertRaises(UserError):
            item.with_user(self.clerk).billed_until = "2027-06-30"
        item.with_user(self.manager).billed_amount = 480.0
        self.assertEqual(self._taken("TO-Y"), [("2025-07-01", "2026-06-30", "480.00")])
        self._end("TO-Y", "2026-01-15")
        self._bill(date(2026, 1, 15))
        with self.assertRaises(UserError):
            item.with_user(self.manager).billed_amount = 960.0

    def test_cancelled_and_back_to_draft(self):
        self._load_as(self.manager)
        contract = self._loaded("TO-C").with_user(self.manager)
        contract.action_cancel()
        self.assertEqual(self._taken("TO-Y"), [])
        contract.action_draft()
        contract.action_confirm()
        self.assertEqual(self._taken("TO-Y"), [("2025-07-01", "2026-06-30", "960.00")])
        self.assertEqual(self._planned("TO-M", 1)[0][0], "2026-01-31")


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestCompare(TakeOverCase):
    """A month is billed and undone, and told contract by contract against the old invoices."""

    def _compare(self, text, **values):
        wizard = (
            self.env["cn285.take.over.compare"]
            .with_user(self.manager)
            .create(
                {
                    "date_from": "2026-02-01",
                    "date_until": "2026-02-28",
                    "file": base64.b64encode(text.encode()),
                    "file_name": "old.csv",
                    **values,
                }
            )
        )
        wizard.action_compare()
        [(_title, table)] = read_workbook("r.xlsx", base64.b64decode(wizard.result))
        return wizard, {
            row.cells["Contract"]: (row.cells["Difference"], row.cells["Reason"])
            for row in table.rows
        }

    def test_month_is_compared_and_those_that_agree_are_released(self):
        contracts = "id,partner,date_start,state,billing_hold\n"
        items = f"{HEAD},billed_until\n"
        for number in range(1, 6):
            contracts += f"TO-{number},TO-CUST,2024-01-01,active,yes\n"
            items += f"I-{number},TO-{number},TO-SUB,100,,calendar,fixed,month,2026-01-31\n"
        items += "I-2B,TO-2,TO-SUB,12.50,,calendar,fixed,month,2026-01-31\n"
        items += "I-5B,TO-5,TO-SUB,7.00,,calendar,fixed,month,2025-12-31\n"
        self.assertEqual(self._errors(self._load_as(self.manager, contracts, items)), [])
        names = {n: self._loaded(f"TO-{n}").name for n in range(1, 6)}
        moves = self.env["account.move"].search_count([])
        rows = self.env["cn285.billing.schedule"].search([], order="id").mapped("state")
        # The file names contracts by number or by the id of its rows; two lines of one add up.
        text = (
            f"contract;amount\n{names[1]};60,00\n{names[1]};40,00\n{names[2]};100,00\n"
            f"{names[3]};120,00\n{names[5]};107,00\n"
        )
        wizard, found = self._compare(text)
        self.assertEqual(found[names[1]], ("0", "agrees"))
        self.assertEqual(found[names[2]][0], "12.5")
        self.assertIn("here also: [TO-SUB] API access (02/01/2026", found[names[2]][1])
        self.assertEqual(found[names[3]], ("-20", "the file's amount includes tax"))
        self.assertEqual(found[names[4]], ("100", "the file says nothing of it"))
        self.assertEqual(found[names[5]][0], "7")
        self.assertIn("due here since before", found[names[5]][1])
        self.assertIn("1 of 5 contracts agree", wizard.summary)
        # Nothing of it stays.
        self.assertEqual(self.env["account.move"].search_count([]), moves)
        after = self.env["cn285.billing.schedule"].search([], order="id").mapped("state")
        self.assertEqual(after, rows)
        held = {n for n in range(1, 6) if self._loaded(f"TO-{n}").billing_hold}
        self.assertEqual(held, {1, 2, 3, 4, 5})
        wizard.action_release()
        held = {n for n in range(1, 6) if self._loaded(f"TO-{n}").billing_hold}
        self.assertEqual(held, {2, 3, 4, 5})
        self.assertMoney(self._bill(date(2026, 2, 28)).amount_untaxed, "100.00")

    def test_files_that_cannot_be_compared(self):
        self._load_as(self.manager)
        name = self._loaded("TO-C").name
        cases = {
            "contract,total\nx,1\n": "has no column “amount”",
            "contract,amount\nNOBODY,1\n": "line 2: there is no contract “NOBODY”",
            f'contract,amount\n{name},"1,234"\n': "may be read in two ways",
            "": "the file is empty",
        }
        for text, words in cases.items():
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self._compare(text or "\n")
        _wizard, found = self._compare(f'contract,amount\n{name},"1,234"\n', decimal=".")
        # 31 January, which is due since before, and 28 February: 200.00.
        self.assertEqual(found[name][0], "-1034")
        with self.assertRaises(AccessError):
            self.env["cn285.take.over.compare"].with_user(self.clerk).create({})
