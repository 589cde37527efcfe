from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .changes.test_contract_change import ChangeCase

NONSENSE = (float("nan"), float("inf"), float("-inf"), 1e30, -1e30, "many", True)
# Of a whole number, Odoo takes these for its own.
WHOLE = (2**31, -(2**31), 10**6)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-10 10:00:00")
class TestBounds(ChangeCase):
    """Numbers and dates that are a slip are refused in words, whatever door they come through."""

    def _refused(self, step, reason="must"):
        with self.assertRaisesRegex(ValidationError, reason), self.env.cr.savepoint():
            step()
        self.env.invalidate_all()

    # === LINKS === #

    def test_links_to_what_is_no_record(self):
        user = new_test_user(self.env, "linker", "cn285_contract.group_billing_manager")
        contract = self._create_contract().with_user(user)
        item = contract.item_ids
        changes = self.env["cn285.contract.change"].with_user(user)
        good = {
            "contract_id": contract.id,
            "item_id": item.id,
            "type": "end_item",
            "date_effective": date(2026, 12, 31),
        }
        for number in ("x", -5, 2**40, 999_999_999, [1], {"a": 1}, True, 1e30):
            for name in ("contract_id", "item_id", "reason_id"):
                with self.subTest(field=name, number=number):
                    bad = {**good, name: number}
                    self._refused(lambda v=bad: changes.create(v), "there is none")
            with self.subTest(number=number):
                self._refused(
                    lambda n=number: changes.create(
                        {k: v for k, v in good.items() if k != "contract_id"} | {"item_id": n}
                    ),
                    "there is none",
                )
                self._refused(lambda n=number: contract.write({"template_id": n}), "there is none")
                self._refused(lambda n=number: item.write({"beneficiary_id": n}), "there is none")
                self._refused(lambda n=number: contract.create({"partner_id": n}), "there is none")
                with self.assertRaisesRegex(UserError, "there is none"):
                    contract.action_terminate("2026-12-31", None, number)
                with self.assertRaisesRegex(UserError, "there is none"):
                    contract.credit_goodwill(10.0, number, post=False)
                with self.assertRaisesRegex(UserError, "there is none"):
                    contract.credit_goodwill(10.0, product_id=number, post=False)
        draft = changes.create(good)
        self._refused(lambda: draft.write({"reason_id": 999_999_999}), "there is none")

    def test_days_of_credit_notes(self):
        contract = self._create_contract()
        self._bill(date(2026, 1, 10))
        for day in ("x", 5, [1], "0001-01-01", "9999-12-31"):
            with self.subTest(day=day):
                with self.assertRaisesRegex(UserError, "is no date"):
                    contract.credit_goodwill(10.0, date=day, post=False)
                with self.assertRaisesRegex(UserError, "is no date"):
                    contract.invoice_ids.cn285_credit(10, date=day, post=False)

    # === NUMBERS === #

    def test_numbers_of_items(self):
        contract = self._create_contract()
        item = contract.item_ids
        for name in ("quantity", "price_unit", "discount"):
            for value in NONSENSE:
                reason = "must|discount must be between"
                with self.subTest(field=name, value=value):
                    self._refused(lambda n=name, v=value: item.write({n: v}), reason)
                    self._refused(lambda n=name, v=value: self._create_contract([{n: v}]), reason)
        for name in ("recurring_interval", "trial_days", "period_count", "billing_offset"):
            for value in WHOLE:
                with self.subTest(field=name, value=value):
                    self._refused(lambda n=name, v=value: item.write({n: v}))

    def test_quantity_times_price(self):
        self._refused(
            lambda: self._create_contract([{"quantity": 1e6, "price_unit": 1e7}]), "too large"
        )
        # Large, and billed to the cent.
        contract = self._create_contract([{"quantity": 1000.0, "price_unit": 999_999.99}])
        self._bill(date(2026, 1, 10))
        self.assertMoney(contract.invoice_ids.amount_untaxed, "999999990.00")

    def test_numbers_of_discounts_and_templates(self):
        contract = self._create_contract()
        template = self.env["cn285.contract.template"].create({"name": "T"})
        for value in NONSENSE:
            for name in ("percent", "amount"):
                with self.subTest(field=name, value=value):
                    vals = {"date_start": date(2026, 1, 1), name: value}
                    self._refused(
                        lambda v=vals: contract.item_ids.write(
                            {"discount_ids": [Command.create(v)]}
                        ),
                        "must|cannot be negative",
                    )
                    months = {"month_from": 1, name: value}
                    self._refused(
                        lambda v=months: template.write(
                            {
                                "item_ids": [
                                    Command.create(
                                        {
                                            "product_id": self.subscription.id,
                                            "discount_ids": [Command.create(v)],
                                        }
                                    )
                                ]
                            }
                        ),
                        "must|cannot be negative",
                    )

    def test_numbers_of_changes(self):
        contract = self._create_contract()
        item = contract.item_ids
        for kind, name in (("price", "price_unit"), ("quantity", "quantity")):
            for value in (1e30, -1e30, 10**10):
                with self.subTest(kind=kind, value=value):
                    self._refused(
                        lambda k=kind, n=name, v=value: self._change(
                            contract, k, "2026-02-01", item=item, **{n: v}
                        ),
                        "too large|negative",
                    )

    # === DATES === #

    def test_the_last_resort_date_means_no_end(self):
        for text in ("9999-12-31", "2999-12-31", date(9999, 12, 31)):
            with self.subTest(text):
                contract = self._create_contract(
                    [{"date_end": text, "date_start": "2026-01-01"}], date_end=text
                )
                self.assertEqual((contract.date_end, contract.item_ids.date_end), (False, False))
                contract.item_ids.discount_ids = [
                    Command.create({"date_start": "2026-02-01", "date_end": text, "percent": 50})
                ]
                self.assertFalse(contract.item_ids.discount_ids.date_end)
                contract.write({"date_end": "2027-12-31"})
                contract.write({"date_end": text})
                self.assertFalse(contract.date_end)
                contract.item_ids.action_end(text)
                self.assertFalse(contract.item_ids.date_end)
        self._change(
            contract, "service_period", "2026-01-10", item=contract.item_ids, date_end="9999-12-31"
        )
        self.assertFalse(contract.item_ids.date_end)
        self.assertEqual(self._bill(date(2026, 2, 1)).state, "done")

    def test_dates_of_no_century(self):
        contract = self._create_contract()
        for text in ("0001-01-01", "0026-01-01", "1899-12-31", "9999-12-31", "20260101", "soon"):
            with self.subTest(text):
                reason = "no date"
                self._refused(lambda t=text: self._create_contract(date_start=t), reason)
                self._refused(lambda t=text: self._create_contract([{"date_start": t}]), reason)
                self._refused(lambda t=text: self._change(contract, "terminate", t), reason)

    def test_more_rows_than_anybody_wants(self):
        day = {"recurring_unit": "day", "price_unit": 1.0}
        self._refused(
            lambda: self._create_contract([day], date_start="1950-01-01"),
            "more than 12000 periods",
        )
        # Thirty years of days are what they are.
        contract = self._create_contract([day], date_start="1996-01-01", date_end="2025-12-31")
        self.assertEqual(len(contract.schedule_ids), 10_958)
        runs = self.env["cn285.billing.run"]
        self._refused(lambda: runs.create({"date": "2199-01-01"}), "within 30 years")
