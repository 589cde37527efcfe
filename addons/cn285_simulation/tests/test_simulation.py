"""New prices on past months, worked out by hand, to the cent."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo import Command
from odoo.addons.cn285_simulation.models.simulation_part import reading_only
from odoo.addons.cn285_usage.tests.smartcode.test_usage_smartcode import BODY
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import ReadOnlySqlTransaction

from .common import TIERS, SimulationCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-01 10:00:00")
class TestSimulation(SimulationCase):
    def test_pricelist(self):
        """For items that it prices, on their days; others have prices of their own."""
        listed = self._create_contract(
            [{"price_source": "pricelist", "price_unit": False, "quantity": 2}],
            pricelist_id=self.pricelist.id,
        )
        own = self._create_contract()
        self._bill(date(2026, 3, 1))
        new = self.env["product.pricelist"].create(
            {
                "name": "2027",
                "currency_id": self.eur.id,
                "item_ids": [
                    Command.create({"compute_price": "fixed", "fixed_price": 119.9}),
                    Command.create(
                        {
                            "compute_price": "fixed",
                            "fixed_price": 90,
                            "applied_on": "0_product_variant",
                            "product_id": self.subscription.id,
                            "date_end": "2026-01-31 12:00:00",
                        }
                    ),
                ],
            }
        )
        simulation = self._simulate({"kind": "pricelist", "pricelist_id": new.id})
        self.assertEqual(self._of(simulation, listed), ["180.00", "239.80"])
        self.assertEqual(self._of(simulation, listed, "difference"), ["-20.00", "39.80"])
        self.assertEqual(self._of(simulation, own), ["100.00", "100.00"])
        self.assertMoney(simulation.difference, "19.80")

    def test_percentage(self):
        """Of what is fixed, prorated, and used: prices, tiers and bounds; credits in proportion."""
        fixed = self._create_contract([{"alignment": "calendar"}], date_start=date(2026, 1, 17))
        tiered = self._usage_contract({"charge_model": "graduated", "tier_ids": TIERS})
        bounded = self._usage_contract({"price_unit": 0.01, "minimum_amount": 20})
        self._use(tiered, 250)
        self._bill(date(2026, 3, 1))
        simulation = self._simulate({"kind": "percent", "percent": 7.5})
        # 107.50 x 15/31.
        self.assertEqual(self._of(simulation, fixed), ["52.02", "107.50"])
        # 100 x 0.5375 + 150 x 0.3225.
        self.assertEqual(self._of(simulation, tiered), ["102.13", "0.00"])
        self.assertEqual(self._of(simulation, bounded), ["21.50", "21.50"])
        only = self._simulate(
            {"kind": "percent", "percent": -10, "product_ids": [(6, 0, self.setup_fee.ids)]}
        )
        self.assertMoney(only.difference, "0.00")

    def test_calculator(self):
        """Tiers, included units carried on, and bounds of a template's calculator."""
        contract = self._usage_contract({"price_unit": 0.4})
        self._use(contract, 60)
        self._use(contract, 250, "2026-02-10")
        self._bill(date(2026, 3, 1))
        tiers = self._template_calculator(charge_model="graduated", tier_ids=TIERS)
        simulation = self._simulate({"kind": "calculator", "calculator_id": tiers.id})
        self.assertEqual(self._of(simulation, contract, "billed"), ["24.00", "100.00"])
        # 60 x 0.5; 100 x 0.5 + 150 x 0.3.
        self.assertEqual(self._of(simulation, contract), ["30.00", "95.00"])
        carried = self._template_calculator(
            price_unit=1.0, allowance_units=100, rollover="once", maximum_amount=90
        )
        simulation = self._simulate({"kind": "calculator", "calculator_id": carried.id})
        # January leaves 40 of 100: 250 - 140 = 110, and no more than 90.00.
        self.assertEqual(self._of(simulation, contract), ["0.00", "90.00"])
        [customer] = simulation.customer_ids
        self.assertMoney(customer.difference, "-34.00")
        self.assertMoney(customer.percent, "-27.42")
        self.assertEqual((customer.band, customer.direction), ("less_20", "less"))

    def test_pool(self):
        """Members of a pool are worked out together: by the new terms of each."""
        pool = self.env["cn285.usage.pool"].create({"name": "Fleet"})
        terms = {"allowance_units": 100, "allowance_scope": "pool", "pool_id": pool.id}
        one, two = (
            self._usage_contract({"price_unit": 1.0, **terms}, self.CALENDAR) for _n in range(2)
        )
        self._use(one, 250)
        self._use(two, 40)
        self._bill(date(2026, 3, 1))
        new = self._template_calculator(price_unit=2.0, allowance_units=120, allowance_scope="pool")
        simulation = self._simulate({"kind": "calculator", "calculator_id": new.id})
        self.assertEqual(self._of(simulation, one, "billed"), ["90.00", "0.00"])
        # 290 used, 240 included: 50 x 2.00.
        self.assertEqual(self._of(simulation, one), ["100.00", "0.00"])
        self.assertEqual(len(simulation.part_ids), 1)

    def test_smartcode_version(self):
        smartcode = self.env["cn285.smartcode"].create(
            {"name": "Night", "code": "night", "version_ids": [Command.create({"body": BODY})]}
        )
        smartcode.version_ids.action_activate()
        contract = self._usage_contract(
            {"charge_model": "smartcode", "smartcode_id": smartcode.id, "metric_id": False}
        )
        self._use(contract, 350)
        self._bill(date(2026, 3, 1))
        draft = self.env["cn285.smartcode.version"].create(
            {"smartcode_id": smartcode.id, "body": BODY.replace("0.015", "0.02")}
        )
        simulation = self._simulate({"kind": "smartcode", "smartcode_version_id": draft.id})
        self.assertEqual(self._of(simulation, contract, "billed"), ["23.75", "20.00"])
        self.assertEqual(self._of(simulation, contract), ["25.00", "20.00"])
        raised = self._simulate({"kind": "percent", "percent": 5})
        self.assertEqual(set(raised.line_ids.mapped("note")), {"macro"})

    def test_plan(self):
        """A plan's price by the year, for months; its calculators for usage."""
        monthly = self._create_contract()
        used = self._usage_contract({"price_unit": 0.4})
        self._use(used, 60)
        self._bill(date(2026, 3, 1))
        template = self._template(
            {"price_source": "manual", "price_unit": 1000, "recurring_unit": "year"}
        )
        usage = self._template_calculator(price_unit=0.25).template_item_id
        simulation = self._simulate(
            {"kind": "plan", "plan_id": template.item_ids.id, "sequence": 1},
            {"kind": "plan", "plan_id": usage.id, "sequence": 2},
        )
        # 1,000.00 a year are 83.33 a month.
        self.assertEqual(self._of(simulation, monthly), ["83.33", "83.33"])
        self.assertEqual(self._of(simulation, used), ["15.00", "0.00"])

    def test_who_pays_more_and_by_how_much(self):
        cheap, dear = self._partners("Cheap", "Dear")
        self._create_contract([{"price_unit": 50}], partner_id=cheap.id)
        self._create_contract([{"price_unit": 500}], partner_id=dear.id)
        other = self._create_contract([{"price_unit": 70, "product_id": self.setup_fee.id}])
        self._bill(date(2026, 3, 1))
        simulation = self._simulate(
            {"kind": "percent", "percent": 8, "product_ids": [(6, 0, self.subscription.ids)]}
        )
        self.assertEqual(
            [
                (one.partner_id, self._cents(one.difference), one.percent, one.band)
                for one in simulation.customer_ids
                if one.partner_id in cheap + dear + other.partner_id
            ],
            [
                (dear, "80.00", 8.0, "more_5"),
                (cheap, "8.00", 8.0, "more_5"),
                (other.partner_id, "0.00", 0.0, "same"),
            ],
        )
        self.assertEqual((simulation.more_count, simulation.less_count), (2, 0))
        found = self._simulate({"kind": "percent", "percent": 8}, partner_ids=[(6, 0, cheap.ids)])
        self.assertEqual(found.line_ids.partner_id, cheap)
        self.assertIn(b"xl/worksheets", simulation._xlsx())
        self.assertEqual(simulation.action_export()["type"], "ir.actions.act_url")

    def test_other_currency_is_summed_in_the_companys(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": usd.id,
                "name": "2026-01-01",
                "rate": 1.25,
                "company_id": self.company.id,
            }
        )
        contract = self._create_contract(currency_id=usd.id)
        self._bill(date(2026, 3, 1))
        simulation = self._simulate({"kind": "percent", "percent": 10})
        self.assertEqual(self._of(simulation, contract), ["110.00", "110.00"])
        self.assertEqual(self._of(simulation, contract, "billed_company"), ["80.00", "80.00"])
        self.assertMoney(simulation.difference, "16.00")

    def test_one_bad_contract_is_told_and_the_others_done(self):
        good, bad = self._create_contract(), self._create_contract()
        self._bill(date(2026, 3, 1))
        rows = type(self.env["cn285.simulation"])
        whole = rows._try_price

        def fails(simulation, row, *args):
            if row.contract_id == bad:
                raise UserError("its figures are broken")  # pylint: disable=translation-required
            return whole(simulation, row, *args)

        with patch.object(rows, "_try_price", fails):
            simulation = self._simulate({"kind": "percent", "percent": 10})
        self.assertEqual(self._of(simulation, good), ["110.00", "110.00"])
        [line] = simulation.line_ids.filtered("problem")
        self.assertEqual((line.contract_id, line.problem), (bad, "its figures are broken"))
        self.assertEqual(simulation.problem_count, 1)
        self.assertMoney(simulation.billed, "200.00")

    def test_jobs_and_going_on(self):
        """Killed between two batches: what is done stays, and the rest follows, once."""
        contracts = [self._create_contract() for _n in range(3)]
        self._bill(date(2026, 3, 1))
        simulation = (
            self.env["cn285.simulation"]
            .with_user(self.analyst)
            .create(
                {
                    "name": "Jobs",
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 2, 28),
                    "trial_ids": [Command.create({"kind": "percent", "percent": 10})],
                }
            )
        )
        path = "odoo.addons.cn285_simulation.models.simulation_contracts.CONTRACTS_IN_PART"
        with patch(path, 1), trap_jobs() as trap:
            simulation.action_start()
            parts = simulation.part_ids
            self.assertEqual(len(parts), 3)
            trap.assert_jobs_count(4)
        parts[0]._job_run()
        self.assertAlmostEqual(simulation.progress, 100 / 3)
        self.assertIn("Go On", simulation._job_finish())
        self.assertEqual(simulation.state, "running")
        with self.assertRaises(UserError):
            simulation.unlink()
        with trap_jobs() as trap:
            simulation.action_resume()
            trap.assert_jobs_count(3)
            trap.perform_enqueued_jobs()
        parts[0]._job_run()
        self.assertEqual(simulation.state, "done")
        self.assertEqual(len(simulation.line_ids), 6)
        self.assertEqual(set(contracts), set(simulation.line_ids.contract_id))
        self.assertMoney(simulation.difference, "60.00")
        simulation.action_draft()
        self.assertFalse(simulation.line_ids or simulation.customer_ids or simulation.part_ids)
        simulation.unlink()

    def test_a_hundred_do_not_take_a_hundred_times_the_queries(self):
        def queries(contracts):
            simulation = self.env["cn285.simulation"].create(
                {
                    "name": "Many",
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 2, 28),
                    "trial_ids": [Command.create({"kind": "percent", "percent": 10})],
                    "partner_ids": [(6, 0, contracts.partner_id.ids)],
                }
            )
            simulation._cut()
            self.env.flush_all()
            self.env.invalidate_all()
            count = self.env.cr.sql_log_count
            simulation.part_ids._run()
            return self.env.cr.sql_log_count - count

        alone, crowd = self._partners("Alone", "Crowd")
        one = self._usage_contract({"price_unit": 1.0}, partner_id=alone.id)
        many = self._usage_contract({"price_unit": 1.0}, partner_id=crowd.id)
        for _n in range(11):
            many |= self._usage_contract({"price_unit": 1.0}, partner_id=crowd.id)
            many |= self._create_contract(partner_id=crowd.id)
        one |= self._create_contract(partner_id=alone.id)
        self._bill(date(2026, 3, 1))
        of_two, of_many = queries(one), queries(many)
        self.assertLess(of_many, of_two + 25, "23 contracts, of 2 kinds as the other two")

    def test_nothing_can_be_written_meanwhile(self):
        contract = self._create_contract()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ReadOnlySqlTransaction),
            reading_only(self.env),
        ):
            contract.name = "Changed"
            self.env.flush_all()
        self.assertNotEqual(contract.name, "Changed")
        contract.name = "Changed after it"
        self.env.flush_all()
