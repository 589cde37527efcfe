"""Promotion passes: a discount of the next billing periods, within limits."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import WalletCase


@tagged("post_install", "-at_install")
class TestPasses(WalletCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._cn285_today()
        # The customer's periods are calendar months; the present one is billed.
        cls.month = cls.today.replace(day=1)

    def _pass(self, **values):
        return self.env["cn285.promotion.pass"].create(
            {"name": "Spring", "code": "SPRING-26", "percent": 50.0, **values}
        )

    def _running(self, items=(), **values):
        contract = self._create_contract(items, date_start=self.month, **values)
        self._bill(self.today)
        return contract

    def _amounts(self, contract, count=3):
        rows = contract.schedule_ids.filtered(lambda row: row.kind == "fixed")
        return [self._cents(row.amount) for row in rows.sorted("period_start")[:count]]

    def test_next_periods_cost_less(self):
        self._pass(periods=2)
        contract = self._running()
        contract.redeem_pass("spring 26")
        self.assertEqual(self._amounts(contract, 4), ["100.00", "50.00", "50.00", "100.00"])
        with self.assertRaisesRegex(UserError, "already"):
            contract.redeem_pass("SPRING26")

    def test_an_amount_is_off_one_item(self):
        self._pass(percent=0, amount=30.0)
        contract = self._running([{}, {"price_unit": 200.0}])
        contract.redeem_pass("spring26")
        following = contract.schedule_ids.filtered(
            lambda row: row.period_start > self.today
        ).sorted("period_start")[:2]
        self.assertEqual(sorted(self._cents(row.amount) for row in following), ["100.00", "170.00"])

    def test_without_end(self):
        self._pass(periods=0)
        contract = self._running()
        contract.redeem_pass("spring26")
        [discount] = contract.item_ids.discount_ids
        self.assertFalse(discount.date_end)

    def test_limits(self):
        offer = self._pass(most=2, most_each=1)
        one, two = self._running(), self._running()
        one.redeem_pass("spring26")
        with self.assertRaisesRegex(UserError, "as often as you may"):
            two.redeem_pass("spring26")
        self._running(partner_id=self.customer.copy().id).redeem_pass("spring26")
        with self.assertRaisesRegex(UserError, "as often as it may"):
            self._running(partner_id=self.customer.copy().id).redeem_pass("spring26")
        self.assertEqual((offer.used, len(offer.redemption_ids)), (2, 2))

    def test_validity(self):
        offer = self._pass(date_start=date(2027, 1, 1))
        contract = self._running()
        with self.assertRaisesRegex(UserError, "from"):
            contract.redeem_pass("spring26")
        offer.write({"date_start": False, "date_end": date(2026, 1, 1)})
        with self.assertRaisesRegex(UserError, "until"):
            contract.redeem_pass("spring26")
        offer.write({"date_end": self.today})
        contract.redeem_pass("spring26")

    def test_no_second_discount_on_top(self):
        self._pass()
        self._pass(code="OTHER", percent=10)
        contract = self._running()
        contract.redeem_pass("spring26")
        with self.assertRaisesRegex(UserError, "already"):
            contract.redeem_pass("other")

    def test_unknown_archived_and_foreign(self):
        offer = self._pass()
        contract = self._running()
        for code in ("nonsense", "", "%", None, 7):
            with self.assertRaisesRegex(UserError, "no pass"):
                contract.redeem_pass(code)
        offer.active = False
        with self.assertRaisesRegex(UserError, "no pass"):
            contract.redeem_pass("spring26")
        offer.active = True
        ended = self._create_contract(confirm=False)
        ended.action_cancel() if hasattr(ended, "action_cancel") else None
        other = self._pass(code="PRODUCT", product_ids=[(6, 0, self.setup_fee.ids)])
        with self.assertRaisesRegex(UserError, "next billing period"):
            contract.redeem_pass(other.code)

    def test_terms_make_sense(self):
        for values in (
            {"percent": 0},
            {"percent": 101},
            {"amount": 5.0},
            {"code": "--"},
            {"periods": -1},
        ):
            with self.assertRaises(UserError):
                self._pass(**{"code": f"X{len(str(values))}", **values})

    def test_who_redeems(self):
        self._pass()
        contract = self._running()
        reader = new_test_user(
            self.env, "pass-reader", groups="cn285_contract.group_contract_reader"
        )
        with self.assertRaises(AccessError):
            contract.with_user(reader).redeem_pass("spring26")
        clerk = new_test_user(self.env, "pass-clerk", groups="cn285_contract.group_contract_user")
        dialog = self.env["cn285.promotion.redeem"].with_user(clerk)
        dialog.create({"contract_id": contract.id, "code": "spring26"}).action_redeem()
        self.assertEqual(self._amounts(contract, 2), ["100.00", "50.00"])
        with self.assertRaises(AccessError):
            self.env["cn285.promotion.pass"].with_user(clerk).create(
                {"name": "Mine", "code": "MINE", "percent": 100.0}
            )
