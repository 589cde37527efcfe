"""Late fees: proposed, posted on a note of their own, waived; and who owes none."""

from datetime import date

from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import DebtCase


@tagged("post_install", "-at_install")
class TestLateFees(DebtCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fees = cls.env["cn285.late.fee"]
        cls.manager = new_test_user(
            cls.env,
            "fees_manager",
            "cn285_contract.group_billing_manager,account.group_account_invoice",
        )
        cls.clerk = new_test_user(cls.env, "fees_clerk", "cn285_contract.group_contract_user")
        cls.garage = cls._professional()

    def _late(self, price, due, paid=None, partner=None, day=None):
        """An invoice of so much with tax, due on a day, paid on another."""
        items = [{"price_unit": price}]
        day = day or date(2026, 1, 1) if due.year > 2025 else due.replace(day=1)
        _contract, move = self._billed(
            day, partner=partner or self.garage, due_days=(due - day).days, items=items
        )
        if paid:
            self._pay(move, paid)
        return move

    def _propose(self, moves, day):
        with imagined_day(day):
            return self.fees._propose(moves)

    def _amounts(self, fees):
        return {fee.kind: self._cents(fee.amount) for fee in fees}

    def test_penalty_and_indemnity(self):
        """1,200.00 due 31 January, paid 2 March, 12.15 %: 30 days, 11.98; and 40.00."""
        move = self._late(1000.0, date(2026, 1, 31), date(2026, 3, 2))
        self.assertMoney(move.amount_total, "1200.00")
        fees, failed = self._propose(move, date(2026, 4, 1))
        self.assertFalse(failed)
        self.assertEqual(self._amounts(fees), {"penalty": "11.98", "indemnity": "40.00"})
        penalty = fees.filtered(lambda fee: fee.kind == "penalty")
        self.assertIn("30/365", penalty.explanation)

    def test_figures_are_written_as_the_reader_writes_them(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        move = self._late(1000.0, date(2026, 1, 31), date(2026, 3, 2))
        with imagined_day(date(2026, 4, 1)):
            fees, _failed = self.fees.with_context(lang="fr_FR")._propose(move)
        penalty = fees.filtered(lambda fee: fee.kind == "penalty")
        self.assertIn("12,15", penalty.explanation)
        self.assertIn("11,9836", penalty.explanation)
        self.assertNotIn("12.15", penalty.explanation)

    def test_over_two_half_years(self):
        move = self._late(1200.0, date(2025, 6, 15), date(2025, 7, 20))
        fees, _failed = self._propose(move, date(2025, 8, 1))
        self.assertEqual(self._amounts(fees), {"penalty": "17.37", "indemnity": "40.00"})

    def test_a_day_late(self):
        move = self._late(83.0, date(2026, 1, 31), date(2026, 2, 1))
        self.assertMoney(move.amount_total, "99.60")
        fees, _failed = self._propose(move, date(2026, 2, 2))
        self.assertEqual(self._amounts(fees), {"penalty": "0.03", "indemnity": "40.00"})

    def test_paid_in_time_costs_nothing(self):
        move = self._late(1000.0, date(2026, 1, 31), date(2026, 1, 31))
        self.assertEqual(self._propose(move, date(2026, 4, 1)), (self.fees, {}))

    def test_parts_cut_it(self):
        """1,000.00 for ten days, 500.00 for twenty: 3.33 + 3.33."""
        untaxed = self._create_product("Untaxed", 1.0, taxes_id=[Command.clear()])
        day = date(2026, 1, 1)
        _contract, move = self._billed(
            day,
            partner=self.garage,
            due_days=30,
            items=[{"product_id": untaxed.id, "price_unit": 1000.0}],
        )
        self._pay(move, date(2026, 2, 10), 500.0)
        self._pay(move, date(2026, 3, 2))
        fees, _failed = self._propose(move, date(2026, 4, 1))
        self.assertEqual(self._amounts(fees), {"penalty": "6.66", "indemnity": "40.00"})

    def test_parts_over_two_half_years(self):
        """1,440.00 for 10 days and 1,000.00 for 5 at 13.15 %, then 1,000.00 and 500.00 for 10 days
        each at 12.15 %: 5.1879 + 1.8014 + 3.3288 + 1.6644, rounded once.
        """
        move = self._late(1200.0, date(2025, 6, 15))
        self._pay(move, date(2025, 6, 25), 440.0)
        self._pay(move, date(2025, 7, 10), 500.0)
        self._pay(move, date(2025, 7, 20))
        fees, _failed = self._propose(move, date(2025, 9, 1))
        self.assertEqual(self._amounts(fees), {"penalty": "11.98", "indemnity": "40.00"})

    def test_what_was_credited_was_never_owed(self):
        untaxed = self._create_product("Untaxed", 1.0, taxes_id=[Command.clear()])
        _contract, move = self._billed(
            date(2026, 1, 1),
            partner=self.garage,
            due_days=30,
            items=[{"product_id": untaxed.id, "price_unit": 1000.0}],
        )
        with imagined_day(date(2026, 2, 20)):
            refund = move._reverse_moves([{"invoice_date": date(2026, 2, 20)}], cancel=False)
            refund.invoice_line_ids.price_unit = 400.0
            refund.action_post()
            lines = (move | refund).line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            lines.reconcile()
        self.assertMoney(move.amount_residual, "600.00")
        fees, _failed = self._propose(move, date(2026, 3, 2))
        # 600 × 12.15 % × 30/365
        self.assertEqual(self._amounts(fees)["penalty"], "5.99")

    def test_three_invoices_of_one_contract(self):
        contract, first = self._billed(date(2026, 1, 1), partner=self.garage)
        with imagined_day(date(2026, 3, 1)):
            self._bill(date(2026, 3, 1), contract_ids=[Command.set(contract.ids)])
        moves = contract.invoice_ids
        self.assertEqual(len(moves), 3)
        fees, _failed = self._propose(moves, date(2026, 3, 20))
        indemnities = fees.filtered(lambda fee: fee.kind == "indemnity")
        self.assertMoney(sum(indemnities.mapped("amount")), "120.00")
        self.assertIn(first, indemnities.move_id)

    def test_terms_below_the_floor(self):
        """6 % in the terms, legal interest 2.62 %: 7.86 % are owed."""
        self._make_policy((1, "mail"), penalty_basis="terms", penalty_percent=6.0, indemnity=False)
        move = self._late(1000.0, date(2026, 1, 31), date(2026, 3, 2))
        fees, _failed = self._propose(move, date(2026, 4, 1))
        # 1,200 × 7.86 % × 30/365
        self.assertEqual(self._amounts(fees), {"penalty": "7.75"})

    def test_public_bodies(self):
        self._make_policy((1, "mail"), penalty_basis="public")
        move = self._late(1000.0, date(2026, 1, 31), date(2026, 3, 2))
        fees, _failed = self._propose(move, date(2026, 4, 1))
        # 1,200 × 10.15 % × 30/365
        self.assertEqual(self._amounts(fees), {"penalty": "10.01", "indemnity": "40.00"})

    def test_consumers_owe_legal_interest_from_the_notice_alone(self):
        """59.90 due 1 March, notice received on the 10th, paid 10 June: 92 days at 2.62 %."""
        untaxed = self._create_product("Untaxed", 1.0, taxes_id=[Command.clear()])
        contract, move = self._billed(
            date(2026, 3, 1), items=[{"product_id": untaxed.id, "price_unit": 59.90}]
        )
        self.assertEqual(self.customer.cn285_legal_kind, "consumer")
        self.assertEqual(self._propose(move, date(2026, 3, 9)), (self.fees, {}))
        self._dun(date(2026, 3, 10))
        with imagined_day(date(2026, 3, 12)):
            self._case().with_user(self.clerk).action_notice_received("2026-03-10")
        self.assertEqual(move.cn285_notice_received, date(2026, 3, 10))
        self._pay(move, date(2026, 6, 10))
        fees, _failed = self._propose(move, date(2026, 6, 30))
        self.assertEqual(self._amounts(fees), {"interest": "0.40"})
        with self.assertRaisesRegex(ValidationError, "does not act professionally"):
            self.fees._inside().create(
                {
                    "move_id": move.id,
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "currency_id": move.currency_id.id,
                    "kind": "indemnity",
                    "amount": 40.0,
                    "date_until": date(2026, 6, 30),
                }
            )
        self.assertTrue(contract)

    def test_a_note_of_its_own(self):
        move = self._late(1000.0, date(2026, 1, 31), date(2026, 3, 2))
        fees, _failed = self._propose(move, date(2026, 4, 1))
        mrr = move.cn285_contract_ids.mrr_amount
        with imagined_day(date(2026, 4, 1)):
            fees.with_user(self.manager).action_post()
        note = fees.note_id
        self.assertEqual((note.state, note.move_type), ("posted", "out_invoice"))
        self.assertMoney(note.amount_total, "51.98")
        self.assertMoney(note.amount_tax, "0.00")
        self.assertEqual(
            {line.account_id.code[:6]: line.price_subtotal for line in note.invoice_line_ids},
            {"763100": 11.98, "758000": 40.0},
        )
        self.assertFalse(note.cn285_contract_ids)
        self.assertEqual(note.invoice_date_due, date(2026, 4, 1))
        self.assertEqual(move.cn285_contract_ids.mrr_amount, mrr)
        self.assertEqual(fees.mapped("state"), ["posted", "posted"])
        # A note is no debt of a contract: nothing is deactivated for it, and it bears no fees.
        self._dun(date(2026, 6, 1))
        self.assertFalse(self._case(self.garage))
        self.assertEqual(self._propose(note, date(2026, 6, 1)), (self.fees, {}))
        # Nor is anything asked twice.
        self.assertEqual(self._propose(move, date(2026, 6, 1)), (self.fees, {}))

    def test_what_was_posted_counts(self):
        """What is open goes on bearing interest, and is rounded once over all of it."""
        move = self._late(1000.0, date(2026, 1, 31))
        fees, _failed = self._propose(move, date(2026, 2, 10))
        again, _failed = self._propose(move, date(2026, 2, 20))
        self.assertEqual(again.filtered(lambda fee: fee.kind == "penalty") - fees, self.fees)
        self.assertEqual(self._amounts(again)["penalty"], "7.99")
        with imagined_day(date(2026, 2, 20)):
            fees.filtered(lambda fee: fee.kind == "penalty").with_user(self.manager).action_post()
            fees.filtered(lambda fee: fee.kind == "indemnity").with_user(
                self.manager
            ).action_waive()
        self._pay(move, date(2026, 3, 2))
        more, _failed = self._propose(move, date(2026, 4, 1))
        self.assertEqual(self._amounts(more), {"penalty": "3.99"})

    def test_who_decides(self):
        move = self._late(1000.0, date(2026, 1, 31), date(2026, 3, 2))
        fees, _failed = self._propose(move, date(2026, 4, 1))
        for act in ("action_post", "action_waive"):
            with self.subTest(act), self.assertRaises(AccessError):
                getattr(fees.with_user(self.clerk), act)()
        with self.assertRaises(AccessError):
            fees.with_user(self.manager).write({"amount": 1000.0})
        with self.assertRaises(AccessError):
            self.fees.with_user(self.manager).create({"move_id": move.id})
        with imagined_day(date(2026, 4, 1)):
            fees.with_user(self.manager).action_waive()
            with self.assertRaisesRegex(UserError, "decided already"):
                fees.with_user(self.manager).action_post()
        self.assertEqual(self._propose(move, date(2026, 6, 1)), (self.fees, {}))

    def test_a_missing_rate_is_told(self):
        self.env["cn285.legal.rate"].search(
            [("creditor", "=", "reference"), ("date", ">=", "2026-01-01")]
        ).unlink()
        move = self._late(1000.0, date(2026, 1, 31))
        fees, failed = self._propose(move, date(2026, 4, 1))
        self.assertFalse(fees)
        self.assertIn("no rate is known for 02/01/2026", failed[move])

    def test_never_by_itself_unless_the_policy_says_so(self):
        policy = self._make_policy((1, "mail"), (5, "fee"))
        move = self._late(1000.0, date(2026, 1, 31))
        self._days(date(2026, 2, 1), date(2026, 2, 6))
        fees = self.fees.search([("move_id", "=", move.id)])
        self.assertEqual(set(fees.mapped("state")), {"proposed"})
        policy.fees_automatic = True
        other = self._late(1000.0, date(2026, 1, 31), partner=self._professional("Second"))
        self._days(date(2026, 2, 6), date(2026, 2, 8))
        fees = self.fees.search([("move_id", "=", other.id)])
        self.assertEqual(set(fees.mapped("state")), {"posted"})

    def test_not_while_in_dispute(self):
        move = self._late(1000.0, date(2026, 1, 31))
        move.cn285_dunning_blocked = True
        self.assertEqual(self._propose(move, date(2026, 4, 1)), (self.fees, {}))

    def test_what_we_collect_ourselves_is_not_late_by_the_payer(self):
        contract, move = self._billed(date(2026, 1, 1), partner=self.garage)
        contract.collection_mode = "automatic"
        self.assertEqual(self._propose(move, date(2026, 4, 1)), (self.fees, {}))

    def test_in_another_currency(self):
        """Penalties in the invoice's currency; the 40 EUR at the rate of the day."""
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": usd.id, "name": "2025-01-01", "rate": 1.25}
        )
        _contract, move = self._billed(
            date(2026, 1, 1), partner=self.garage, due_days=30, currency_id=usd.id
        )
        fees, _failed = self._propose(move, date(2026, 3, 2))
        self.assertEqual(fees.currency_id, usd)
        # 120 × 12.15 % × 30/365; 40 × 1.25
        self.assertEqual(self._amounts(fees), {"penalty": "1.20", "indemnity": "50.00"})
