"""What makes simulations trustworthy: at the same prices they come to what was billed."""

from datetime import date

from freezegun import freeze_time
from odoo import Command
from odoo.addons.cn285_usage.tests.smartcode.test_usage_smartcode import BODY
from odoo.tests import tagged

from .common import TIERS, SimulationCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-01 10:00:00")
class TestSimulationControl(SimulationCase):
    """Fixed, prorated, discounted, tiered, pooled, carried on, by SmartCode; credited, late."""

    def _billed_world(self):
        """Contracts of all kinds, billed for January and February; ``{what: contract}``."""
        january = {"date_start": date(2026, 1, 17), "recurring_unit": "month"}
        contracts = {
            "fixed": self._create_contract(),
            "fee": self._create_contract(
                [{"billing_type": "one_shot", "product_id": self.setup_fee.id, "price_unit": 250}]
            ),
            "prorated": self._create_contract(
                [{"alignment": "calendar", "quantity": 3, "price_unit": 33.33, "discount": 7}],
                date_start=january["date_start"],
            ),
            "thirty": self._create_contract(
                [{"alignment": "calendar", "proration_basis": "30_360"}],
                date_start=january["date_start"],
            ),
            "discounted": self._create_contract(
                [
                    {
                        "discount_ids": [
                            Command.create(
                                {
                                    "name": "Start",
                                    "date_start": date(2026, 1, 10),
                                    "date_end": date(2026, 1, 19),
                                    "percent": 50,
                                }
                            ),
                            Command.create(
                                {
                                    "name": "Voucher",
                                    "date_start": date(2026, 2, 1),
                                    "date_end": date(2026, 2, 14),
                                    "amount": 28,
                                }
                            ),
                        ]
                    }
                ]
            ),
            "listed": self._create_contract(
                [{"price_source": "pricelist", "price_unit": False}],
                pricelist_id=self.pricelist.id,
            ),
            "tiered": self._usage_contract({"charge_model": "graduated", "tier_ids": TIERS}),
            "carried": self._usage_contract(
                {"price_unit": 1.0, "allowance_units": 100, "rollover": "always"}
            ),
            "bounded": self._usage_contract(
                {"price_unit": 0.01, "minimum_amount": 20.0},
                {"alignment": "calendar", "discount": 10},
                date_start=date(2026, 1, 17),
            ),
        }
        usage = {"billing_type": "usage", "timing": "arrears", "price_unit": 0}
        contracts["capped"] = self._create_contract(
            [
                {**usage, "calculator_ids": [Command.create({"metric_id": self.calls.id, **terms})]}
                for terms in (
                    {"price_unit": 1, "maximum_amount": 100, "bounds_count": "contract"},
                    {"price_unit": 2},
                )
            ]
        )
        for item, quantity in zip(contracts["capped"].item_ids, (70, 20), strict=True):
            self._use(contracts["capped"], quantity, item_id=item.id)
        pool = self.env["cn285.usage.pool"].create({"name": "Fleet", "allowance_units": 30})
        of_pool = {
            "price_unit": 1.0,
            "allowance_units": 100,
            "allowance_scope": "pool",
            "pool_id": pool.id,
        }
        for name in ("pooled", "pooled_too"):
            contracts[name] = self._usage_contract(of_pool, self.CALENDAR)
        smartcode = self.env["cn285.smartcode"].create(
            {"name": "Night", "code": "night", "version_ids": [Command.create({"body": BODY})]}
        )
        smartcode.version_ids.action_activate()
        contracts["macro"] = self._usage_contract(
            {"charge_model": "smartcode", "smartcode_id": smartcode.id, "metric_id": False}
        )
        used = {"tiered": 250, "carried": 40, "pooled": 250, "pooled_too": 60, "macro": 350}
        for name, quantity in used.items():
            self._use(contracts[name], quantity)
            self._use(contracts[name], quantity / 2, "2026-02-10")
        self._use(contracts["bounded"], 150, "2026-01-20")
        self._use(contracts["carried"], 300, "2026-02-11")
        run = self._bill(date(2026, 3, 1))
        self.assertFalse(run.issue_ids, run.issue_ids.mapped("reason"))
        # Late usage of January, billed as a difference.
        self._use(contracts["tiered"], 33, "2026-01-30")
        self._use(contracts["pooled"], 7, "2026-01-30")
        self._bill(date(2026, 3, 1))
        # A part of a line credited.
        move = contracts["prorated"].schedule_ids.move_id[:1]
        self._credit(move, 10.0)
        return contracts

    def _credit(self, move, amount):
        """Take back a part of an invoice's first line."""
        note = move._reverse_moves([{"invoice_date": move.invoice_date}])
        line = note.invoice_line_ids[:1]
        (note.invoice_line_ids - line).unlink()
        line.write({"quantity": 1, "price_unit": amount, "discount": 0})
        note.action_post()

    def test_same_prices_are_what_was_billed(self):
        contracts = self._billed_world()
        before = self._tables()
        simulation = self._simulate()
        self.assertEqual(self._tables(), before, "nothing of ours was changed by it")
        self.assertFalse(simulation.problem_count, simulation.line_ids.mapped("problem"))
        seen = {line.contract_id for line in simulation.line_ids}
        self.assertEqual(set(contracts.values()) - seen, set(), "each of them was looked at")
        names = {contract: name for name, contract in contracts.items()}
        for line in simulation.line_ids:
            what = names.get(line.contract_id)
            self.assertFalse(line.note, f"{what}: {line.note}")
            figures = (self._cents(line.difference), self._cents(line.unexplained))
            self.assertEqual(figures, ("0.00", "0.00"), f"{what}, {line.display_name}")
        self.assertMoney(simulation.difference, "0.00")
        # And that is what invoices say, less what was credited of them.
        rows = self.env["cn285.billing.schedule"].search(
            [
                ("contract_id", "in", [one.id for one in contracts.values()]),
                ("period_start", "<=", date(2026, 2, 28)),
                ("state", "in", ("invoiced", "nothing_to_invoice")),
            ]
        )
        billed = sum(rows.mapped("amount")) - float(sum(rows._credited().values()))
        self.assertMoney(simulation.billed, self._cents(billed))
        self.assertGreater(simulation.billed, 1000)
        self.assertMoney(float(sum(rows._credited().values())), "10.00")
        # The same calculator, pricelist and plan, tried: the same again.
        trials = [
            {"kind": "pricelist", "pricelist_id": self.pricelist.id},
            {"kind": "percent", "percent": 0},
        ]
        again = self._simulate(*trials)
        self.assertMoney(again.difference, "0.00")
        self.assertFalse(again.line_ids.filtered(lambda line: line.difference))
        self.assertEqual(len(again.line_ids), len(simulation.line_ids))

    def _tables(self):
        """What all our tables hold, but for those of simulations."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'cn285%'
                  AND relname NOT LIKE 'cn285_simulation%' ORDER BY relname"""
        )
        tables = [name for (name,) in self.env.cr.fetchall()] + ["account_move_line"]
        found = {}
        for name in tables:
            self.env.cr.execute(
                f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{name}" t'
            )
            [found[name]] = self.env.cr.fetchone()
        return found

    def test_late_usage_is_told_apart(self):
        """What came after the last run is no matter of prices."""
        contract = self._usage_contract({"price_unit": 1.0})
        self._use(contract, 100)
        self._bill(date(2026, 3, 1))
        self._use(contract, 11, "2026-01-12")
        simulation = self._simulate({"kind": "percent", "percent": 10})
        self.assertEqual(self._of(simulation, contract, "billed"), ["100.00", "0.00"])
        self.assertEqual(self._of(simulation, contract, "unexplained"), ["11.00", "0.00"])
        self.assertEqual(self._of(simulation, contract), ["122.10", "0.00"])
