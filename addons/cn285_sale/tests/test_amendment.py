"""What is changed on a quotation of a running contract changes the contract, once, to the cent."""

from datetime import date
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .amendment_common import AmendmentCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-16 09:00:00")
class TestAmendment(AmendmentCase):
    def _changes(self, order):
        changes = order.sudo().cn285_change_ids.sorted("id")
        return [(one.type, one.date_effective.isoformat(), one.state) for one in changes]

    def _invoiced(self, contract):
        """What the contract's invoices come to, before tax, by day."""
        moves = contract.schedule_ids.move_id.sorted("invoice_date")
        return [(one.invoice_date.isoformat(), one.amount_untaxed_signed) for one in moves]

    # === AS IT IS === #

    def test_opens_with_what_runs(self):
        contract = self._running()
        order = self._amend(contract)
        self.assertEqual((order.cn285_kind, order.state), ("amendment", "draft"))
        self.assertEqual((order.partner_id, order.user_id), (self.customer, self.seller))
        self.assertEqual(order.order_line.cn285_item_id.sudo(), contract.item_ids)
        self.assertEqual(order.order_line.mapped("cn285_action"), ["keep", "keep"])
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [5.0, 1.0])
        self.assertEqual(order.order_line.mapped("price_unit"), [10.0, 31.0])
        self.assertMoney(order.cn285_mrr, "81.00")
        self.assertMoney(order.cn285_mrr_delta, "0.00")
        self.assertFalse(order.cn285_first_invoice)
        self.assertFalse(order.sudo()._cn285_said())

    def test_actions_follow_from_differences(self):
        order = self._amend(self._running())
        seats, hosting = order.order_line
        seats.product_uom_qty = 8
        self.assertEqual((seats.cn285_action, seats.price_unit), ("change", 10.0))
        self.assertMoney(order.cn285_mrr_delta, "30.00")
        hosting.product_uom_qty = 0
        self.assertEqual(hosting.cn285_action, "end")
        self.assertMoney(order.cn285_mrr_delta, "-1.00")
        seats.product_uom_qty = 5
        hosting.write({"product_uom_qty": 1})
        self.assertEqual(order.order_line.mapped("cn285_action"), ["keep", "keep"])
        order.order_line = [
            Command.create({"product_id": self.support.id, "billing_type": "fixed"})
        ]
        self.assertEqual(order.order_line.mapped("cn285_action"), ["keep", "keep", "add"])
        self.assertMoney(order.cn285_mrr_delta, "15.00")
        self.assertMoney(order.cn285_mrr, "96.00")

    def test_form(self):
        """A period of another length costs as much a month; another product keeps the rhythm."""
        order = self._amend(self._running())
        with Form(order) as form, form.order_line.edit(1) as line:
            line.recurring_unit = "year"
            self.assertEqual(line.price_unit, 372.0)
        hosting = self._line(order, self.hosting)
        self.assertEqual((hosting.cn285_action, hosting.price_unit), ("change", 372.0))
        self.assertMoney(order.cn285_mrr_delta, "0.00")
        with Form(order) as form, form.order_line.edit(0) as line:
            line.product_id = self.subscription
        self.assertEqual(order.order_line[0].recurring_unit, "month")
        self.assertEqual(order.order_line[0].alignment, "anniversary")

    # === MONEY === #

    def test_more_seats_today(self):
        """Five seats at 10.00 are eight from 16 January, 16 of 31 days of January.

        −(50.00 − 24.19) = −25.81 and +41.29 (80.00 × 16/31): 15.48. With February, in advance on
        1 February: 80.00 + 31.00 + 15.48 = 126.48, with 20 % tax 151.78 (-5.16, +8.26, 22.20 of
        tax by lines).
        """
        contract = self._running()
        order = self._amend(contract)
        order.order_line[0].product_uom_qty = 8
        said = self._said(order)
        self.assertEqual(said["Seats"], "Quantity: 5 → 8")
        self.assertIn("81.00 € → 111.00 €", said["Recurring, a month"].replace("€ 8", "8"))
        self.assertIn("15.48", said["Difference until then"])
        played = order._cn285_play()
        self.assertMoney(played["amount"], "15.48")
        self.assertEqual((played["mrr_before"], played["mrr_after"]), (81.0, 111.0))
        self.assertEqual(contract.item_ids[0].quantity, 5.0)
        self.assertFalse(contract.change_ids)
        order.action_quotation_sent()
        order.action_confirm()
        self.assertEqual(self._changes(order), [("quantity", "2026-01-16", "applied")])
        self.assertEqual(order.cn285_activation, "done")
        self.assertEqual(contract.item_ids[0].quantity, 8.0)
        self._bill(date(2026, 2, 1), contract_ids=[Command.set(contract.ids)])
        invoiced = sum(amount for _day, amount in self._invoiced(contract))
        self.assertMoney(invoiced, "207.48")  # 81.00 + 15.48 + 111.00

    def test_revenue_is_told_as_it_is_counted(self):
        """Six at 29.00 after a month of trial, hosting ends: 6 × 29.00 − 31.00 = +143.00."""
        order = self._amend(self._running())
        order.order_line[1].product_uom_qty = 0
        order.order_line = [
            Command.create(
                {
                    "product_id": self.support.id,
                    "billing_type": "fixed",
                    "product_uom_qty": 6,
                    "price_unit": 29.0,
                    "trial_days": 30,
                }
            )
        ]
        self.assertMoney(order.cn285_mrr_delta, "143.00")
        said = self._said(order)["Recurring, a month"]
        self.assertEqual(said, "81.00 € → 224.00 € excl. tax (+143.00 €)")

    def test_what_it_says_is_what_is_billed(self):
        contract = self._running()
        order = self._amend(contract)
        order.order_line[0].product_uom_qty = 8
        order.action_quotation_sent()
        told = order._cn285_play()["next_invoice"]
        order.action_confirm()
        known = contract.schedule_ids.move_id
        self._bill(date.fromisoformat(told["date"]), contract_ids=[Command.set(contract.ids)])
        invoice = contract.schedule_ids.move_id - known
        self.assertEqual(len(invoice), 1)
        self.assertMoney(told["amount_untaxed"], str(self._cents(invoice.amount_untaxed_signed)))
        self.assertMoney(told["amount_total"], str(self._cents(invoice.amount_total_signed)))

    def test_next_invoice_is_what_is_billed_before_the_change(self):
        """February as it is, on 1 February; 18 of 28 days of three seats more come after it."""
        contract = self._running()
        order = self._amend(contract, cn285_date_effective=date(2026, 2, 11))
        order.order_line[0].product_uom_qty = 8
        order.action_quotation_sent()
        told = order._cn285_play()["next_invoice"]
        self.assertEqual(told["date"], "2026-02-01")
        self.assertMoney(told["amount_untaxed"], "81.00")
        self.assertMoney(told["amount_total"], "97.20")
        order.action_confirm()
        for day in (date(2026, 2, 1), date(2026, 2, 11)):
            with freeze_time(f"{day} 09:00:00"):
                self._bill(day, contract_ids=[Command.set(contract.ids)])
        totals = contract.schedule_ids.move_id.sorted("invoice_date").mapped("amount_total")
        self.assertEqual([self._cents(total) for total in totals], ["97.20", "97.20", "23.15"])

    def test_all_kinds_on_a_day(self):
        """From 1 February: seats 5 → 8, hosting goes to its better, support comes, 12.00 a seat.

        8 × 12.00 + 62.00 + 15.00 = 173.00 a month, 81.00 before: +92.00. No part of a period is
        concerned: nothing is due until then but the first month of what is new.
        """
        contract = self._running()
        order = self._amend(contract, cn285_date_effective=date(2026, 2, 1))
        seats, hosting = order.order_line
        seats.write({"product_uom_qty": 8, "price_unit": 12.0})
        hosting.write({"product_id": self.better.id})
        self.assertEqual(hosting.price_unit, 62.0)
        order.order_line = [
            Command.create({"product_id": self.support.id, "billing_type": "fixed"})
        ]
        self.assertMoney(order.cn285_mrr_delta, "92.00")
        self.assertMoney(order.cn285_mrr, "173.00")
        order.action_quotation_sent()
        order.action_confirm()
        self.assertEqual(
            self._changes(order),
            [
                ("upsell", "2026-02-01", "scheduled"),
                ("quantity", "2026-02-01", "scheduled"),
                ("price", "2026-02-01", "scheduled"),
                ("add_item", "2026-02-01", "scheduled"),
            ],
        )
        self.assertEqual(order.cn285_activation, "done")
        with freeze_time("2026-02-01 09:00:00"):
            self._bill(date(2026, 2, 1), contract_ids=[Command.set(contract.ids)])
        self.assertEqual({one.state for one in order.sudo().cn285_change_ids}, {"applied"})
        self.assertEqual(self._invoiced(contract), [("2026-01-01", 81.0), ("2026-02-01", 173.0)])

    def test_end_of_a_line(self):
        """Hosting ends today, 16 January, its last day: 31.00 less 16 of 31 days: −15.00."""
        contract = self._running()
        order = self._amend(contract)
        order.order_line[1].product_uom_qty = 0
        self.assertEqual(self._said(order)["Hosting"], "ends")
        self.assertMoney(order._cn285_play()["amount"], "-15.00")
        order.action_confirm()
        self.assertEqual(contract.item_ids[1].date_end, date(2026, 1, 16))
        self._bill(date(2026, 2, 1), contract_ids=[Command.set(contract.ids)])
        invoiced = sum(amount for _day, amount in self._invoiced(contract))
        self.assertMoney(invoiced, "116.00")  # 81.00 − 15.00 + 50.00

    def test_yearly_from_now_on(self):
        """Hosting is 372.00 a year from 1 February; January stays as it was billed."""
        contract = self._running()
        order = self._amend(contract, cn285_date_effective=date(2026, 2, 1))
        order.order_line[1].write({"recurring_unit": "year", "price_unit": 372.0})
        order.action_confirm()
        self.assertEqual(self._changes(order), [("billing_period", "2026-02-01", "scheduled")])
        with freeze_time("2026-02-01 09:00:00"):
            self._bill(date(2026, 2, 1), contract_ids=[Command.set(contract.ids)])
        self.assertEqual(self._invoiced(contract), [("2026-01-01", 81.0), ("2026-02-01", 422.0)])

    def test_term_and_holder(self):
        contract = self._running(term_length=12)
        heir = self.env["res.partner"].create({"name": "Boulangerie Petit"})
        order = self._amend(
            contract,
            cn285_date_effective=date(2026, 3, 1),
            cn285_new_term_end=date(2027, 6, 30),
            cn285_new_holder_id=heir.id,
        )
        said = self._said(order)
        self.assertEqual(said["Holder"], "Boulangerie Martin → Boulangerie Petit")
        self.assertIn("06/30/2027", said["End of the term"])
        order.action_confirm()
        self.assertEqual(
            self._changes(order),
            [("extend_term", "2026-03-01", "scheduled"), ("holder", "2026-03-01", "scheduled")],
        )
        with freeze_time("2026-03-01 09:00:00"):
            self._bill(date(2026, 3, 1))
        taken = order.sudo().cn285_change_ids.result_contract_id
        self.assertEqual((taken.partner_id, taken.term_end), (heir, date(2027, 6, 30)))

    # === RULES === #

    def test_first_allowed_day(self):
        """Downgrades with the next billing period: fewer seats from 1 February, more at once."""
        template = self.env["cn285.contract.template"].create(
            {"name": "Rules", "downgrade_when": "next_billing"}
        )
        contract = self._running(template_id=template.id)
        order = self._amend(contract)
        order.order_line[0].product_uom_qty = 3
        order.order_line[1].product_uom_qty = 2
        self.assertEqual(order._cn285_play()["days"], ["2026-01-16", "2026-02-01"])
        order.action_confirm()
        self.assertEqual(
            sorted(self._changes(order)),
            [("quantity", "2026-01-16", "applied"), ("quantity", "2026-02-01", "scheduled")],
        )
        early = self._amend(contract, cn285_date_effective=date(2026, 1, 20))
        early.order_line[1].product_uom_qty = 1
        with self.assertRaisesRegex(UserError, "02/01/2026"):
            early.action_quotation_sent()
        self.assertEqual(early.state, "draft")

    def test_without_a_path(self):
        order = self._amend(self._running())
        order.order_line[1].product_id = self.support
        with self.assertRaisesRegex(UserError, "no tier path"):
            order.action_quotation_sent()

    def test_all_or_none(self):
        """One that cannot be done keeps the others from it: accepted, not activated."""
        contract = self._running()
        order = self._amend(contract)
        order.order_line[0].product_uom_qty = 8
        order.order_line[1].product_uom_qty = 0
        order.action_quotation_sent()
        kind = type(self.env["cn285.contract.change"])
        schedule, done = kind._cn285_schedule_agreed, []

        def fail(changes):
            schedule(changes[:1])
            done.append(changes[0].state)
            raise UserError("No account for this.")  # pylint: disable=translation-required

        with patch.object(kind, "_cn285_schedule_agreed", fail):
            order.action_confirm()
        self.assertEqual(done, ["applied"])
        self.assertEqual((order.state, order.cn285_activation), ("sale", "waiting"))
        self.assertEqual(order.cn285_activation_error, "No account for this.")
        self.assertFalse(contract.change_ids)
        self.assertEqual(contract.item_ids.mapped("quantity"), [5.0, 1.0])
        self.assertEqual(order.activity_ids.user_id, self.seller)
        order.action_cn285_activate()
        self.assertEqual(order.cn285_activation, "done")
        self.assertEqual(len(contract.change_ids), 2)

    def test_once(self):
        contract = self._running()
        order = self._amend(contract)
        order.order_line[0].product_uom_qty = 8
        order.action_confirm()
        with self.assertRaises(UserError):
            order.action_confirm()
        order._action_confirm()
        order._cn285_activate()
        self.assertEqual(len(contract.change_ids), 1)
        [change] = contract.change_ids
        again = {"order_id": order.id, "order_part": change.order_part, "origin": "quote"}
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            change.copy(again)

    def test_stale(self):
        """A touched item has changed: refused, in words; a new version is made of what is now."""
        contract = self._running()
        order = self._amend(contract)
        order.order_line[0].product_uom_qty = 8
        order.action_quotation_sent()
        self.assertEqual(order.cn285_base_revision, 0)
        self.env["cn285.contract.change"].create(
            {
                "item_id": contract.item_ids[0].id,
                "type": "quantity",
                "date_effective": date(2026, 1, 16),
                "values": {"quantity": 6},
            }
        ).action_schedule()
        with self.assertRaisesRegex(UserError, "Seats: Quantity, 5, is 6 by now.*new version"):
            order.action_confirm()
        self.assertEqual(order.state, "sent")
        action = order.action_cn285_new_version()
        second = self.env["sale.order"].with_user(self.seller).browse(action["res_id"])
        self.assertEqual(second.cn285_contract_id.sudo(), contract)
        self.assertEqual((second.cn285_kind, second.cn285_base_revision), ("amendment", 1))
        self.assertEqual(second.order_line.mapped("product_uom_qty"), [8.0, 1.0])
        self.assertEqual(self._said(second)["Seats"], "Quantity: 6 → 8")
        second.action_confirm()
        self.assertEqual(contract.item_ids[0].quantity, 8.0)

    def test_duplicate(self):
        """A copy amends the same contract, as it is by now; it is no quotation of a new one."""
        contract = self._running()
        order = self._amend(contract)
        order.order_line[0].product_uom_qty = 8
        order.order_line = [
            Command.create({"product_id": self.support.id, "billing_type": "fixed"})
        ]
        twin = order.copy({"client_order_ref": "Once more"})
        self.assertEqual((twin.cn285_kind, twin.client_order_ref), ("amendment", "Once more"))
        self.assertEqual(twin.sudo().cn285_contract_id, contract)
        self.assertEqual((twin.cn285_version, twin.cn285_root_id.id), (1, False))
        happens = {
            line.product_id: (line.cn285_action, line.product_uom_qty) for line in twin.order_line
        }
        self.assertEqual(happens[self.seats], ("change", 8.0))
        self.assertEqual(happens[self.hosting], ("keep", 1.0))
        self.assertEqual(happens[self.support], ("add", 1.0))
        self.assertEqual(len(twin.order_line), 3)
        order.action_confirm()
        later = order.copy()
        self.assertEqual(later.order_line.mapped("product_uom_qty"), [8.0, 1.0, 1.0])
        self.assertEqual(later.order_line.mapped("cn285_action"), ["keep", "keep", "keep"])
        contract.action_close()
        with self.assertRaisesRegex(UserError, "does not run"):
            order.copy()

    def test_discounts_by_month_are_for_new_contracts(self):
        """What is added to a running contract would be billed without them."""
        order = self._amend(self._running())
        order.order_line = [
            Command.create({"product_id": self.support.id, "billing_type": "fixed"})
        ]
        support = self._line(order, self.support)
        support.cn285_discount_ids = [Command.create({"percent": 50.0, "month_count": 3})]
        with self.assertRaisesRegex(UserError, "Support.*single services of a new contract"):
            order.action_quotation_sent()
        support.cn285_discount_ids.unlink()
        support.tax_ids = False
        with self.assertRaisesRegex(UserError, "taxes were changed by hand"):
            order.action_quotation_sent()

    def test_another_item_may_change(self):
        contract = self._running()
        order = self._amend(contract)
        order.order_line[0].product_uom_qty = 8
        self.env["cn285.contract.change"].create(
            {
                "item_id": contract.item_ids[1].id,
                "type": "price",
                "date_effective": date(2026, 2, 1),
                "values": {"price_unit": 33.0},
            }
        ).action_schedule()
        order.action_confirm()
        self.assertEqual(order.cn285_activation, "done")

    def test_planned_meanwhile_is_stale(self):
        contract = self._running()
        order = self._amend(contract)
        order.order_line[0].product_uom_qty = 8
        self.env["cn285.contract.change"].create(
            {
                "item_id": contract.item_ids[0].id,
                "type": "end_item",
                "date_effective": date(2026, 3, 31),
            }
        ).action_schedule()
        with self.assertRaisesRegex(UserError, "Seats: .* is planned"):
            order.action_quotation_sent()

    def test_two_quotations_of_one_item(self):
        contract = self._running()
        first, second = self._amend(contract), self._amend(contract)
        first.order_line[0].product_uom_qty = 8
        second.order_line[0].product_uom_qty = 9
        (first | second).action_quotation_sent()
        first.action_confirm()
        with self.assertRaisesRegex(UserError, "Quantity, 5, is 8"):
            second.action_confirm()
        self.assertEqual(contract.item_ids[0].quantity, 8.0)

    # === APPROVAL === #

    def test_approval_before_sending(self):
        """Changes from 10.00 on need an approval: 15.48 do, and are not sent without it."""
        template = self.env["cn285.contract.template"].create(
            {"name": "Rules", "approval_ids": [Command.create({"amount": 10.0})]}
        )
        contract = self._running(template_id=template.id)
        groups = "cn285_contract.group_billing_manager,sales_team.group_sale_salesman_all_leads"
        manager = new_test_user(self.env, "quote_manager", groups)
        order = self._amend(contract)
        order.order_line[0].product_uom_qty = 6
        order.action_quotation_sent()  # 5.16 needs none
        order.action_draft()
        order.order_line[0].product_uom_qty = 8
        with self.assertRaisesRegex(UserError, "needs an approval before it is sent"):
            order.action_quotation_sent()
        with self.assertRaises(AccessError):
            order.action_cn285_approve()
        order.action_cn285_ask_approval()
        self.assertIn(manager, order.activity_ids.user_id)
        order.with_user(manager).action_cn285_approve()
        self.assertFalse(order.activity_ids)
        order.action_quotation_sent()
        order.action_draft()
        order.order_line[0].product_uom_qty = 9
        with self.assertRaisesRegex(UserError, "needs an approval"):
            order.action_confirm()
        order.order_line[0].product_uom_qty = 8
        order.action_confirm()
        change = order.sudo().cn285_change_ids
        self.assertEqual((change.state, change.approved_by), ("applied", manager))

    def test_nobody_approves_his_own(self):
        template = self.env["cn285.contract.template"].create(
            {"name": "Rules", "approval_ids": [Command.create({})]}
        )
        groups = "cn285_contract.group_billing_manager,sales_team.group_sale_salesman_all_leads"
        manager = new_test_user(self.env, "quote_manager", groups)
        contract = self._running(template_id=template.id)
        order = self._amend(contract, user=manager)
        order.order_line[0].product_uom_qty = 6
        order.action_cn285_ask_approval()
        with self.assertRaisesRegex(UserError, "your own"):
            order.action_cn285_approve()

    # === WHO MAY === #

    def test_sellers_amend_what_they_sold(self):
        contract = self._running()
        other = new_test_user(self.env, "quote_other", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            contract.with_user(other).action_cn285_amend()
        order = self._amend(contract)
        with self.assertRaises(AccessError):
            order.with_user(other).read(["cn285_mrr_delta"])
        clerk = new_test_user(self.env, "quote_clerk", "cn285_contract.group_billing_manager")
        with self.assertRaises(AccessError):
            contract.with_user(clerk).action_cn285_amend()
        with self.assertRaises(AccessError):
            order.write({"cn285_base_revision": 9})
        with self.assertRaises(UserError):
            order.order_line[0].write({"cn285_base": False})
        with self.assertRaisesRegex(UserError, "set its quantity to 0"):
            order.order_line[0].unlink()
        order.sudo().unlink()

    def test_item_of_another_contract_is_no_line(self):
        contract, foreign = self._running(), self._running(user_id=self.env.uid)
        order = self._amend(contract)
        with self.assertRaises(UserError):
            order.order_line = [
                Command.create(
                    {"product_id": self.seats.id, "cn285_item_id": foreign.item_ids[0].id}
                )
            ]

    def test_agreed_is_not_edited(self):
        order = self._amend(self._running())
        order.order_line[0].product_uom_qty = 8
        order.action_confirm()
        with self.assertRaisesRegex(UserError, "was accepted"):
            order.order_line[0].product_uom_qty = 9
        with self.assertRaisesRegex(UserError, "was accepted"):
            order.cn285_new_term_end = date(2027, 1, 1)

    def test_cancel(self):
        contract = self._running()
        order = self._amend(contract, cn285_date_effective=date(2026, 2, 1))
        order.order_line[0].product_uom_qty = 8
        order.action_confirm()
        order._action_cancel()
        self.assertEqual(order.sudo().cn285_change_ids.state, "cancelled")
        other = self._amend(contract)
        other.order_line[0].product_uom_qty = 8
        other.action_confirm()
        with self.assertRaisesRegex(UserError, "has taken effect"):
            other._action_cancel()

    def test_of_what_does_not_run(self):
        contract = self._running()
        contract.action_close()
        with self.assertRaisesRegex(UserError, "does not run"):
            contract.with_user(self.seller).action_cn285_amend()

    def test_printed(self):
        order = self._amend(self._running())
        order.order_line[0].product_uom_qty = 8
        document = order._cn285_document()
        said = "\n".join(text for note in document.notes for text in note.paragraphs)
        self.assertIn("Quantity: 5 → 8", said.replace("\u00a0", " "))
        self.assertIn("15.48", said)

    def test_free_items_stay_free(self):
        contract = self._create_contract(
            [{"product_id": self.seats.id, "price_unit": 0.0, "price_source": "manual"}],
            user_id=self.seller.id,
        )
        order = self._amend(contract)
        order.order_line.product_uom_qty = 4
        self.assertEqual(order.order_line.price_unit, 0.0)
        order.action_confirm()
        self.assertEqual(order.sudo().cn285_change_ids.mapped("type"), ["quantity"])
