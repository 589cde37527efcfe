"""What a payer has to his credit lowers what is charged; and what is wrong with one invoice."""

from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .common import CollectionCase

FEBRUARY = date(2026, 2, 1)


class NettingCase(CollectionCase):
    """The first of the shared invoices is paid, and a part of it was credited since."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second = cls.invoices[:2]
        cls.bank = cls.provider.journal_id
        with freeze_time(f"{cls.day} 09:00:00"), trap_jobs():
            cls.env["cn285.collection"]._collect(cls.first, "due")
        cls.note = cls._credit(cls.first, 25.0)

    @classmethod
    def _credit(cls, move, amount, day="2026-01-05"):
        """A posted credit note of an invoice, of an amount excluding its tax of 20 %."""
        reversal = cls.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard = reversal.create({"journal_id": move.journal_id.id, "date": day})
        note = cls.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        note.invoice_line_ids.price_unit = amount
        note.action_post()
        return note

    def _on_account(self, amount, partner=None, **values):
        """A payment that was received and matched with nothing."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (partner or self.customer).id,
                "amount": amount,
                "journal_id": self.bank.id,
                "date": "2026-01-05",
                **values,
            }
        )
        payment.action_post()
        return payment

    def _charged(self, moves, day="2026-01-06", **values):
        """What was charged of invoices, in their order, by this collection."""
        before = self._attempts(moves)
        made = self._collect(moves, day, **values) - before
        return [
            sum(made.filtered(lambda one, m=move: one.move_id == m).mapped("amount"))
            for move in moves
        ]

    def _receivable(self):
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(lines.mapped("balance"))

    @contextmanager
    def _undone(self, **told):
        """A part of a test, of which nothing is left for the next one."""
        with self.subTest(**told), self.env.cr.savepoint() as savepoint:
            yield
            savepoint.rollback()


@tagged("post_install", "-at_install")
class TestNetting(NettingCase):
    def test_a_credit_note_lowers_what_is_charged(self):
        self.assertEqual(self.note.amount_residual, 30.0)
        self.assertEqual(self._charged(self.second), [90.0])
        self.assertPaid(self.second)
        self.assertEqual(self.note.payment_state, "paid")
        self.assertMoney(self._receivable(), "0.00")
        # Once more: nothing.
        self.assertEqual(self._charged(self.second), [0])

    def test_100_less_30(self):
        contract = self._automatic([{"price_unit": 83.33}], date_start=self.day)
        move = self._billed(contract)
        self.assertMoney(move.amount_total, "100.00")
        self.assertEqual(self._charged(move), [70.0])

    def test_more_credit_than_debt(self):
        """Nothing is charged, the rest stays for the next one, and who asked is told."""
        self._credit(self.first, 75.0, "2026-01-04")  # 90.00 more, and older
        with freeze_time("2026-01-06 09:00:00"), trap_jobs():
            told = self.second.with_user(self.manager).action_cn285_collect()
        self.assertIn("Settled with the customer's credit", told["params"]["message"])
        self.assertFalse(self._attempts(self.second))
        self.assertMoney(self.second.amount_residual, "0.00")
        self.assertMoney(self.note.amount_residual, "0.00")
        self._bill(FEBRUARY)
        third = self.second.cn285_contract_ids.invoice_ids - self.second
        self._credit(self.second, 100.0, "2026-01-07")
        self.assertEqual(self._charged(third, "2026-02-01"), [0])
        self.assertMoney(third.amount_residual, "0.00")

    def test_a_contracts_own_credit_is_its_own(self):
        self.company.cn285_netting = "none"
        self._collect(self.second)
        self.company.cn285_netting = "all"
        self._credit(self.second, 50.0, "2026-01-07")  # 60.00, younger than the first one's 30.00
        with freeze_time("2026-02-01 08:00:00"):
            self._bill(FEBRUARY)
        both = (self.first | self.second).cn285_contract_ids
        moves = both.invoice_ids - self.first - self.second
        moves = moves.filtered(lambda one: one.move_type == "out_invoice")
        moves = moves.sorted(lambda one: one.cn285_contract_ids != self.first.cn285_contract_ids)
        with self._undone(of="both"):
            self.assertEqual(self._charged(moves, FEBRUARY), [90.0, 60.0])
        with self._undone(of="the first, which the other one's credit pays too"):
            self.assertEqual(self._charged(moves[0], FEBRUARY), [30.0])

    def test_what_is_left_alone(self):
        other = self.env["res.partner"].create({"name": "Another"})
        note = self.note

        def refunded_by_the_provider():
            source = self.first.cn285_attempt_ids.transaction_id
            refund = source._create_child_transaction(30.0, is_refund=True)
            refund._set_done()
            refund._post_process()

        def refunded_here():
            with patch.object(
                type(self.env["payment.transaction"]),
                "_send_refund_request",
                lambda tx: tx._set_pending(),
            ):
                self.env["cn285.collection"]._refund(note)

        cases = {
            "setting": lambda: self.company.write({"cn285_netting": "none"}),
            "marked": lambda: note.write({"cn285_to_refund": True}),
            "dispute": lambda: note.write({"cn285_dunning_blocked": True}),
            "dispute of its invoice": lambda: self.first.write({"cn285_dunning_blocked": True}),
            "refund under way": refunded_here,
            "refund on the provider's pages": refunded_by_the_provider,
            "draft": note.button_draft,
            "another payer": lambda: (
                note.button_draft(),
                note.write({"partner_id": other.id}),
                note.action_post(),
            ),
        }
        for name, prepare in cases.items():
            with self._undone(case=name):
                prepare()
                self.assertEqual(self._charged(self.second), [120.0])
        with self._undone(case="the invoice is in dispute"):
            self.second.cn285_dunning_blocked = True
            self.assertEqual(self._charged(self.second), [0])
            self.assertEqual(note.amount_residual, 30.0)
        with self._undone(case="not due"):
            self.second.line_ids.filtered(
                lambda line: line.display_type == "payment_term"
            ).date_maturity = date(2026, 3, 1)
            self.assertEqual(self._charged(self.second), [0])
            self.assertEqual(note.amount_residual, 30.0)
        with self._undone(case="collected by transfer"):
            self.second.cn285_contract_ids.collection_mode = "manual"
            self.assertEqual(self._charged(self.second), [0])
            self.assertEqual(note.amount_residual, 30.0)
            self.assertEqual(self._charged(self.second, origin="button"), [90.0])

    def test_the_end_of_a_contract_is_refunded_as_money(self):
        """What the law has paid back by a day is not kept for what is billed later."""
        contract = self.first.cn285_contract_ids
        row = contract.schedule_ids.filtered("move_id")[:1]
        change = (
            self.env["cn285.contract.change"]
            .sudo()
            .create(
                {"contract_id": contract.id, "type": "deactivate", "date_effective": "2026-01-05"}
            )
        )
        change._write_inside({"refund_amount": 30.0})
        self.note.invoice_line_ids.cn285_schedule_ids = row
        row.sudo().change_id = change
        self.assertEqual(self._charged(self.second), [120.0])

    def test_other_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", usd.id)]).unlink()
        for day, rate in (("2025-01-01", 1.1), ("2026-01-05", 1.2), ("2026-02-01", 1.3)):
            self.env["res.currency.rate"].create(
                {"currency_id": usd.id, "name": day, "rate": rate, "company_id": self.company.id}
            )
        contract = self._automatic(date_start=self.day, currency_id=usd.id)
        move = self._billed(contract)
        self.assertEqual(move.currency_id, usd)
        # What is owed in euro is another matter.
        self.assertEqual(self._charged(move), [120.0])
        self.assertEqual(self.note.amount_residual, 30.0)
        self._credit(move, 33.33, "2026-01-05")  # 40.00 at another rate
        later = self._billed(contract, FEBRUARY)
        self.assertEqual(self._charged(later, FEBRUARY), [80.0])
        self.assertPaid(later)
        self.assertMoney(self.note.amount_residual, "30.00")

    def test_instalments(self):
        """Of what is not due yet nothing is settled: another invoice may be due before."""
        terms = self.env["account.payment.term"].create(
            {
                "name": "Half now",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 50.0, "nb_days": 0}),
                    (0, 0, {"value": "percent", "value_amount": 50.0, "nb_days": 30}),
                ],
            }
        )
        self._credit(self.first, 50.0)  # 60.00 more: 90.00
        contract = self._automatic(date_start=self.day, payment_term_id=terms.id)
        move = self._billed(contract)
        self.assertEqual(self._charged(move), [0])
        self.assertMoney(move.amount_residual, "60.00")
        self.assertEqual(self._charged(move, "2026-02-05"), [30.0])
        self.assertPaid(move)

    # === PAYMENTS ON ACCOUNT === #

    def test_a_payment_that_was_matched_with_nothing(self):
        with self._undone(case="used, after the credit note"):
            payment = self._on_account(50.0)
            self.assertEqual(self._charged(self.second), [40.0])
            self.assertTrue(payment.is_reconciled)
            self.assertMoney(self._receivable(), "0.00")
        with self._undone(case="credit notes alone"):
            self.company.cn285_netting = "notes"
            self._on_account(50.0)
            self.assertEqual(self._charged(self.second), [90.0])
        with self._undone(case="he owes something else too"):
            self._on_account(50.0)
            self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": "2026-01-02",
                    "invoice_line_ids": [
                        (0, 0, {"name": "Work", "quantity": 1, "price_unit": 50.0})
                    ],
                }
            ).action_post()
            self.assertEqual(self._charged(self.second), [90.0])
        with self._undone(case="a refund of it is under way"):
            payment = self._on_account(50.0)
            transaction = self.env["payment.transaction"].create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "amount": 50.0,
                    "currency_id": self.company.currency_id.id,
                    "partner_id": self.customer.id,
                    "reference": "S1",
                    "state": "done",
                    "payment_id": payment.id,
                }
            )
            payment.payment_transaction_id = transaction
            transaction._create_child_transaction(50.0, is_refund=True)._set_pending()
            self.assertEqual(self._charged(self.second), [90.0])

    def test_paid_twice(self):
        """A transfer of a customer whose card had paid already is used for the next invoice."""
        self._on_account(120.0, memo=self.first.name)
        self.assertEqual(self._charged(self.second), [0])
        self.assertPaid(self.second)
        self.assertMoney(self._receivable(), "-30.00")

    # === WHAT GOES WRONG === #

    def test_one_that_fails_stops_itself_only(self):
        """And is not charged, as how much of it is not known; somebody is asked, once."""
        with freeze_time("2026-01-01 08:00:00"):
            third = self._billed(self._automatic(date_start=self.day, invoice_separately=True))
        collection = type(self.env["cn285.collection"])
        moves = type(self.env["account.move"])
        # The credit note is settled with the first that is not wrong: before it is drawn, with it.
        for owner, name, expected in (
            (collection, "_net", [0, 90.0]),
            (moves, "_cn285_draw_open", [0, 120.0]),
        ):
            whole = getattr(owner, name)

            def fails(records, *args, whole=whole, **values):
                part = args[0] if args and hasattr(args[0], "ids") else records
                if self.second in part:
                    self.env.cr.execute("SELECT 1 / 0")
                return whole(records, *args, **values)

            with self._undone(step=name):
                with patch.object(owner, name, fails):
                    charged = self._charged(self.second | third)
                    self.assertEqual(charged, expected)
                    self._collect(self.second, "2026-01-07")
                self.assertIn("division by zero", self.second.cn285_not_collected)
                self.assertFalse(third.cn285_not_collected)
                asked = self.second.activity_ids
                self.assertEqual(len(asked), 1)
                self.assertIn("division by zero", asked.note)
                # Mended, it is collected the next day by itself.
                self._due(date(2026, 1, 8))
                self.assertPaid(self.second)
                self.assertFalse(self.second.cn285_not_collected)

    def test_attempts_that_cannot_be_made(self):
        collection = type(self.env["cn285.collection"])
        whole = collection._create_attempt

        def fails(records, charge, origin):
            if charge.move == self.second:
                raise ValueError(charge.move.name)
            return whole(records, charge, origin)

        with freeze_time("2026-01-01 08:00:00"):
            third = self._billed(self._automatic(date_start=self.day, invoice_separately=True))
        with patch.object(collection, "_create_attempt", fails):
            self.assertEqual(self._charged(self.second | third), [0, 120.0])
        self.assertIn(self.second.name, self.second.cn285_not_collected)
