import os
from datetime import date, timedelta
from random import Random

from odoo.addons.cn285_contract.tests.changes.test_contract_change_money import MoneyCase
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

START, LAST, AFTER = date(2026, 1, 1), date(2026, 12, 31), date(2027, 2, 28)
# More histories: CN285_SEEDS=200 make test ARGS=…/test_catch_up.py
SEEDS = int(os.environ.get("CN285_SEEDS", "3"))


@tagged("post_install", "-at_install")
class TestCatchUp(MoneyCase):
    """What was missed comes to what it would have come to day by day: rows, amounts, invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.premium = cls._create_product("Premium", 99.0)
        cls.env["cn285.tier.path"].create(
            {"product_from_id": cls.subscription.id, "product_to_id": cls.premium.id}
        )
        cls.heir = cls.env["res.partner"].create({"name": "Café Durand"})
        cls.list_price = cls.env["product.pricelist"].create(
            {
                "name": "Half",
                "currency_id": cls.eur.id,
                "item_ids": [(0, 0, {"compute_price": "percentage", "percent_price": 50.0})],
            }
        )
        cls.manager = new_test_user(
            cls.env, "catch_up", "cn285_contract.group_billing_manager", name="Manager"
        )

    # === THE SMALLEST ONES === #

    def _pair(self, items, **values):
        """The same contract twice: for day by day, and for one jump."""
        with self._travel(START):
            return [
                self._create_contract(
                    [{"alignment": "calendar", **item} for item in items],
                    date_start=START,
                    invoice_separately=True,
                    **values,
                )
                for _number in range(2)
            ]

    def _plan_both(self, pair, kind, day, item=None, **values):
        """The same change of both; what the rules refuse is refused for both."""
        with self._travel(START):
            for contract in pair:
                on = contract.item_ids[item] if item is not None else None
                self._change(contract, kind, day, item=on, **values)

    def _all(self, contract):
        """A contract, and those in which it goes on."""
        found = contract
        while more := found.change_ids.result_contract_id - found:
            found |= more
        return found

    def _next_day(self, contract, day):
        """The next day on which something of the contract is due."""
        contracts = self._all(contract)
        days = [change.date_effective for change in contracts.change_ids]
        days += [end + timedelta(1) for end in contracts.mapped("term_end") if end]
        days += [row.billing_date for row in contracts.schedule_ids]
        return min((one for one in days if one > day), default=LAST + timedelta(1))

    def _crons(self, contract, random, day, bill):
        changes = self.env["cn285.contract.change"].with_context(queue_job__no_delay=True)
        crons = [changes._cron_apply_due, self.env["cn285.contract"]._cron_renewals]
        random.shuffle(crons)
        with self._travel(day):
            for cron in crons:
                cron()
            if bill:
                contracts = self._all(contract)
                runs = self.env["cn285.billing.run"].with_user(self.manager)
                runs.create({"date": day, "contract_ids": contracts.ids}).action_run()

    def _play(self, pair, random, bill=False):
        """One of them day by day, the other in one jump, both billed at the end."""
        daily, jumped = pair
        aside = self._hide(jumped)
        day = self._next_day(daily, START - timedelta(1))
        while day <= LAST:
            self._crons(daily, random, day, bill)
            day = self._next_day(daily, day)
        self._show(aside)
        self._crons(jumped, random, LAST, False)
        for contract in pair:
            self._crons(contract, random, LAST, True)

    def _hide(self, contract):
        """Keep a contract from the crons, as a standstill does; returns what brings it back."""
        changes = contract.change_ids.filtered(lambda change: change.state == "scheduled")
        days = {change: change.date_effective for change in changes}
        term_end = contract.term_end
        self._set(contract, "term_end", date(2999, 1, 1) if term_end else None)
        for change in changes:
            self._set(change, "date_effective", date(2999, 1, 1))
        return contract, term_end, days

    def _show(self, aside):
        contract, term_end, days = aside
        self._set(contract, "term_end", term_end)
        for change, day in days.items():
            self._set(change, "date_effective", day)

    def _set(self, record, name, value):
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {record._table} SET {name} = %s WHERE id = %s", [value or None, record.id]
        )
        self.env.invalidate_all()

    # === WHAT IS COMPARED === #

    def _rows_of(self, contract):
        rows = []
        for one in self._all(contract):
            # Rows of later days are planned as far ahead as the last job had it.
            for row in one.schedule_ids.filtered(lambda row: row.billing_date <= AFTER):
                item = row.item_id
                amounts = self._cents(row.net), self._cents(row.amount), row.quantity
                rows.append(
                    (
                        str(row.period_start),
                        str(row.period_end),
                        item.product_id.name,
                        item.sequence,
                        one.partner_id.name,
                        row.kind,
                        row.state,
                        str(row.billing_date),
                        *amounts,
                        round(row.price_unit, 6),
                    )
                )
        return sorted(rows)

    def _facts(self, contract):
        """What has become of the contract: terms, states, and which changes took effect."""
        contracts = self._all(contract)
        return [
            (
                one.partner_id.name,
                one.state,
                str(one.date_end),
                str(one.term_end),
                sorted(
                    (
                        item.sequence,
                        item.product_id.name,
                        item.state,
                        str(item.date_end),
                        item.quantity,
                        round(item.price_unit, 6),
                        str(item.pause_ids.mapped(lambda p: (p.date_start, p.date_end))),
                    )
                    for item in one.item_ids
                ),
                sorted(
                    (change.type, str(change.date_effective), change.state, change.error or "")
                    for change in one.change_ids
                ),
            )
            for one in contracts
        ]

    def _invoices_of(self, contract):
        return [self._invoices(one) for one in self._all(contract)]

    def _total(self, contract):
        """What each product came to, invoiced less credited."""
        totals = {}
        for one in self._all(contract):
            for row in one.schedule_ids.filtered(lambda row: row.state == "invoiced"):
                key = one.partner_id.name, row.item_id.sequence, row.product_id.name
                totals[key] = totals.get(key, 0) + row.amount
        return {key: self._cents(total) for key, total in totals.items()}

    def _assert_same(self, pair):
        daily, jumped = pair
        self.assertEqual(
            self._plain(self._facts(daily), daily), self._plain(self._facts(jumped), jumped)
        )
        self.assertEqual(self._rows_of(daily), self._rows_of(jumped))
        self.assertEqual(self._invoices_of(daily), self._invoices_of(jumped))

    def _plain(self, facts, contract):
        """Without the names of the contracts, which are in what the errors say."""
        text = repr(facts)
        for one in self._all(contract):
            text = text.replace(one.name, "CONTRACT")
        return text

    # === EXAMPLES === #

    def test_a_pause_that_ends_before_another(self):
        for bill in (False, True):
            pair = self._pair(
                [{"price_unit": 31.0}, {"price_unit": 31.0}], date_end=date(2026, 6, 30)
            )
            self._plan_both(pair, "pause", "2026-02-01", 0, date_end="2026-02-10")
            self._plan_both(pair, "pause", "2026-04-01", date_end="2026-04-30")
            self._plan_both(pair, "quantity", "2026-05-01", 0, quantity=2.0)
            self._play(pair, Random(1), bill)
            if not bill:
                self._assert_same(pair)
            # Six months twice, without 10 of 28 days, April twice, and one more in May and June.
            self.assertEqual([self._billed(one) for one in pair], ["360.93"] * 2)

    def test_a_pause_on_the_day_on_which_one_ends(self):
        """Of an item until 31 March, of the whole contract from 1 April on, planned before."""
        pair = self._pair([{"price_unit": 31.0}], date_end=date(2026, 6, 30))
        self._plan_both(pair, "pause", "2026-04-01", date_end="2026-04-30")
        self._plan_both(pair, "pause", "2026-03-01", 0, date_end="2026-03-31")
        self._play(pair, Random(2))
        self._assert_same(pair)
        self.assertEqual(self._billed(pair[1]), "124.00")

    def test_an_item_that_came_from_another_contract_pauses_there(self):
        """Moved on 1 February, after a change of its own; the other contract pauses in April."""
        amounts = []
        for daily in (True, False):
            with self._travel(START):
                one, two = (
                    self._create_contract(
                        [{"price_unit": price, "alignment": "calendar"}],
                        date_start=START,
                        date_end=date(2026, 6, 30),
                        invoice_separately=True,
                    )
                    for price in (31.0, 62.0)
                )
                two.write({"renewal_revision": "percent", "renewal_percent": 10.0})
                two.write({"term_length": 2, "renewal_length": 12})
                two._begin_term()
                two.date_end = False
                item = one.item_ids
                self._change(one, "quantity", "2026-01-16", item=item, quantity=2.0)
                self._change(one, "transfer_item", "2026-02-01", item=item, to_contract_id=two.id)
                self._change(two, "pause", "2026-04-01", date_end="2026-04-30")
                self._change(one, "quantity", "2026-05-01", item=item, quantity=1.0)
            days = ["2026-01-16", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"]
            for day in days if daily else ():
                self._crons(one, Random(3), day, False)
            with self._travel("2026-05-31"):
                self._crons(one, Random(4), "2026-05-31", False)
                self._bill("2026-05-31", contract_ids=(one | two).ids)
            amounts.append([self._billed(one), self._billed(two)])
        # 15 days at 31.00, 16 at 62.00; there 62.00, 124.00, twice 68.20, none in April, 102.30.
        self.assertEqual(amounts, [["47.00", "424.70"]] * 2)

    # === RANDOM HISTORIES === #

    # Without *kept* pauses, which go by when billing ran (docs/billing.md).
    def _script(self, random):
        """Changes of a year, planned on its first day: ``(type, day, number of item, values)``."""
        script = []
        for _number in range(random.randint(3, 8)):
            day = START + timedelta(random.randint(3, 300))
            last = str(day + timedelta(random.randint(0, 50)))
            item = random.randint(0, 1)
            script.append(
                random.choice(
                    [
                        ("quantity", day, item, {"quantity": random.choice([0.5, 2.0, 3.0])}),
                        ("price", day, item, {"price_unit": random.choice([9.99, 62.0, 33.33])}),
                        ("price", day, item, {"discount": random.choice([0.0, 12.5, 50.0])}),
                        ("pause", day, item, {"date_end": last}),
                        ("pause", day, None, {"date_end": last}),
                        ("pause", day, random.choice([None, item]), {}),
                        ("resume", day, random.choice([None, item]), {}),
                        ("deactivate", day, item, {"billing": "credited"}),
                        ("activate", day, item, {}),
                        ("end_item", day, item, {}),
                        ("terminate", day, None, {}),
                        ("billing_day", day, item, {"billing_day": random.randint(1, 31)}),
                        (
                            "billing_period",
                            day,
                            item,
                            {
                                "recurring_interval": random.choice([1, 2]),
                                "recurring_unit": "quarter",
                            },
                        ),
                        ("upsell", day, item, {"product_id": self.premium.id, "price_unit": 99.0}),
                        ("pricelist", day, None, {"pricelist_id": self.list_price.id}),
                        ("auto_renewal", day, None, {"auto_renew": random.random() < 0.5}),
                        ("holder", day, None, {"partner_id": self.heir.id}),
                        (
                            "add_item",
                            day,
                            None,
                            {
                                "product_id": self.premium.id,
                                "price_unit": 19.0,
                                "alignment": "calendar",
                            },
                        ),
                    ]
                )
            )
        return script

    def _random_pair(self, random):
        items = [
            {
                "price_unit": random.choice([31.0, 29.0, 9.99]),
                "timing": random.choice(["advance", "arrears"]),
                "alignment": random.choice(["calendar", "anniversary"]),
                "proration_basis": random.choice(["actual", "30_360", "actual_30"]),
                "sequence": number,
            }
            for number in (1, 2)
        ]
        items[1].update(random.choice([{}, {"price_source": "pricelist", "price_unit": 0.0}]))
        renewal = {"term_length": random.choice([3, 5, 12]), "renewal_revision": "percent"}
        pair = self._pair(items, renewal_percent=2.5, **random.choice([{}, renewal]))
        for kind, day, item, values in self._script(random):
            try:
                with self.env.cr.savepoint():
                    self._plan_both(pair, kind, str(day), item, **values)
            except UserError:
                self.env.invalidate_all()
        return pair

    def _story(self, contract):
        return [
            (change.type, str(change.date_effective), change.item_id.sequence, change.values)
            for change in contract.change_ids.sorted("id")
        ]

    def test_random_histories_are_caught_up(self):
        """The crons day by day, or once after a standstill, then one billing: all is the same."""
        for seed in range(SEEDS):
            random = Random(seed)
            with self.subTest(seed=seed):
                pair = self._random_pair(random)
                self._play(pair, random)
                self._assert_same(pair)

    def test_random_histories_that_are_billed_meanwhile(self):
        """Billed day by day or at once: other documents, the same money for each product."""
        for seed in range(1000, 1000 + SEEDS):
            random = Random(seed)
            with self.subTest(seed=seed):
                pair = self._random_pair(random)
                self._play(pair, random, bill=True)
                daily, jumped = (self._total(one) for one in pair)
                self.assertEqual(daily, jumped, self._story(pair[1]))
