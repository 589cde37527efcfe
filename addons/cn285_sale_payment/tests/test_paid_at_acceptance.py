"""Signed, then paid: the quotation is accepted, its contract starts, its first invoice is paid."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.cn285_sign.tests.common import SignCase
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import DAY, PaidQuoteCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-10 09:00:00")
class TestPaidAtAcceptance(PaidQuoteCase):
    def test_paid_accepted_billed_reconciled(self):
        """22 of 31 days of 31.00 and 154.00 are 176.00; with 20 % of VAT 211.20."""
        order = self._sent()
        self.assertEqual(order.cn285_initiation, "paid")
        self.assertMoney(order._get_prepayment_required_amount(), "211.20")
        self.assertTrue(order._has_to_be_paid())
        prepayment = self._start(order)
        self.assertEqual(prepayment, self._start(order), "clicked twice it is the same")
        self.assertMoney(prepayment.amount, "211.20")
        self.assertEqual(order.state, "sent")
        transaction = self._pay(prepayment, DAY)
        self.assertActivated(order)
        contract = order.sudo().cn285_contract_id
        self.assertEqual(contract.payment_token_id, transaction.token_id)
        self.assertTrue(transaction.token_id)
        self.assertEqual(contract.invoice_ids.transaction_ids, transaction)
        self.assertEqual(order.sudo().transaction_ids, transaction)
        self.assertMoney(self._receivable(contract), "0.00")
        self.assertFalse(order._has_to_be_paid())
        with self.assertRaisesRegex(UserError, "not in a state|not to be paid"):
            self._start(order)

    def test_told_twice_and_looked_at_by_crons(self):
        order = self._sent()
        transaction = self._pay(self._start(order), DAY)
        prepayment = order._cn285_prepayment()
        for _time in range(2):
            self._told(transaction, day=DAY)
            with self._on(DAY):
                transaction._post_process()
                prepayment._job_advance()
                self.env["sale.order"].sudo()._cron_cn285_activate()
            self._cron(DAY)
        self.assertActivated(order)
        self.assertEqual(len(prepayment.payment_ids), 1)

    def test_killed_between_any_two_steps(self):
        steps = ("_step_book", "_step_accept", "_step_confirm", "_step_bill", "_step_finish")
        for step in steps:
            with self.subTest(step):
                order = self._sent()
                prepayment = self._start(order)
                transaction = self._begin(prepayment, DAY)
                broken = patch.object(
                    type(prepayment), step, side_effect=ZeroDivisionError(), autospec=True
                )
                with broken:
                    self._told(transaction, day=DAY)
                self.assertNotEqual(prepayment.state, "done")
                self._cron(DAY)
                self.assertActivated(order)

    def test_day_of_acceptance(self):
        """A debit that arrives on the 16th: the contract starts on that day, not on the 10th."""
        order = self._sent(cn285_date_start=False)
        prepayment = self._start(order)
        transaction = self._pay(prepayment, DAY, state="pending")
        self.assertFalse(order._has_to_be_paid())
        self._told(transaction, day=date(2026, 1, 16))
        contract = order.sudo().cn285_contract_id
        self.assertEqual((order.state, contract.state), ("sale", "active"))
        self.assertEqual(contract.date_start, date(2026, 1, 16))
        self.assertEqual(order.cn285_date_start, date(2026, 1, 16))

    def test_contract_that_cannot_start(self):
        """The payment and the acceptance stay; it is told once, and goes on by the button."""
        order = self._sent()
        prepayment = self._start(order)
        contracts = type(self.env["cn285.contract"])
        with patch.object(
            contracts, "_check_product_rules", side_effect=UserError("No account of revenue.")
        ):
            transaction = self._pay(prepayment, DAY)
            self._cron(DAY)
        contract = order.sudo().cn285_contract_id
        self.assertEqual((order.state, order.cn285_activation), ("sale", "waiting"))
        self.assertIn("No account of revenue.", order.cn285_activation_error)
        self.assertIn("211.20", order.cn285_activation_error)
        self.assertIn("credit", order.cn285_activation_error)
        [activity] = order.activity_ids
        self.assertEqual(activity.user_id, self.seller)
        self.assertEqual((contract.state, prepayment.state), ("draft", "paid"))
        self.assertEqual(transaction.state, "done")
        self.assertMoney(prepayment.credit_left, "211.20")
        self.assertMoney(self._receivable(contract), "-211.20")
        with self._on(DAY):
            order.action_cn285_activate()
        self.assertActivated(order)
        self.assertFalse(order.cn285_activation_error)

    def test_nothing_due_asks_for_means_only(self):
        order = self._sent([{"trial_days": 10}])
        self.assertMoney(order._get_prepayment_required_amount(), "0.00")
        self.assertTrue(order._has_to_be_paid())
        prepayment = self._start(order)
        self.assertTrue(prepayment._asks_means_only())
        transaction = self._pay(prepayment, DAY)
        self.assertEqual(transaction.operation, "validation")
        contract = order.sudo().cn285_contract_id
        self.assertEqual((order.cn285_activation, contract.state), ("done", "active"))
        self.assertEqual(contract.payment_token_id, transaction.token_id)
        self.assertFalse(contract.invoice_ids)

    def test_means_first(self):
        self.template.initiation = "means"
        order = self._sent()
        self.assertMoney(order._get_prepayment_required_amount(), "0.00")
        self._pay(self._start(order), DAY)
        contract = order.sudo().cn285_contract_id
        self.assertEqual((order.cn285_activation, contract.state), ("done", "active"))
        # Who has means on file is not asked again.
        other = self._sent()
        self.assertFalse(other._has_to_be_paid())
        other.action_confirm()
        self.assertEqual(other.sudo().cn285_contract_id.state, "active")

    def test_a_part_is_asked_for(self):
        """Odoo's prepayment of 50 %: 105.60 of 211.20; the rest is open on the invoice."""
        order = self._sent(require_payment=True, prepayment_percent=0.5)
        self.assertMoney(order._get_prepayment_required_amount(), "105.60")
        self._pay(self._start(order), DAY)
        contract = order.sudo().cn285_contract_id
        self.assertEqual(order.cn285_activation, "done")
        [invoice] = contract.invoice_ids
        self.assertMoney(invoice.amount_total, "211.20")
        self.assertMoney(invoice.amount_residual, "105.60")

    def test_setting_of_the_company(self):
        values = {"cn285_template_id": False}
        self.assertEqual(self._sent(**values).cn285_initiation, "none")
        self.company.cn285_quote_initiation = "means"
        self.assertEqual(self._sent(**values).cn285_initiation, "means")
        order = self._sent(require_payment=True, **values)
        self.assertEqual(order.cn285_initiation, "paid")
        self._pay(self._start(order), DAY)
        self.assertActivated(order)
        self.assertEqual(order.sudo().cn285_contract_id.collection_mode, "automatic")

    def test_sellers_confirm_sends_the_link(self):
        """Accepted by telephone: the contract waits for the payment, and says so."""
        order = self._sent()
        order.action_confirm()
        contract = order.sudo().cn285_contract_id
        self.assertEqual((order.state, order.cn285_activation), ("sale", "unpaid"))
        self.assertEqual(contract.state, "draft")
        self.assertFalse(order.activity_ids)
        mail = self.env["mail.mail"].search([("model", "=", "cn285.prepayment")], limit=1)
        self.assertIn("/my/prepayments/", mail.body_html)
        self._pay(order._cn285_prepayment(), DAY)
        self.assertActivated(order)

    def test_new_version_takes_the_link_back(self):
        order = self._sent()
        prepayment = self._start(order)
        transaction = self._begin(prepayment, DAY)
        second = order.browse(order.action_cn285_new_version()["res_id"])
        self.assertEqual(second.cn285_initiation, "paid")
        self.assertEqual(prepayment.state, "cancelled")
        with self.assertRaisesRegex(UserError, "not valid any more|given up|replaced"):
            self._begin(prepayment, DAY)
        # What was under way arrives: it is kept, and somebody decides.
        self._told(transaction, day=DAY)
        self.assertEqual(prepayment.state, "to_return")
        self.assertEqual(order.state, "cancel")
        self.assertMoney(prepayment.credit_left, "211.20")
        second.action_quotation_sent()
        self._pay(self._start(second), DAY)
        self.assertActivated(second)

    def test_agreed_is_not_edited(self):
        order = self._sent()
        self._start(order)
        with self.assertRaises(UserError):
            order.cn285_initiation = "none"
        with self.assertRaises(UserError):
            order.order_line[0].price_unit = 1.0

    def test_paid_by_a_link_of_odoos(self):
        """A transaction of the order itself: booked, and it starts the contract all the same."""
        order = self._sent()
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "operation": "online_direct",
                "amount": 211.20,
                "currency_id": order.currency_id.id,
                "partner_id": self.customer.id,
                "reference": "an order",
                "sale_order_ids": [(6, 0, order.ids)],
            }
        )
        self._told(transaction, day=DAY)
        with self._on(DAY):
            transaction._post_process()
        self.assertActivated(order)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-10 09:00:00")
class TestSignedThenPaid(PaidQuoteCase, SignCase):
    def test_signature_then_payment(self):
        self.seller = self.env["res.users"].search([("login", "=", "quote_seller")])
        self.rule.copy({"what": "quote"})
        order = self._sent()
        self.assertFalse(order._has_to_be_paid())
        with self.assertRaisesRegex(UserError, "signature"):
            self._start(order)
        order.action_cn285_send_for_signature()
        [request] = order._cn285_signatures()
        self.assertFalse(self._sign(request.signer_ids))
        self.assertTrue(request.is_done, request.error)
        self.assertEqual(order.state, "sent")
        self.assertTrue(order.signed_by)
        self.assertTrue(order._has_to_be_paid())
        self.assertFalse(order._cn285_may_sign())
        self._pay(self._start(order), DAY)
        self.assertActivated(order)
        self.assertEqual(request.state, "signed")
