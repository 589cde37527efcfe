from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..common import ContractCase

TODAY = date(2026, 6, 10)


class IssueCase(ContractCase):
    """A company in production, as it is set up by default."""

    in_production = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "billing", groups="cn285_contract.group_billing_manager"
        )

    def _bill(self, until, **values):
        """A run of the billing manager."""
        self.env = self.env(user=self.manager)
        values.setdefault("company_id", self.company.id)
        run = self.env["cn285.billing.run"].create({"date": until, **values})
        run.action_run()
        return run


@tagged("post_install", "-at_install")
@freeze_time("2026-06-10 10:00:00")
class TestIssueDates(IssueCase):
    """Which day an invoice bears, and what it is due on."""

    def test_late_rows_are_dated_on_the_day_of_the_run(self):
        contract = self._create_contract()
        move = self._bill(TODAY).invoice_ids
        self.assertEqual(move.mapped("invoice_date"), [TODAY])
        self.assertEqual(move.date, TODAY)
        self.assertMoney(move.amount_untaxed, "600.00")
        rows = contract.schedule_ids.filtered("move_id").sorted("period_start")
        self.assertEqual(rows[0].billing_date, date(2026, 1, 1))
        self.assertIn("from 01/01/2026 to 01/31/2026", move.invoice_line_ids[0].name)

    def test_run_up_to_a_past_day_is_dated_today(self):
        self._create_contract()
        move = self._bill(date(2026, 3, 31)).invoice_ids
        self.assertEqual(move.invoice_date, TODAY)
        self.assertMoney(move.amount_untaxed, "300.00")

    def test_numbers_follow_the_dates(self):
        self._create_contract(date_start=date(2026, 6, 1))
        first = self._bill(TODAY).invoice_ids
        self._create_contract(partner_id=self.customer.copy().id)
        late = self._bill(TODAY).invoice_ids
        self.assertGreater(late.sequence_number, first.sequence_number)
        self.assertEqual(late.sequence_prefix, first.sequence_prefix)
        self.assertGreaterEqual(late.invoice_date, first.invoice_date)

    def test_numbers_follow_the_dates_whoever_writes_the_invoice(self):
        """A batch of many dates, some of whose invoices go Odoo's way: 1 January to 10 March."""
        self.company.cn285_invoice_dating = "schedule"
        self._create_contract()
        other = self.customer.copy()
        self._create_contract(partner_id=other.id, date_start=date(2026, 2, 10))
        writer = type(self.env["cn285.invoice.writer"])
        with patch.object(
            writer,
            "_quick_refusal",
            lambda _writer, vals: "for a test" if vals["partner_id"] == other.id else None,
        ):
            moves = self._bill(date(2026, 3, 31)).invoice_ids.sorted("sequence_number")
        self.assertEqual(
            [(move.invoice_date, bool(move.cn285_ordinary_reason)) for move in moves],
            [
                (date(2026, 1, 1), False),
                (date(2026, 2, 1), False),
                (date(2026, 2, 10), True),
                (date(2026, 3, 1), False),
                (date(2026, 3, 10), True),
            ],
        )

    def test_both_writers_agree(self):
        self._create_contract()
        self.env["ir.config_parameter"].set_param("cn285_contract.quick_invoices", "False")
        ordinary = self._bill(TODAY).invoice_ids
        self.env["ir.config_parameter"].sudo().set_param("cn285_contract.quick_invoices", "True")
        self.env = self.env(user=self.uid)
        self._create_contract(partner_id=self.customer.copy().id)
        quick = self._bill(TODAY).invoice_ids
        self.assertTrue(ordinary.cn285_ordinary_reason)
        self.assertFalse(quick.cn285_ordinary_reason)
        for name in ("invoice_date", "date", "invoice_date_due", "amount_total"):
            self.assertEqual(ordinary[name], quick[name], name)
        for move in (ordinary, quick):
            due = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
            self.assertEqual(due.date_maturity, TODAY)

    def test_batches_of_late_rows_are_not_torn(self):
        self.company.cn285_batch_size = 1
        self._create_contract()
        run = self._bill(TODAY)
        self.assertEqual((len(run.batch_ids), len(run.invoice_ids)), (1, 1))

    def test_batch_left_over_night_bills_all_its_rows(self):
        self._create_contract()
        run = self.env["cn285.billing.run"].create({"date": TODAY})
        run._start()
        with freeze_time("2026-06-11 08:00:00"):
            run.action_run()
        self.assertEqual(run.invoice_ids.invoice_date, date(2026, 6, 11))
        self.assertMoney(run.invoice_ids.amount_untaxed, "600.00")

    def test_date_given_to_a_run_that_was_left_over_night(self):
        self._create_contract()
        run = self.env["cn285.billing.run"].create({"date": TODAY, "invoice_date": TODAY})
        with freeze_time("2026-06-11 08:00:00"):
            run.action_run()
        self.assertEqual(run.invoice_ids.invoice_date, date(2026, 6, 11))

    def test_dates_of_the_schedule_are_a_setting(self):
        self.company.cn285_invoice_dating = "schedule"
        self._create_contract()
        moves = self._bill(date(2026, 2, 28)).invoice_ids.sorted("invoice_date")
        days = [date(2026, 1, 1), date(2026, 2, 1)]
        self.assertEqual(moves.mapped("invoice_date"), days)
        self.assertEqual(moves.mapped("invoice_date_due"), days)

    def test_no_run_credit_or_gesture_is_antedated(self):
        contract = self._create_contract()
        with self.assertRaisesRegex(UserError, "day on which it is issued"):
            self._bill(TODAY, invoice_date=date(2026, 5, 31))
        move = self._bill(TODAY).invoice_ids
        self.env = self.env(user=self.uid)
        for call in (
            lambda: move.sudo().cn285_credit(date="2026-05-31"),
            lambda: move.sudo().cn285_bill_again(date="2026-05-31"),
            lambda: contract.credit_goodwill(10.0, date="2026-05-31"),
        ):
            with self.assertRaisesRegex(UserError, "day on which it is issued"):
                call()

    def test_draft_left_lying_bears_the_day_of_its_posting(self):
        self._create_contract()
        draft = self._bill(TODAY, post=False).invoice_ids
        self.assertEqual(draft.invoice_date, TODAY)
        with freeze_time("2026-06-20 10:00:00"):
            draft.action_post()
        self.assertEqual(draft.invoice_date, date(2026, 6, 20))
        self.assertEqual(draft.invoice_date_due, date(2026, 6, 20))
        with freeze_time("2026-06-25 10:00:00"):
            draft.button_draft()
            draft.action_post()
        self.assertEqual(draft.invoice_date, date(2026, 6, 20))

    def test_draft_in_a_foreign_currency_is_posted_at_the_rate_of_that_day(self):
        """45 JPY a month, tax in halves: six months are 270 + 14 + 13 JPY."""
        jpy = self.env.ref("base.JPY")
        jpy.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", jpy.id)]).unlink()
        for day, rate in (("2026-01-01", 161.337), ("2026-06-15", 166.3545)):
            self.env["res.currency.rate"].create(
                {"currency_id": jpy.id, "company_id": self.company.id, "name": day, "rate": rate}
            )
        half = [(5, 0, 0), (0, 0, {"repartition_type": "base"})] + 2 * [
            (0, 0, {"repartition_type": "tax", "factor_percent": 50})
        ]
        tax = self.tax.copy(
            {
                "name": "10 in halves",
                "amount": 10.0,
                "invoice_repartition_line_ids": half,
                "refund_repartition_line_ids": half,
            }
        )
        self.subscription.taxes_id = tax
        contract = self._create_contract([{"price_unit": 45.0}], currency_id=jpy.id)
        draft = self._bill(TODAY, post=False).invoice_ids
        before = draft.amount_untaxed, draft.amount_tax, draft.amount_total
        self.assertEqual(before, (270.0, 27.0, 297.0))
        with freeze_time("2026-06-20 10:00:00"):
            draft.action_post()
        self.assertEqual((draft.amount_untaxed, draft.amount_tax, draft.amount_total), before)
        self.assertEqual(draft.invoice_currency_rate, 166.3545)
        # 270 / 166.3545 = 1.623, 27 / 166.3545 = 0.162; what is due is what stands beside it.
        self.assertMoney(draft.amount_untaxed_signed, "1.62")
        self.assertAlmostEqual(sum(draft.line_ids.mapped("balance")), 0.0)
        self.assertMoney(draft.amount_total_signed, "1.78")
        self.assertEqual(contract.schedule_ids.filtered("move_id").mapped("amount"), [45.0] * 6)
        self.assertEqual(draft.invoice_line_ids.mapped("price_subtotal"), [45.0] * 6)

    def test_rate_and_tax_chosen_by_hand_stay_with_a_draft(self):
        """600.00 USD at 2.00 chosen by hand, its tax put from 120.00 to 120.01."""
        usd = self.env.ref("base.USD")
        usd.active = True
        for day, rate in (("2026-01-01", 1.1), ("2026-06-15", 1.25)):
            self.env["res.currency.rate"].create(
                {"currency_id": usd.id, "company_id": self.company.id, "name": day, "rate": rate}
            )
        self._create_contract(currency_id=usd.id)
        self._create_contract(currency_id=usd.id, partner_id=self.customer.copy().id)
        drafts = self._bill(TODAY, post=False).invoice_ids.sudo()
        drafts[0].invoice_currency_rate = 2.0
        for draft in drafts:
            tax = draft.line_ids.filtered("tax_repartition_line_id")
            tax.amount_currency = -120.01
            self.assertMoney(draft.amount_total, "720.01")
        with freeze_time("2026-06-20 10:00:00"):
            drafts.action_post()
        for draft, net, tax, total in zip(
            drafts, ("300.00", "480.00"), ("60.01", "96.01"), ("360.01", "576.01"), strict=True
        ):
            self.assertMoney(draft.amount_total, "720.01")
            self.assertMoney(draft.amount_untaxed_signed, net)
            self.assertMoney(draft.amount_tax_signed, tax)
            self.assertMoney(draft.amount_total_signed, total)

    def test_due_date_follows_the_date_of_a_draft(self):
        self._create_contract()
        draft = self._bill(TODAY, post=False).invoice_ids
        draft.invoice_date = date(2026, 6, 15)
        self.assertEqual(draft.invoice_date_due, date(2026, 6, 15))
        draft.invoice_date_due = date(2026, 7, 31)
        draft.invoice_date = date(2026, 6, 16)
        self.assertEqual(draft.invoice_date_due, date(2026, 7, 31))

    def test_payment_terms_count_from_the_day_of_issue(self):
        term = self.env.ref("account.account_payment_term_30days")
        self._create_contract(payment_term_id=term.id)
        self.assertEqual(self._bill(TODAY).invoice_ids.invoice_date_due, date(2026, 7, 10))

    def test_credit_notes_without_terms_are_due_on_their_date(self):
        contract = self._create_contract()
        move = self._bill(TODAY).invoice_ids.with_user(self.uid)
        credit = self.env["account.move"].browse(move.sudo().cn285_credit(percent=50)["id"])
        self.assertEqual(credit.sudo().invoice_date_due, TODAY)
        gesture = contract.credit_goodwill(5.0)["id"]
        self.assertEqual(self.env["account.move"].sudo().browse(gesture).invoice_date_due, TODAY)

    def test_preview_shows_the_day_of_issue(self):
        contract = self._create_contract()
        preview = contract.preview_invoices(2)
        self.assertEqual([one["date"] for one in preview], ["2026-06-10", "2026-07-01"])
        self.assertEqual([one["amount_untaxed"] for one in preview], [600.0, 100.0])


@tagged("post_install", "-at_install")
@freeze_time("2026-06-10 10:00:00")
class TestAhead(IssueCase):
    """Runs up to a day to come."""

    def test_in_production_it_is_a_preview(self):
        contract = self._create_contract(date_start=date(2026, 6, 1))
        run = self._bill(date(2036, 6, 10))
        self.assertFalse(run.invoice_ids)
        self.assertEqual((run.state, len(run.batch_ids)), ("draft", 0))
        self.assertIn("nothing was made or posted", run.preview)
        self.assertIn("June 2026: about 1 invoices, 100.00", run.preview.replace("€", ""))
        self.assertIn("June 2036", run.preview)
        self.assertNotIn("July 2036", run.preview)
        # Nothing of it stays.
        self.assertLess(max(contract.schedule_ids.mapped("period_end")), date(2028, 1, 1))
        self.assertEqual(set(contract.schedule_ids.mapped("state")), {"planned"})

    def test_drafts_and_jobs_are_no_way_round(self):
        self._create_contract(date_start=date(2026, 6, 1))
        run = self._bill(date(2026, 6, 11), post=False)
        run.action_run_in_jobs()
        self.assertFalse(
            run.invoice_ids | self.env["account.move"].search([("cn285_run_id", "=", run.id)])
        )
        with self.assertRaisesRegex(UserError, "is a preview"):
            run.action_retry_errors()
        dated = self._bill(date(2026, 12, 31), invoice_date=TODAY)
        self.assertFalse(dated.invoice_ids)

    def test_the_day_comes(self):
        self._create_contract(date_start=date(2026, 6, 1))
        run = self._bill(date(2026, 7, 1))
        self.assertFalse(run.invoice_ids)
        with freeze_time("2026-07-01 10:00:00"):
            run.action_run()
        self.assertMoney(run.invoice_ids.amount_untaxed, "200.00")
        self.assertEqual(run.invoice_ids.invoice_date, date(2026, 7, 1))

    def test_billing_ahead_of_a_contract_stays(self):
        contract = self._create_contract(date_start=date(2026, 6, 1))
        moves = self.env["account.move"].browse(contract.bill_ahead(periods=3))
        self.assertEqual(moves.mapped("invoice_date"), [TODAY])
        self.assertMoney(moves.amount_untaxed, "300.00")

    def test_marked_as_a_test_it_posts(self):
        self._create_contract(date_start=date(2026, 6, 1))
        self.company._cn285_mark_test_database()
        moves = self._bill(date(2026, 7, 31)).invoice_ids.sorted("invoice_date")
        self.assertEqual(moves.mapped("invoice_date"), [TODAY, date(2026, 7, 1)])
        self.assertEqual(set(moves.mapped("state")), {"posted"})
