from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestOrderOfDays(TermCase):
    """Renewals and changes take effect in the order of their days, whoever comes first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "order", "cn285_contract.group_billing_manager")

    def _rising(self, items=None, **values):
        """A contract of a year from 2025-08-11, 2,470.00 a month, plus 2.5 % at each renewal."""
        with freeze_time("2025-08-11 10:00:00"):
            return self._create_contract(
                items or [{"price_unit": 2470.0}],
                date_start=date(2025, 8, 11),
                term_length=12,
                renewal_revision="percent",
                renewal_percent=2.5,
                **values,
            )

    def _plan(self, contract, kind, day, item=None, on="2026-07-01", **values):
        with freeze_time(f"{on} 10:00:00"):
            change = (
                self.env["cn285.contract.change"]
                .with_user(self.manager)
                .create(
                    {
                        "contract_id": contract.id,
                        "item_id": item and item.id,
                        "type": kind,
                        "date_effective": day,
                        "values": values,
                    }
                )
            )
            change.action_schedule()
        return change

    def _crons(self, day, order):
        """The crons of a day, in an order."""
        changes = self.env["cn285.contract.change"].with_context(queue_job__no_delay=True)
        crons = {"renewals": self.env["cn285.contract"]._cron_renewals}
        crons["changes"] = changes._cron_apply_due
        with freeze_time(f"{day} 06:00:00"):
            for name in order:
                crons[name]()

    def _history(self, item):
        return [
            (version.date_from and version.date_from.isoformat(), self._cents(version.price_unit))
            for version in item.version_ids
        ]

    def test_renewal_missed_before_a_change_of_price(self):
        expected = [(False, "2470.00"), ("2026-08-11", "2531.75"), ("2026-08-17", "86.34")]
        for order in (("renewals", "changes"), ("changes", "renewals"), ("changes",)):
            contract = self._rising()
            item = contract.item_ids
            self._plan(contract, "price", "2026-08-17", item, price_unit=86.34)
            self._crons("2026-08-20", order)
            self.assertEqual(self._history(item), expected, order)
            self.assertEqual(contract.term_end, date(2027, 8, 10))
            self.assertMoney(item.price_unit, "86.34")

    def test_applied_by_whoever_comes_first(self):
        """A user's change of today, and a billing run of the manager's, renew first."""
        clicked, billed = self._rising(), self._rising()
        self._plan(billed, "price", "2026-08-17", billed.item_ids, price_unit=86.34)
        self._plan(clicked, "price", "2026-08-17", clicked.item_ids, "2026-08-17", price_unit=86.34)
        with freeze_time("2026-08-20"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        for contract in (clicked, billed):
            self.assertEqual(contract.term_number, 1)
            self.assertEqual(self._history(contract.item_ids)[1], ("2026-08-11", "2531.75"))

    def test_several_terms_and_changes_between_them(self):
        """100.00 + 10 %, 200.00 in the second term + 10 %, half of it off from its first day on."""
        prices = [(False, "100.00"), ("2026-08-11", "110.00"), ("2026-12-01", "200.00")]
        prices += [("2027-08-11", "220.00"), ("2028-08-11", "242.00")]
        jumped, daily = (self._rising([{"price_unit": 100.0}]) for _number in range(2))
        with freeze_time("2026-07-01 09:00:00"):
            (jumped | daily).renewal_percent = 10.0
        for contract in (jumped, daily):
            self._plan(contract, "price", "2026-12-01", contract.item_ids, price_unit=200.0)
            self._plan(contract, "price", "2027-08-11", contract.item_ids, discount=50.0)
        for day in ("2026-08-11", "2026-12-01", "2027-08-11", "2028-08-11"):
            with freeze_time(f"{day} 06:00:00"):
                self.env["cn285.contract.change"]._apply_due(daily)
        self._crons("2028-09-01", ("changes", "renewals"))
        for contract in (daily, jumped):
            self.assertEqual(self._history(contract.item_ids), prices)
            self.assertEqual(contract.item_ids.version_ids.mapped("discount"), [0, 0, 0, 50, 50])

    def test_of_one_day_the_term_begins_first(self):
        """What was agreed for the first day of the new term is not revised."""
        for order in (("renewals", "changes"), ("changes", "renewals")):
            contract = self._rising()
            self._plan(contract, "price", "2026-08-11", contract.item_ids, price_unit=2500.0)
            self._crons("2026-08-11", order)
            self.assertMoney(contract.item_ids.price_unit, "2500.00")
            self.assertEqual(contract.term_number, 1)

    def test_end_of_the_term_comes_before_the_renewal(self):
        contract = self._rising()
        self._plan(contract, "auto_renewal", "2026-08-11", auto_renew=False)
        early = self._rising()
        self._plan(early, "auto_renewal", "2026-08-10", auto_renew=False)
        ended = self._rising()
        self._plan(ended, "terminate", "2026-08-10")
        self._crons("2026-08-20", ("renewals", "changes"))
        self.assertEqual((contract.term_number, early.term_number, ended.term_number), (1, 0, 0))
        self.assertEqual(contract.date_end, date(2027, 8, 10))
        self.assertEqual(early.date_end, date(2026, 8, 10))

    def test_renewed_on_agreement_after_the_price_changed(self):
        """Agreed late: the price of the day before is revised, what was set later stays."""
        contract = self._rising(renewal_mode="explicit")
        contract.date_end = False
        self._plan(contract, "price", "2026-08-17", contract.item_ids, price_unit=86.34)
        self._crons("2026-08-20", ("changes", "renewals"))
        with freeze_time("2026-08-20 10:00:00"):
            contract.action_renew()
        expected = [(False, "2470.00"), ("2026-08-11", "2531.75"), ("2026-08-17", "86.34")]
        self.assertEqual(self._history(contract.item_ids), expected)

    def test_renewal_from_its_day_where_changes_hold_from_the_next(self):
        self.company.cn285_change_day = "old"
        contract = self._rising()
        self._crons("2026-08-11", ("renewals",))
        self.assertEqual(self._history(contract.item_ids)[1], ("2026-08-11", "2531.75"))

    def test_what_fails_holds_back_its_own(self):
        index = self.env["cn285.price.index"].create({"name": "Empty"})
        contract = self._rising(items=[{"price_unit": 31.0}, {"price_unit": 62.0}])
        with freeze_time("2026-07-01 09:00:00"):
            contract.write({"renewal_revision": "index", "renewal_index_id": index.id})
        one, two = contract.item_ids
        self._plan(contract, "quantity", "2026-08-17", two, quantity=2.0)
        ending = self._plan(contract, "end_item", "2026-08-31", one)
        self._crons("2026-09-02", ("changes", "renewals"))
        renewal = contract.change_ids.filtered(lambda change: change.type == "renew")
        self.assertIn("Empty", renewal.error)
        self.assertEqual((two.quantity, one.date_end), (2.0, date(2026, 8, 31)))
        self.assertEqual(ending.state, "applied")
        # Whoever asks for what it holds back is told.
        with self.assertRaisesRegex(UserError, "waits for.*Empty"):
            self._plan(contract, "payment_terms", "2026-09-02", on="2026-09-02")
        index.value_ids = [
            (0, 0, {"date": "2025-01-01", "value": 100.0}),
            (0, 0, {"date": "2026-08-01", "value": 110.0}),
        ]
        self._crons("2026-09-02", ("changes",))
        self.assertEqual(contract.term_number, 1)
        # Of its first 20 days of the term, the item that has ended since owes the revised price.
        self.assertMoney(one._price_terms_on(date(2026, 8, 20)).price_unit, "34.10")
        self.assertMoney(two.price_unit, "68.20")

    def _agreed(self):
        """A contract of which the renewal is agreed, and the index has no value yet."""
        index = self.env["cn285.price.index"].create({"name": "Empty"})
        contract = self._rising(renewal_mode="explicit")
        with freeze_time("2026-07-01 10:00:00"):
            contract.write({"renewal_revision": "index", "renewal_index_id": index.id})
            contract.action_renew()
        return contract, index

    def test_an_agreed_renewal_that_fails_may_still_be_repaired(self):
        contract, index = self._agreed()
        renewal = contract.change_ids.filtered(lambda change: change.type == "renew")
        with freeze_time("2026-08-20 06:00:00"):
            self._bill(date(2026, 8, 20), contract_ids=contract.ids)
            self.env["cn285.contract"]._cron_extend_schedules()
        self.assertEqual((contract.state, renewal.state), ("closed", "scheduled"))
        self.assertIn("Empty", renewal.error)
        index.value_ids = [(0, 0, {"date": "2025-01-01", "value": 100.0})]
        self._crons("2026-08-21", ("changes",))
        self.assertEqual((contract.state, renewal.state), ("active", "applied"))

    def test_a_termination_cancels_the_renewal_that_was_agreed(self):
        contract, _index = self._agreed()
        renewal = contract.change_ids.filtered(lambda change: change.type == "renew")
        change = self._plan(contract, "terminate", "2026-08-05")
        with freeze_time("2026-07-01 10:00:00"):
            told = change.preview()["cancelled"]
        self.assertEqual([plan["change_id"] for plan in told], renewal.ids)
        self._crons("2026-08-06", ("changes",))
        self.assertEqual((change.state, renewal.state), ("applied", "cancelled"))
