"""Entries of chosen journals go as journal entries."""

from datetime import date

from odoo import Command

from .common import NetsuiteCase
from .suitetalk.store import child, text_of


class TestJournals(NetsuiteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.revrec = cls.env["account.journal"].create(
            {"name": "Revenue recognition", "code": "RVR", "type": "general"}
        )
        accounts = cls.env["account.account"]
        cls.deferred = accounts.create(
            {
                "code": "487285",
                "name": "Deferred revenue",
                "account_type": "liability_current",
            }
        )
        cls.income = cls.backend.map_ids.filtered(lambda line: line.external_id == "54").account_id
        cls.backend.write(
            {
                "netsuite_journal_ids": [Command.set(cls.revrec.ids)],
                "map_ids": [
                    Command.create(
                        {"kind": "account", "account_id": cls.deferred.id, "external_id": "60"}
                    )
                ],
            }
        )

    def entry(self, amount=100.0, day=date(2026, 1, 31), post=True):
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.revrec.id,
                "date": day,
                "ref": "January",
                "line_ids": [
                    Command.create({"account_id": self.deferred.id, "debit": amount}),
                    Command.create(
                        {"account_id": self.income.id, "credit": amount, "name": "Recognised"}
                    ),
                ],
            }
        )
        if post:
            move.action_post()
        return move

    def sides(self, record):
        """{account: (debit, credit)} of an entry there."""
        return {
            child(line, "account").get("internalId"): (
                text_of(line, "debit"),
                text_of(line, "credit"),
            )
            for line in record.lines()
        }

    def test_entries_of_a_month_go_and_balance(self):
        for amount in (100.0, 33.33, 0.01):
            self.entry(amount)
        self.entry(post=False)
        self.work()
        found = self.there("JournalEntry")
        self.assertEqual(len(found), 3)
        self.assertEqual(self.sides(found[1]), {"60": ("33.33", ""), "54": ("", "33.33")})
        self.assertEqual(found[0].ref("subsidiary")[0], "1")
        self.assertEqual(found[0].text("tranDate")[:10], "2026-01-31")

    def test_an_accrual_goes_with_its_reversal_date_and_the_reversal_does_not(self):
        move = self.entry()
        reversal = move._reverse_moves([{"date": date(2026, 2, 1)}])
        reversal.action_post()
        self.work()
        (there,) = self.there("JournalEntry")
        self.assertEqual(there.text("reversalDate")[:10], "2026-02-01")
        self.assertFalse(self.binding(reversal, "journal"))

    def test_a_reversal_that_comes_later_is_added_to_what_went(self):
        move = self.entry()
        self.work()
        (there,) = self.there("JournalEntry")
        self.assertNotIn("reversalDate", there.fields)
        move._reverse_moves([{"date": date(2026, 2, 1)}]).action_post()
        self.work()
        self.assertEqual(there.text("reversalDate")[:10], "2026-02-01")
        self.assertEqual(len(self.there("JournalEntry")), 1)

    def test_the_sales_journal_instead_of_invoices(self):
        sales = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)], limit=1
        )
        tax_account = self.tax.invoice_repartition_line_ids.account_id
        self.backend.write(
            {
                "netsuite_journal_ids": [Command.link(sales.id)],
                "map_ids": [
                    Command.create(
                        {"kind": "account", "account_id": tax_account.id, "external_id": "61"}
                    )
                ],
            }
        )
        invoice = self.invoice(journal_id=sales.id)
        self.work(rounds=2)
        self.assertFalse(self.there("Invoice"))
        income = invoice.invoice_line_ids.account_id
        self.assertEqual(income, self.income)
        (there,) = self.there("JournalEntry")
        sides = self.sides(there)
        self.assertEqual(sides["10"], ("120.00", ""))
        self.assertEqual(sides["54"], ("", "100.00"))
        self.assertEqual(sides["61"], ("", "20.00"))
        receivable = next(
            line for line in there.lines() if child(line, "account").get("internalId") == "10"
        )
        (customer,) = self.there("Customer")
        self.assertEqual(child(receivable, "entity").get("internalId"), customer.internal_id)

    def test_an_account_without_counterpart_is_parked(self):
        move = self.entry(post=False)
        other = self.env["account.account"].create(
            {"code": "706285", "name": "Other income", "account_type": "income"}
        )
        move.line_ids[1].account_id = other
        move.action_post()
        self.work()
        row = self.rows("parked")
        self.assertIn("706285", row.reason)
        self.assertIn("Mappings", row.reason)
        self.backend.map_ids = [
            Command.create({"kind": "account", "account_id": other.id, "external_id": "55"})
        ]
        row.action_try_again()
        self.work()
        self.assertEqual(len(self.there("JournalEntry")), 1)

    def test_an_entry_taken_back_is_deleted_there(self):
        move = self.entry()
        self.work()
        move.button_draft()
        self.work()
        self.assertFalse(self.there("JournalEntry"))

    def test_other_journals_do_not_go(self):
        self.entry().button_draft()
        self.work()
        clearing = self.backend.netsuite_clearing_journal_id
        move = self.entry(post=False)
        move.journal_id = clearing
        move.action_post()
        self.work()
        self.assertFalse(self.there("JournalEntry"))
