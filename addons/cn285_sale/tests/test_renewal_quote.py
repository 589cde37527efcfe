"""A quotation of the next term is agreed in time, or the contract's own rule holds; never both."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .amendment_common import AmendmentCase


@tagged("post_install", "-at_install")
@freeze_time("2026-10-05 09:00:00")
class TestRenewalQuote(AmendmentCase):
    """A year from 1 January 2026, renewed tacitly with +5 %; refused until 30 November."""

    @classmethod
    def _termed(cls, **values):
        return cls._running(
            **{
                "term_length": 12,
                "renewal_revision": "percent",
                "renewal_percent": 5.0,
                **values,
            }
        )

    def _renewal(self, contract, **values):
        action = contract.with_user(self.seller).action_cn285_renew()
        order = self.env["sale.order"].with_user(self.seller).browse(action["res_id"])
        order.write(values)
        return order

    def _january(self, contract):
        """What is billed on 1 January 2027."""
        with freeze_time("2027-01-01 09:00:00"):
            self._bill(date(2027, 1, 1), contract_ids=[Command.set(contract.ids)])
        rows = contract.schedule_ids.filtered(lambda row: row.period_start == date(2027, 1, 1))
        return sorted(self._cents(row.amount) for row in rows)

    def test_offers_what_the_rule_would_bring(self):
        """5 % more: seats at 10.50, hosting at 32.55; to be accepted by 30 November."""
        order = self._renewal(self._termed())
        self.assertEqual(order.order_line.mapped("price_unit"), [10.5, 32.55])
        self.assertEqual(order.order_line.mapped("cn285_action"), ["keep", "keep"])
        self.assertEqual(order.validity_date, date(2026, 11, 30))
        self.assertEqual((order.term_length, order.term_unit), (12, "month"))
        said = self._said(order)
        self.assertEqual(said["Next term"], "01/01/2027 to 12/31/2027")
        told = "Unit Price: 10.00 € → 10.50 € (the contract's own rule)"
        self.assertEqual(said["Seats"], told)
        self.assertIn("81.00 € → 85.05 € excl", said["Recurring, a month"])

    def test_accepted(self):
        """24 months, hosting stays at 31.00, 10 seats at 9.00: 90.00 + 31.00, MRR 81.00 → 121.00.

        Over the two years 24 × 121.00 = 2,904.00.
        """
        contract = self._termed()
        order = self._renewal(contract, term_length=24, notice_length=3)
        seats, hosting = order.order_line
        seats.write({"product_uom_qty": 10, "price_unit": 9.0})
        hosting.price_unit = 31.0
        self.assertMoney(order.cn285_mrr, "121.00")
        # Against what is paid today, not against the 85.05 that the rule would bring.
        self.assertMoney(order.cn285_mrr_delta, "40.00")
        self.assertMoney(order.cn285_tcv, "2904.00")
        said = self._said(order)
        self.assertEqual(said["Notice Period"], "1 → 3")
        self.assertEqual(said["Next term"], "01/01/2027 to 12/31/2028")
        order.action_quotation_sent()
        order.action_confirm()
        self.assertEqual(order.cn285_activation, "done", order.cn285_activation_error)
        kinds = order.sudo().cn285_change_ids.sorted("id").mapped("type")
        self.assertEqual(
            kinds, ["contract_terms", "renew", "contract_terms", "quantity", "price", "price"]
        )
        self.assertEqual(self._january(contract), ["31.00", "90.00"])
        self.assertEqual((contract.term_number, contract.term_end), (1, date(2028, 12, 31)))
        self.assertEqual(contract.notice_length, 3)
        renewals = contract.change_ids.filtered(lambda one: one.type == "renew")
        self.assertEqual((len(renewals), renewals.state), (1, "applied"))

    def test_compared_with_what_is_paid_today(self):
        """From 10 January 2028: 22 of 31 days of hosting, 82 of 91 of the quarter of seats.

        44.00 − 22.00 and 82.00 − 45.05 are 58.95, 70.74 with tax; 31.00 + 50.00 / 3 = 47.67 and
        62.00 + 91.00 / 3 = 92.33 a month.
        """
        with freeze_time("2027-10-05 09:00:00"):
            contract = self._create_contract(
                [
                    {"product_id": self.hosting.id, "price_unit": 31.0, "alignment": "calendar"},
                    {
                        "product_id": self.seats.id,
                        "price_unit": 10.0,
                        "quantity": 5.0,
                        "alignment": "calendar",
                        "recurring_unit": "quarter",
                    },
                ],
                user_id=self.seller.id,
                date_start=date(2027, 1, 10),
                term_length=12,
                renewal_revision="percent",
                renewal_percent=5.0,
            )
            only = [Command.set(contract.ids)]
            self._bill(date(2027, 10, 5), contract_ids=only)
            order = self._renewal(contract)
            self._line(order, self.hosting).price_unit = 62.0
            self._line(order, self.seats).price_unit = 18.2
            said = self._said(order)
            self.assertEqual(said["Difference until then"], "58.95 € excl. tax, 70.74 € incl. tax")
            self.assertIn("47.67 € → 92.33 € excl. tax", said["Recurring, a month"])
            told = "Unit Price: 31.00 € → 62.00 € (by the contract's own rule: 32.55 €)"
            self.assertEqual(said["Hosting"], told)
            self.assertMoney(order.cn285_mrr_delta, "44.66")
            order.action_quotation_sent()
            order.action_confirm()
        with freeze_time("2028-01-10 09:00:00"):
            self._bill(date(2028, 1, 10), contract_ids=only)
        rows = contract.schedule_ids.filtered(lambda row: row.period_start == date(2028, 1, 10))
        self.assertEqual(sorted(self._cents(row.amount) for row in rows), ["44.00", "82.00"])

    def test_accepted_as_it_is(self):
        contract = self._termed()
        self._renewal(contract).action_confirm()
        self.assertEqual(self._january(contract), ["32.55", "52.50"])
        renewals = contract.change_ids.filtered(lambda one: one.type == "renew")
        self.assertEqual((len(renewals), renewals.origin), (1, "quote"))

    def test_a_trial_is_not_given_again(self):
        """A year from 1 December, its first 30 days free: the second is worth 12 × 31.00."""
        contract = self._create_contract(
            [{"product_id": self.hosting.id, "price_unit": 31.0, "trial_days": 30}],
            user_id=self.seller.id,
            date_start=date(2026, 12, 1),
            term_length=12,
        )
        order = self._renewal(contract)
        self.assertEqual(order.order_line.trial_days, 0)
        self.assertMoney(order.cn285_tcv, "372.00")
        self.assertMoney(order.cn285_mrr, "31.00")

    def test_new_commitment(self):
        """Two years more from 1 January 2027, for the price of today; free on 31 December 2028."""
        self.customer.cn285_legal_kind = "professional"
        contract = self._termed(commitment_length=12, notice_length=0, exit_rule="any_time")
        self.assertEqual(contract.commitment_end, date(2026, 12, 31))
        order = self._renewal(contract)
        self.assertEqual(order.commitment_length, 0, "nobody is committed anew by himself")
        self.assertNotIn("Committed until", self._said(order))
        order.write({"commitment_length": 24, "term_length": 24})
        self.assertEqual(self._said(order)["Committed until"], "12/31/2028")
        order.action_quotation_sent()
        second = order.browse(order.action_cn285_new_version()["res_id"])
        self.assertEqual((second.commitment_length, second.term_length), (24, 24))
        second.action_confirm()
        self.assertEqual(second.cn285_activation, "done", second.cn285_activation_error)
        self.assertEqual(contract.commitment_end, date(2026, 12, 31), "until it begins")
        self._january(contract)
        self.assertEqual(contract.commitment_start, date(2027, 1, 1))
        self.assertEqual(contract.commitment_end, date(2028, 12, 31))
        with freeze_time("2027-03-05 09:00:00"):
            self.assertEqual(contract.earliest_termination_date(), date(2028, 12, 31))

    def test_not_accepted_it_renews_by_itself(self):
        contract = self._termed()
        order = self._renewal(contract, term_length=24)
        order.order_line[1].price_unit = 31.0
        order.action_quotation_sent()
        with freeze_time("2026-12-01 09:00:00"):
            with self.assertRaisesRegex(UserError, "until 11/30/2026: it renews by itself"):
                order.action_confirm()
            self.env["sale.order"]._cron_cn285_end_renewals()
            self.assertEqual(order.state, "cancel")
            self.assertIn("renews by itself", contract.message_ids[0].body)
            with self.assertRaisesRegex(UserError, "could be agreed until"):
                self._renewal(contract)
        self.assertEqual(self._january(contract), ["32.55", "52.50"])
        self.assertEqual((contract.term_number, contract.term_end), (1, date(2027, 12, 31)))

    def test_not_accepted_it_ends(self):
        contract = self._termed(renewal_mode="expiry")
        order = self._renewal(contract)
        self.assertEqual(order.validity_date, date(2026, 12, 31))
        order.action_quotation_sent()
        order._action_cancel()
        self.assertIn("it ends on 12/31/2026", contract.message_ids[0].body)
        self.assertEqual(self._january(contract), [])

    def test_accepted_one_that_would_end_goes_on(self):
        contract = self._termed(renewal_mode="expiry", renewal_revision="none")
        self._renewal(contract).action_confirm()
        self.assertEqual(self._january(contract), ["31.00", "50.00"])
        self.assertEqual(contract.term_end, date(2027, 12, 31))

    def test_never_both(self):
        contract = self._termed()
        first = self._renewal(contract)
        self.assertEqual(self._renewal(contract), first, "the one that is open")
        second = contract.with_user(self.seller)._cn285_quote("renewal")
        (first | second).action_quotation_sent()
        first.action_confirm()
        with self.assertRaisesRegex(UserError, "agreed already"):
            second.action_confirm()
        with self.assertRaises(UserError):
            contract.action_renew()
        with self.assertRaisesRegex(UserError, "agreed already"):
            self._renewal(contract)
        self._january(contract)
        self.assertEqual(contract.term_number, 1)

    def test_terminated_is_not_renewed(self):
        contract = self._termed()
        order = self._renewal(contract)
        order.action_quotation_sent()
        contract.action_refuse_renewal()
        with self.assertRaisesRegex(UserError, "terminated as of 12/31/2026"):
            order.action_confirm()

    def test_notice_is_sent_all_the_same(self):
        """A consumer is told of the renewal in time, whatever is offered meanwhile."""
        self.customer.cn285_legal_kind = "consumer"
        contract = self._termed()
        notice = contract.notice_ids
        self.assertEqual(len(notice), 1)
        known = notice.state
        self.assertIn(known, ("planned", "due"))
        order = self._renewal(contract)
        order.action_quotation_sent()
        self.assertEqual(notice.state, known)
        order.action_confirm()
        self.assertEqual((contract.notice_ids, notice.state), (notice, known))

    def test_new_version(self):
        contract = self._termed()
        order = self._renewal(contract, term_length=24)
        order.order_line[1].price_unit = 30.0
        order.action_quotation_sent()
        known = len(contract.message_ids)
        second = order.browse(order.action_cn285_new_version()["res_id"])
        self.assertEqual(len(contract.message_ids), known)
        self.assertEqual((second.cn285_kind, second.term_length), ("renewal", 24))
        self.assertEqual(second.order_line.mapped("price_unit"), [10.5, 30.0])

    def test_without_a_term(self):
        with self.assertRaisesRegex(UserError, "no term"):
            self._renewal(self._running())
