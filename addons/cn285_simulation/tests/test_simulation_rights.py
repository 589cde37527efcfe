"""Who tries prices: the group, in its companies; nobody writes what came out."""

from datetime import date

from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import SimulationCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-01 10:00:00")
class TestSimulationRights(SimulationCase):
    def test_who_may(self):
        self._create_contract()
        self._bill(date(2026, 3, 1))
        simulation = self._simulate({"kind": "percent", "percent": 10})
        for groups in (
            "base.group_portal",
            "base.group_user",
            "cn285_contract.group_contract_user",
        ):
            user = new_test_user(self.env, f"no_{groups[-8:]}", groups)
            for records in (simulation, simulation.line_ids, simulation.customer_ids):
                with self.assertRaises(AccessError):
                    records.with_user(user).read(["company_id"])
        manager = new_test_user(self.env, "sim_manager", "cn285_contract.group_billing_manager")
        self.assertEqual(simulation.with_user(manager).state, "done")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "sim_elsewhere",
            "cn285_contract.group_billing_manager",
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        for records in (simulation, simulation.line_ids, simulation.customer_ids):
            with self.assertRaises(AccessError):
                records.with_user(stranger).read(["company_id"])

    def test_what_came_out_is_not_edited(self):
        self._create_contract()
        self._bill(date(2026, 3, 1))
        simulation = self._simulate({"kind": "percent", "percent": 10})
        mine = simulation.with_user(self.analyst)
        with self.assertRaises(AccessError):
            mine.difference = 0
        with self.assertRaises(AccessError):
            mine.line_ids[:1].simulated = 1
        with self.assertRaises(AccessError):
            mine.customer_ids.unlink()
        with self.assertRaises(UserError):
            mine.date_to = date(2026, 1, 31)
        with self.assertRaises(UserError):
            mine.trial_ids.percent = 20
        with self.assertRaises(UserError):
            mine.action_start()
        mine.name = "Another name"

    def test_what_is_asked_makes_sense(self):
        def ask(**values):
            return self._simulate(**values)

        with self.assertRaises(ValidationError):
            ask(date_to=date(2025, 12, 31))
        with self.assertRaises(ValidationError):
            ask(date_from=date(2026, 4, 1), date_to=date(2026, 4, 30))
        with self.assertRaises(ValidationError):
            self._simulate({"kind": "pricelist"})
        contract = self._usage_contract({"price_unit": 1.0})
        calculator = contract.item_ids.calculator_ids
        with self.assertRaises(ValidationError):
            self._simulate({"kind": "calculator", "calculator_id": calculator.id})
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.env["product.pricelist"].create(
            {"name": "Theirs", "company_id": elsewhere.id}
        )
        with self.assertRaises(UserError):
            self._simulate({"kind": "pricelist", "pricelist_id": foreign.id})
        with self.assertRaises(UserError):
            self._simulate(pricelist_ids=[Command.link(foreign.id)])
