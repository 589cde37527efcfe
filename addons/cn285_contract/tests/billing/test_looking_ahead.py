from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...models.clock import imagined_day
from ..common import ContractCase


class AheadCase(ContractCase):
    @classmethod
    def _plan(cls, contract, kind, day, item=None, **values):
        """A scheduled contract change."""
        change = cls.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "item_id": item and item.id,
                "type": kind,
                "date_effective": day,
                "values": values or False,
            }
        )
        change.action_schedule()
        return change


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestLookingAhead(AheadCase):
    def test_a_preview_knows_planned_changes_and_writes_nothing(self):
        contract = self._create_contract([{}, {"price_unit": 40.0}])
        self._bill(date(2026, 1, 15), contract_ids=[(6, 0, contract.ids)])
        self._plan(contract, "end_item", date(2026, 2, 28), contract.item_ids[1])
        before = self._rows(contract), contract.change_ids.state, contract.state
        moves = self.env["account.move"].search_count([])
        bills = contract.preview_invoices(3)
        self.assertEqual(
            [(bill["date"], self._cents(bill["amount_untaxed"])) for bill in bills],
            [("2026-02-01", "140.00"), ("2026-03-01", "100.00"), ("2026-04-01", "100.00")],
        )
        self.assertMoney(bills[0]["amount_total"], "168.00")
        contract.invalidate_recordset()
        after = self._rows(contract), contract.change_ids.state, contract.state
        self.assertEqual(after, before)
        self.assertEqual(self.env["account.move"].search_count([]), moves)

    def test_a_preview_is_in_the_language_of_its_reader(self):
        """A screen is read by its user; the invoice, by the customer."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(["cn285_contract"], ["fr_FR"])
        self.subscription.with_context(lang="fr_FR").name = "Abonnement"
        self.customer.lang = "fr_FR"
        contract = self._create_contract([{}])
        planned = self._create_contract([{}, {}])
        self._plan(planned, "end_item", date(2026, 2, 28), planned.item_ids[1])
        for one in contract | planned:
            for lang, text in (
                ("en_US", "API access – from 01/01/2026 to 01/31/2026"),
                ("fr_FR", "Abonnement – du 01/01/2026 au 31/01/2026"),
            ):
                [preview] = one.with_context(lang=lang).preview_invoices(1)
                self.assertEqual({line["name"] for line in preview["lines"]}, {text})
        self._bill(date(2026, 1, 15), contract_ids=[(6, 0, contract.ids)])
        self.assertEqual(
            contract.invoice_ids.invoice_line_ids.name, "Abonnement – du 01/01/2026 au 31/01/2026"
        )

    def test_the_preview_with_changes_is_what_is_billed(self):
        contract = self._create_contract([{}, {"price_unit": 40.0, "recurring_unit": "quarter"}])
        self._plan(contract, "end_item", date(2026, 2, 10), contract.item_ids[0])
        previewed = [
            (bill["date"], self._cents(bill["amount_total"]))
            for bill in contract.preview_invoices(4)
        ]
        for day in ("2026-01-15", "2026-02-10", "2026-02-11", "2026-04-01", "2026-07-01"):
            with freeze_time(f"{day} 10:00:00"):
                self._bill(date.fromisoformat(day), contract_ids=[(6, 0, contract.ids)])
        moves = self.env["account.move"].search(
            [("cn285_contract_ids", "in", contract.ids)], order="invoice_date, id"
        )
        billed = [
            (move.invoice_date.isoformat(), self._cents(abs(move.amount_total_signed)))
            for move in moves
        ]
        self.assertEqual([row[0] for row in previewed], [row[0] for row in billed][:4])
        self.assertEqual([row[1].lstrip("-") for row in previewed], [row[1] for row in billed][:4])

    def test_periods_ahead_are_billed_today(self):
        contract = self._create_contract([{}, {"price_unit": 40.0, "recurring_unit": "quarter"}])
        ids = contract.bill_ahead(periods=2)
        move = self.env["account.move"].browse(ids)
        self.assertEqual(
            (len(move), move.state, move.invoice_date), (1, "posted", date(2026, 1, 15))
        )
        self.assertMoney(move.amount_untaxed, "280.00")
        self.assertEqual(
            sorted(row.period_start.isoformat() for row in move.cn285_schedule_ids),
            ["2026-01-01", "2026-01-01", "2026-02-01", "2026-04-01"],
        )
        more = self.env["account.move"].browse(contract.bill_ahead(until="2026-04-15"))
        self.assertMoney(more.amount_untaxed, "200.00")
        with self.assertRaisesRegex(UserError, "nothing to bill ahead"):
            contract.bill_ahead(until="2026-04-15")
        self._bill(date(2026, 4, 30), contract_ids=[(6, 0, contract.ids)])
        self.assertEqual(
            self.env["account.move"].search_count([("cn285_contract_ids", "in", contract.ids)]), 2
        )

    def test_billing_ahead_goes_past_the_planning_horizon(self):
        self.company.cn285_horizon_months = 1
        contract = self._create_contract([{"recurring_unit": "year", "price_unit": 1200}])
        move = self.env["account.move"].browse(contract.bill_ahead(periods=4))
        self.assertMoney(move.amount_untaxed, "4800.00")

    def test_what_cannot_be_billed_ahead_is_refused(self):
        trial = self._create_contract([{"trial_days": 30}])
        with self.assertRaisesRegex(UserError, "is in its trial until"):
            trial.bill_ahead(periods=1)
        contract = self._create_contract()
        for wish, words in (
            ({}, "Bill either"),
            ({"periods": 1, "until": "2026-03-01"}, "Bill either"),
            ({"periods": 61}, "Between 1 and 60"),
            ({"periods": -1}, "Between 1 and 60"),
            ({"periods": 1.5}, "Between 1 and 60"),
            ({"until": "soon"}, "“soon” is no date"),
            ({"until": "2036-01-16"}, "Ten years at most"),
        ):
            with self.subTest(wish), self.assertRaisesRegex(UserError, words):
                contract.bill_ahead(**wish)
        self.subscription.taxes_id.active = False
        with self.assertRaisesRegex(UserError, "is archived"):
            contract.bill_ahead(periods=1)
        user = new_test_user(self.env, "ahead", groups="cn285_contract.group_contract_user")
        with self.assertRaises(AccessError):
            contract.with_user(user).bill_ahead(periods=1)

    def test_an_imagined_day_is_over_after_its_block(self):
        with imagined_day(date(2027, 1, 1)):
            self.assertEqual(self.company._cn285_today(), date(2027, 1, 1))
        self.assertEqual(self.company._cn285_today(), date(2026, 1, 15))
