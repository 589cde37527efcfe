from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestTermination(TermCase):
    """When a contract may end, what ending it comes to, and what is done until it has."""

    def _bill_on(self, day):
        with freeze_time(f"{day} 08:00:00"):
            return self._bill(date.fromisoformat(day))

    def _quote(self, contract, day, request):
        with freeze_time(f"{request} 09:00:00"):
            return contract.termination_quote(day)

    def _terminate(self, contract, day, request, **options):
        """Terminated by the user, or by the customer in the portal, which acts for them by sudo."""
        asked = contract.sudo() if options.get("origin") == "customer" else contract
        with freeze_time(f"{request} 09:00:00"):
            return asked.action_terminate(day, **options).with_env(contract.env)

    def _late_notice(self):
        """The law's example: notice sent on 2026-01-20, 365.00 billed on 2026-03-15."""
        contract = self._yearly()
        with freeze_time("2026-01-20 09:00:00"):
            contract.notice_ids.action_send()
        self._bill_on("2026-03-15")
        self.assertEqual(contract.free_exit_from, date(2026, 3, 15))
        return contract

    def _pay(self, invoice, day):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": day})._create_payments()

    # === THE LAW: RENEWAL NOT ANNOUNCED === #

    def test_late_notice_of_the_law(self):
        """92 days kept, 273.00 refunded by 2026-07-15."""
        contract = self._late_notice()
        quote = self._quote(contract, "2026-06-15", "2026-06-15")
        self.assertTrue(quote["allowed"])
        self.assertEqual(quote["ground"], "renewal_not_announced")
        self.assertEqual(quote["last_day"], "2026-06-14")
        self.assertMoney(quote["refund_untaxed"], "273.00")
        self.assertMoney(quote["refund_tax"], "54.60")
        self.assertEqual(quote["refund_due"], "2026-07-15")
        [line] = quote["refund_lines"]
        self.assertEqual((line["period_start"], line["period_end"]), ("2026-06-15", "2027-03-14"))
        self.assertTrue(quote["free_of_charge"])
        self.assertEqual(quote["earliest_date"], "2026-06-15")

    def test_late_notice_is_terminated_refunded_and_bears_interest(self):
        contract = self._late_notice()
        for invoice in contract.invoice_ids:
            self._pay(invoice, invoice.invoice_date)
        change = self._terminate(contract, "2026-06-15", "2026-06-15", origin="customer")
        self.assertEqual(change.state, "applied")
        self.assertEqual(change.stage, "effective")
        self.assertEqual(contract.date_end, date(2026, 6, 14))
        self.assertMoney(change.refund_amount, "327.60")
        self.assertEqual(change.date_refund_due, date(2026, 7, 15))
        self.assertEqual(change.activity_ids.date_deadline, date(2026, 7, 15))
        self._bill_on("2026-06-16")
        credit = contract.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertMoney(credit.amount_untaxed, "273.00")
        self.assertEqual(change.move_ids, credit)
        with freeze_time("2026-07-15"):
            change.invalidate_recordset()
            self.assertMoney(change.interest_amount, "0.00")
        with freeze_time("2026-08-15"):
            change.invalidate_recordset()
            self.assertIn("07/16/2026", change.interest_note)
        self.env["cn285.legal.rate"].create({"date": "2026-07-01", "percent": 7.0})
        with freeze_time("2026-08-15"):
            change.invalidate_recordset()
            # 327.60 × 7 % × 31/365
            self.assertMoney(change.interest_amount, "1.95")
            change.action_refunded()
        with freeze_time("2026-10-01"):
            change.invalidate_recordset()
            self.assertMoney(change.interest_amount, "1.95")

    def test_unpaid_invoices_are_credited_not_refunded(self):
        contract = self._late_notice()
        change = self._terminate(contract, "2026-06-15", "2026-06-15")
        self.assertMoney(change.refund_amount, "0.00")

    def test_notice_in_time_binds_until_the_end_of_the_term(self):
        contract = self._yearly()
        self._notices_on("2025-12-15")
        self._bill_on("2026-03-15")
        quote = self._quote(contract, "2026-06-15", "2026-06-15")
        self.assertFalse(quote["allowed"])
        self.assertEqual(quote["earliest_date"], "2027-03-14")
        with self.assertRaisesRegex(ValidationError, "03/14/2027"):
            self._terminate(contract, "2026-06-15", "2026-06-15", origin="customer")

    # === DATES === #

    def test_earliest_date(self):
        contract = self._yearly()
        with freeze_time("2026-02-14 09:00:00"):
            self.assertEqual(contract.earliest_termination_date(), date(2026, 3, 14))
        self.assertEqual(contract.earliest_termination_date("2026-02-15"), date(2027, 3, 14))
        self.company.cn285_end_day = "free"
        self.assertEqual(contract.earliest_termination_date("2026-02-14"), date(2026, 3, 15))
        self.assertEqual(
            self._quote(contract, "2026-03-15", "2026-02-14")["last_day"], "2026-03-14"
        )

    def test_without_term_by_notice(self):
        contract = self._yearly(term_length=0, notice_length=2)
        self.assertEqual(contract.earliest_termination_date("2026-01-31"), date(2026, 3, 30))

    def test_at_once_is_today_and_not_yesterday(self):
        contract = self._yearly(term_length=0, notice_length=0)
        quote = self._quote(contract, None, "2025-05-20")
        self.assertEqual((quote["date_effective"], quote["last_day"]), ("2025-05-20",) * 2)

    def test_on_the_first_day_where_the_day_of_an_end_is_not_billed(self):
        """What the quote allows is done: all is credited, the fee is owed, the contract is void."""
        self.company.cn285_end_day = "free"
        contract = self._yearly(
            exit_rule="any_time",
            notice_length=0,
            commitment_length=12,
            may_buy_out=True,
            exit_fee="fixed",
            exit_fee_value=50.0,
        )
        self._bill_on("2025-03-15")
        quote = self._quote(contract, "2025-03-15", "2025-03-15")
        self.assertTrue(quote["allowed"])
        with freeze_time("2025-03-15 09:00:00"):
            change = self._terminate(contract, "2025-03-15", "2025-03-15")
        self.assertEqual((change.state, contract.state), ("applied", "cancelled"))
        self.assertMoney(change.fee_amount, "50.00")
        self._bill_on("2025-03-15")
        self.assertMoney(sum(contract.invoice_ids.mapped("amount_untaxed_signed")), "50.00")

    def test_quote_is_what_the_termination_credits(self):
        """The quote and the preview of the change come to the same, to the cent."""
        contract = self._yearly(
            [{"price_unit": 365.0, "recurring_unit": "year"}, {"price_unit": 99.99}],
            term_length=0,
            notice_length=0,
        )
        self._bill_on("2025-03-15")
        for day in ("2025-03-15", "2025-03-20", "2025-04-13"):
            quote = self._quote(contract, day, "2025-03-15")
            change = self.env["cn285.contract.change"].create(
                {"contract_id": contract.id, "type": "terminate", "date_effective": day}
            )
            with freeze_time("2025-03-15 09:00:00"):
                preview = change.preview()
            credited = sum(row["amount"] for row in preview["credits"])
            self.assertMoney(-credited, self._cents(quote["refund_untaxed"]))

    def test_what_is_no_date_is_said(self):
        contract = self._yearly()
        for wrong in ("garbage", 5, True, "2026-02-30", "9999-12-31"):
            with self.subTest(wrong):
                with self.assertRaisesRegex(UserError, "is no date"):
                    contract.earliest_termination_date(wrong)
                with self.assertRaisesRegex(UserError, "is no date"):
                    contract.termination_quote(wrong)
                with self.assertRaisesRegex(UserError, "is no date"):
                    contract.action_terminate(wrong)
                with self.assertRaisesRegex(UserError, "is no date"):
                    contract.action_refuse_renewal(wrong)

    def test_before_the_start(self):
        with self.assertRaises(UserError):
            self._yearly().termination_quote("2025-01-01")

    # === COMMITMENT AND FEES === #

    def _telecom(self, **values):
        return self._yearly(
            [{"price_unit": 30.0}],
            date_start=date(2025, 1, 15),
            term_length=24,
            commitment_length=24,
            telecom=True,
            exit_fee="percent",
            exit_fee_value=100.0,
            **values,
        )

    def test_telecom_fee_is_capped(self):
        contract = self._telecom()
        self.assertEqual(contract.earliest_termination_date("2026-03-01"), date(2026, 3, 10))
        quote = self._quote(contract, "2026-03-14", "2026-03-01")
        # Ten months of 30.00 remain from 2026-03-15 on.
        self.assertMoney(quote["fee_base"], "300.00")
        self.assertMoney(quote["fee"], "60.00")
        self.assertMoney(quote["fee_cap"], "60.00")
        self.assertEqual(quote["ground"], "telecom")
        self.assertFalse(quote["free_of_charge"])
        self.assertEqual(quote["earliest_free_date"], "2027-01-14")

    def test_fee_refund_and_dates_are_told_before_it_is_scheduled(self):
        """On the form, unsaved, for the date that is typed; as it will be charged."""
        contract = self._telecom()
        self._bill_on("2026-03-01")
        clerk = new_test_user(
            self.env, "quote_clerk", "cn285_contract.group_billing_manager", lang="en_US"
        )
        with freeze_time("2026-03-01"):
            context = contract.with_user(clerk).action_open_termination()["context"]
            form = Form(self.env["cn285.contract.change"].with_user(clerk).with_context(**context))
            # The earliest date is the 10th: 304.29 of the commitment would remain.
            self.assertIn("60.86", form.quote_html)
            self.assertIn("01/14/2027", form.quote_html)
            form.date_effective = date(2026, 3, 14)
            self.assertIn("03/14/2026", form.quote_html)
            self.assertIn("60.00", form.quote_html)
            form.waive_fee = True
            self.assertIn("<s", form.quote_html)
            form.waive_fee = False
            form.date_effective = date(2020, 1, 1)
            self.assertIn("cannot end before", form.quote_html)
            form.date_effective = date(2026, 3, 14)
            change = form.save()
            change.action_schedule()
        self.assertFalse(change.quote_html)
        self.assertMoney(change.fee_amount, "60.00")

    def test_fee_is_told_in_the_dialog_of_changes(self):
        contract = self._telecom()
        self._bill_on("2026-03-01")
        clerk = new_test_user(self.env, "dialog_clerk", "cn285_contract.group_billing_manager")
        with freeze_time("2026-03-01"):
            wizards = self.env["cn285.contract.change.wizard"].with_user(clerk)
            form = Form(
                wizards.with_context(default_contract_id=contract.id, default_type="terminate")
            )
            form.date_effective = date(2026, 3, 14)
            wizard = form.save()
            wizard.action_preview()
        self.assertIn("Difference", wizard.preview_html)
        self.assertIn("o_quote_fee", wizard.preview_html)
        self.assertIn("60.00", wizard.preview_html)

    def test_fee_is_billed_with_the_last_invoice(self):
        contract = self._telecom()
        self._bill_on("2026-03-01")
        change = self._terminate(contract, "2026-03-14", "2026-03-01", origin="customer")
        self.assertEqual((change.state, change.stage), ("scheduled", "notified"))
        self.assertMoney(change.fee_amount, "60.00")
        self._bill_on("2026-03-15")
        self.assertEqual(change.state, "applied")
        last = contract.invoice_ids.sorted("id")[-1:]
        self.assertMoney(last.amount_untaxed, "60.00")
        with freeze_time("2026-03-16"):
            self.env["cn285.contract"]._close_finished(self.company)
        self.assertEqual(contract.state, "closed")
        self._bill_on("2026-06-01")
        self.assertEqual(contract.invoice_ids.sorted("id")[-1:], last, "nothing more is billed")

    def test_fee_waived_or_reason_accepted(self):
        contract = self._telecom()
        values = {"contract_id": contract.id, "type": "terminate"}
        values.update(date_effective="2026-03-14", date_requested="2026-03-01")
        for extra, ground in (
            ({"waive_fee": True}, "telecom"),
            ({"is_legitimate": True}, "legitimate"),
        ):
            change = self.env["cn285.contract.change"].create({**values, **extra})
            self.assertEqual(change.ground, ground)
            with freeze_time("2026-03-01"):
                change.action_schedule()
            self.assertMoney(change.fee_amount, "0.00")
            change.action_cancel()
            self.assertEqual(change.stage, "cancelled")

    def test_buying_out_a_commitment(self):
        contract = self._yearly(
            [{"price_unit": 120.0, "recurring_unit": "year"}],
            term_length=0,
            commitment_length=24,
            may_buy_out=True,
            exit_fee="fixed",
            exit_fee_value=50.0,
        )
        quote = self._quote(contract, "2025-08-14", "2025-06-01")
        self.assertEqual((quote["ground"], quote["fee"]), ("buy_out", 50.0))
        self.assertFalse(
            self._yearly(commitment_length=24).termination_quote("2025-08-14", "2025-06-01")[
                "allowed"
            ]
        )

    # === STAGES === #

    def test_from_request_to_effect(self):
        contract = self._yearly()
        self._bill_on("2025-03-15")
        change = self._terminate(contract, "2026-03-14", "2026-02-01")
        self.assertEqual(change.stage, "requested")
        self.assertEqual(change.last_day, date(2026, 3, 14))
        self.assertEqual(contract.planned_end, date(2026, 3, 14))
        with freeze_time("2026-02-02 09:00:00"):
            change.action_confirm_to_customer()
        self.assertEqual(change.stage, "notified")
        self.assertEqual(change.date_notified, date(2026, 2, 2))
        self.assertTrue(change.confirmation_id.raw.startswith(b"%PDF"))
        self.assertIn(change.confirmation_id, contract.portal_document_ids)
        mail = (
            self.env["mail.mail"]
            .sudo()
            .search(  # sudo: what the mail server is given
                [("model", "=", change._name), ("res_id", "=", change.id)]
            )
        )
        self.assertIn("03/14/2026", mail.body_html)
        self.assertEqual(mail.attachment_ids, change.confirmation_id)
        changes = self.env["cn285.contract.change"]
        with freeze_time("2026-03-06"):
            changes._remind(self.company)
        self.assertFalse(change.activity_ids)
        for _twice in range(2):
            with freeze_time("2026-03-07"):
                changes._remind(self.company)
        self.assertEqual(len(change.activity_ids), 1)
        self._bill_on("2026-03-15")
        self.assertEqual(change.stage, "effective")
        self.assertEqual([row[3] for row in self._rows(contract)], ["365.00"])

    def test_open_usage_is_listed_and_billed(self):
        contract = self._yearly(
            [{"billing_type": "usage", "timing": "arrears"}], term_length=0, notice_length=0
        )
        quote = self._quote(contract, "2025-05-20", "2025-05-20")
        self.assertEqual(
            [(row["period_start"], row["period_end"]) for row in quote["open_usage"]],
            [
                ("2025-03-15", "2025-04-14"),
                ("2025-04-15", "2025-05-14"),
                ("2025-05-15", "2025-05-20"),
            ],
        )

    def test_staff_needs_approval_to_end_it_early(self):
        seller = new_test_user(self.env, "term_seller", "cn285_contract.group_contract_user")
        contract = self._yearly().with_user(seller)
        self._notices_on("2025-12-15")
        change = self._terminate(contract, "2026-06-15", "2026-01-15")
        self.assertEqual((change.state, change.stage), ("to_approve", "requested"))
        allowed = self._terminate(contract, "2026-03-14", "2026-01-15")
        self.assertEqual(allowed.state, "scheduled")

    # === ACCESS === #

    def test_staff_does_not_give_fees_away(self):
        seller = new_test_user(self.env, "term_giver", "cn285_contract.group_contract_user")
        contract = self._telecom()
        changes = self.env["cn285.contract.change"].with_user(seller)
        for favour in ("waive_fee", "is_legitimate"):
            change = changes.create(
                {
                    "contract_id": contract.id,
                    "type": "terminate",
                    "date_effective": "2026-03-14",
                    "date_requested": "2026-03-01",
                    favour: True,
                }
            )
            with freeze_time("2026-03-01"):
                change.action_schedule()
            self.assertEqual(change.state, "to_approve", favour)
            change.action_cancel()
        change = self._terminate(contract.with_user(seller), "2026-03-14", "2026-03-01")
        self.assertEqual(change.state, "scheduled")
        for vals in ({"waive_fee": True}, {"is_legitimate": True}, {"fee_amount": 0.0}):
            with self.assertRaises(UserError):
                change.write(vals)
        change.sudo().legitimate_reason = "Moving"
        with self.assertRaises(UserError):
            change.action_accept_reason()

    def test_a_fee_waived_while_it_is_planned_is_not_charged(self):
        """A manager waives the fee of a termination that is planned; once done, it is history."""
        manager = new_test_user(self.env, "term_waiver", "cn285_contract.group_billing_manager")
        change = self._terminate(self._telecom(), "2026-03-14", "2026-03-01").with_user(manager)
        self.assertEqual((change.state, change.fee_amount > 0), ("scheduled", True))
        with freeze_time("2026-03-01"):
            change.waive_fee = True
            self.assertMoney(change.fee_amount, "0.00")
            change.waive_fee = False
            self.assertGreater(change.fee_amount, 0.0)
        change.action_cancel()
        with self.assertRaisesRegex(UserError, "does not change any more"):
            change.is_legitimate = True

    def test_others_are_refused(self):
        contract = self._yearly()
        portal = new_test_user(self.env, "term_portal", "base.group_portal")
        for call in (
            lambda record: record.termination_quote(),
            lambda record: record.earliest_termination_date(),
            lambda record: record.action_terminate(),
            lambda record: record.action_refuse_renewal(),
        ):
            with self.assertRaises(AccessError):
                call(contract.with_user(portal))
        own = new_test_user(
            self.env, "term_owner", "base.group_portal", partner_id=contract.partner_id.id
        )
        self.assertTrue(contract.with_user(own).termination_quote()["earliest_date"])
        with self.assertRaises(AccessError):
            contract.with_user(own).action_terminate()
