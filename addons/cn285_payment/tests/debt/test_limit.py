"""Credit limits: exposure, automatic payment, refusal of what costs, deactivation."""

from datetime import date
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import DebtCase


@tagged("post_install", "-at_install")
class TestLimit(DebtCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_use_credit_limit = True
        cls.service = cls.env["cn285.exposure"]
        cls.clerk = new_test_user(
            cls.env,
            "limit_clerk",
            "cn285_contract.group_contract_user,cn285_contract.group_change_override",
        )
        cls.untaxed = cls._create_product("Untaxed", 1.0, taxes_id=[Command.clear()])
        cls.day = date(2026, 2, 10)

    def _owing(self, price=150.0, limit=200.0, due_days=60, **values):
        contract, move = self._billed(
            self.day,
            due_days=due_days,
            items=[{"product_id": self.untaxed.id, "price_unit": price}],
            **values,
        )
        self.customer.credit_limit = limit
        return contract, move

    def _exposure(self, day=None):
        with imagined_day(day or self.day):
            return self.service._of(self.customer, self.company)[self.customer.id]

    def _more(self, contract, **values):
        """A clerk sells one more service; returns the change."""
        return (
            self.env["cn285.contract.change"]
            .with_user(self.clerk)
            .create(
                {
                    "contract_id": contract.id,
                    "type": "quantity",
                    "item_id": contract.item_ids[0].id,
                    "values": {"quantity": 2},
                    "date_effective": self.day,
                    **values,
                }
            )
        )

    def test_what_is_open_and_due(self):
        contract, _move = self._owing()
        self.assertEqual(float(self._exposure().total), 150.0)
        # On 10 March the second month is due and not billed yet.
        later = self._exposure(date(2026, 3, 10))
        self.assertEqual((float(later.open), float(later.due)), (150.0, 150.0))
        with imagined_day(date(2026, 3, 10)):
            self._bill(date(2026, 3, 10), contract_ids=[Command.set(contract.ids)])
        later = self._exposure(date(2026, 3, 10))
        self.assertEqual((float(later.open), float(later.due)), (300.0, 0.0))

    def test_rated_usage_and_wallet_count(self):
        self._owing()
        key = self.customer.id
        self.patch(type(self.service), "_rated_usage", lambda *a: {key: Decimal("60")})
        self.assertEqual(float(self._exposure().total), 210.0)
        self.patch(type(self.service), "_wallet", lambda *a: {key: Decimal("10.5")})
        self.assertEqual(float(self._exposure().total), 199.5)

    def test_above_it_what_costs_is_refused(self):
        contract, _move = self._owing(limit=149.99)
        with imagined_day(self.day):
            change = self._more(contract)
            with self.assertRaisesRegex(ValidationError, "insufficient funds.*150.00.*149.99"):
                change.action_schedule()
            self.assertEqual(change.state, "draft")
            # What costs less is not.
            less = self._more(contract, values={"quantity": 0.5})
            less.action_schedule()
            self.assertEqual(less.state, "applied")
            # And there are exceptions, for a reason.
            exception = self._more(contract, override=True, note="Agreed with the director")
            exception.action_schedule()
            self.assertEqual(exception.state, "applied")

    def test_a_new_contract_is_refused_too(self):
        self._owing(limit=149.99)
        draft = self._create_contract(date_start=self.day, confirm=False)
        with imagined_day(self.day):
            with self.assertRaisesRegex(UserError, "insufficient funds"):
                draft.action_confirm()
            self.customer.credit_limit = 150.0
            draft.action_confirm()
        self.assertEqual(draft.state, "active")

    def test_at_it_nothing_is_refused(self):
        contract, _move = self._owing(limit=150.0)
        with imagined_day(self.day):
            change = self._more(contract)
            change.action_schedule()
        self.assertEqual(change.state, "applied")

    def test_without_a_limit(self):
        contract, _move = self._owing(price=100000.0, limit=0.0)
        with imagined_day(self.day):
            self._more(contract).action_schedule()
            self._dun(self.day)
        self.assertEqual(contract.state, "active")

    def _collecting(self):
        """Let the automatic payment pay, as the collection does; returns what it was asked."""
        asked = []

        def collect(service, moves, origin):
            asked.append((moves.ids, origin))
            for move in moves:
                self._pay(move, self.day)

        self.patch(type(self.env["cn285.collection"]), "_collect", collect)
        self.patch(
            type(self.service), "_means_of", lambda service, partner, company: self._open_moves()
        )
        return asked

    def _open_moves(self):
        return self.env["account.move"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("payment_state", "=", "not_paid"),
                ("state", "=", "posted"),
                ("cn285_contract_ids", "!=", False),
            ]
        )

    def test_paid_automatically_first(self):
        """Limit 200.00, open 150.00, usage 60.00: 150.00 is collected, 60.00 left, and granted."""
        contract, move = self._owing()
        asked = self._collecting()
        key = self.customer.id
        self.patch(type(self.service), "_rated_usage", lambda *a: {key: Decimal("60")})
        self.patch(type(self.service), "_collect_first", lambda s, p, c: s._collect_now(p, c))
        with imagined_day(self.day):
            change = self._more(contract)
            change.action_schedule()
        self.assertEqual(asked, [(move.ids, "limit")])
        self.assertEqual(change.state, "applied")
        exposure = self._exposure()
        self.assertEqual((float(exposure.open), float(exposure.usage)), (0.0, 60.0))
        # What was granted is due by now.
        self.assertEqual(float(exposure.due), 150.0)

    def test_a_preview_collects_nothing(self):
        contract, _move = self._owing(limit=100.0)
        asked = self._collecting()
        with (
            imagined_day(self.day),
            self.assertRaisesRegex(ValidationError, "insufficient funds"),
        ):
            self._more(contract).preview()
        self.assertFalse(asked)

    def test_deactivated_above_it_and_activated_below(self):
        contract, move = self._owing(limit=100.0)
        self._dun(self.day)
        case = self._case()
        self.assertTrue(case.is_above_limit)
        self.assertEqual(contract.state, "suspended")
        self._pay(move, date(2026, 2, 12), 49.0)
        self.assertEqual(contract.state, "suspended")
        self._pay(move, date(2026, 2, 13), 1.0)
        self.assertEqual((contract.state, case.state), ("active", "closed"))

    def _dollars(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": usd.id, "name": "2025-01-01", "rate": 2.0}
        )
        return usd

    def test_in_another_currency(self):
        """300.00 USD are 150.00 of the limit's 100.00 EUR: contracts in USD are deactivated too."""
        usd = self._dollars()
        contract, move = self._owing(price=300.0, limit=100.0, currency_id=usd.id)
        self._dun(self.day)
        case = self._case()
        self.assertEqual((case.currency_id, contract.state), (usd, "suspended"))
        self._pay(move, date(2026, 2, 12), 99.0)
        self.assertEqual(contract.state, "suspended")
        self._pay(move, date(2026, 2, 13), 1.0)
        self.assertEqual((contract.state, case.state), ("active", "closed"))

    def test_in_two_currencies(self):
        usd = self._dollars()
        euro, _move = self._owing(limit=0.0)
        dollar, other = self._owing(price=120.0, limit=200.0, currency_id=usd.id)
        self._dun(self.day)
        self.assertEqual((euro.state, dollar.state), ("suspended", "suspended"))
        self.assertEqual(len(self._case()), 2)
        self._pay(other, date(2026, 2, 12))
        self._dun(date(2026, 2, 12))
        self.assertEqual((euro.state, dollar.state), ("active", "active"))
        self.assertFalse(self._case())

    def test_one_whose_exposure_cannot_be_told(self):
        """It keeps nobody else from being dunned."""
        contract, _move = self._owing(limit=100.0)
        bad = self._customer("Mauvais")
        other, _move = self._billed(self.day, partner=bad, due_days=60)
        bad.credit_limit = 1.0
        real = type(self.service)._open

        def broken(service, partners, company):
            if bad in partners:
                raise UserError(service.env._("Broken"))
            return real(service, partners, company)

        with patch.object(type(self.service), "_open", broken):
            self._dun(self.day)
        self.assertEqual((contract.state, other.state), ("suspended", "active"))

    def _questions(self, number, prefix):
        for count in range(number):
            partner = self._customer(f"{prefix} {count}")
            self._billed(self.day, partner=partner, due_days=60)
            partner.credit_limit = 1.0
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._dun(self.day)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_many_payers_ask_few_questions(self):
        few, many = self._questions(2, "Few"), self._questions(22, "Many")
        cases = self.cases.search([("is_above_limit", "=", True), ("suspended_on", "!=", False)])
        self.assertEqual(len(cases), 24)
        self.assertLess(many, 4 * few)

    def test_the_policy_may_refuse_only(self):
        self._make_policy((1, "mail"), above_limit="refuse")
        contract, _move = self._owing(limit=100.0)
        self._dun(self.day)
        self.assertTrue(self._case().is_above_limit)
        self.assertEqual(contract.state, "active")

    def test_another_company_has_another_limit(self):
        self._owing(limit=100.0)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertFalse(self.service._limited(elsewhere))
        self.assertIsNone(self.service._limit(self.customer, elsewhere))
