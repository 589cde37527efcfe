from contextlib import contextmanager
from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.modules.module import load_script
from odoo.tests import Form, tagged
from odoo.tools import file_path

from ..rating.test_usage_rating import UsageCase

MATRIX = {
    "charge_model": "matrix",
    "property_name": "country",
    "value_ids": [(0, 0, {"value": "FR", "price_unit": 2.0})],
}


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageCalculator(UsageCase):
    """What a calculator refuses when it, its prices or its metrics are saved or deleted."""

    def _calculator(self, item=None, **values):
        return self._usage_contract(values, item).item_ids.calculator_ids

    def _metric(self, code, **values):
        return self.env["cn285.usage.metric"].create({"name": code.title(), "code": code, **values})

    @contextmanager
    def _refused(self, reason):
        """Assert that something is refused for a reason, and undo it."""
        with self.assertRaises(UserError) as caught:
            yield
        self.assertRegex(str(caught.exception), reason)

    # === NAMES === #

    def test_usual_name_is_in_the_readers_language(self):
        """A name that nobody chose follows what is counted and the reader; an own one stays."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(["cn285_usage"], ["fr_FR"])
        calculator = self._calculator(price_unit=1.0)
        calculator.name = False
        metric = calculator.metric_id
        english, french = (calculator.with_context(lang=lang) for lang in ("en_US", "fr_FR"))
        self.assertEqual(english.name, f"{metric.name}: {english._charge_model_label()}")
        # French has a blank before its colon.
        french_name = f"{metric.name}\N{NO-BREAK SPACE}: {french._charge_model_label()}"
        self.assertEqual(french.name, french_name)
        self.assertNotEqual(english.name, french.name)
        # Saved as it is shown, it is still the usual one.
        french.name = french.name
        self.assertFalse(calculator.own_name)
        metric.name = "Appels"
        self.assertTrue(english.name.startswith("Appels: "))
        french.name = "À la carte"
        self.assertEqual(english.name, "À la carte")
        found = calculator.search([("name", "ilike", "carte")])
        self.assertIn(calculator, found)
        english.name = False
        self.assertTrue(english.name.startswith("Appels: "))
        self.assertIn(calculator, calculator.search([("name", "ilike", "appels")]))

    def test_own_names_of_older_databases_are_kept(self):
        """One column held own names and those made up in the language of whoever saved."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(["cn285_usage"], ["fr_FR"])
        usual, french, own = (self._calculator(price_unit=1.0) for _number in range(3))
        names = {
            usual: usual._usual_name(),
            french: french.with_context(lang="fr_FR")._usual_name(),
            own: "À la carte",
        }
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE cn285_usage_calculator RENAME own_name TO name")
        for calculator, name in names.items():
            self.env.cr.execute(
                "UPDATE cn285_usage_calculator SET name = %s WHERE id = %s", (name, calculator.id)
            )
        self.env.invalidate_all()
        for script in ("pre-own_names.py", "post-own_names.py"):
            path = file_path(f"cn285_usage/migrations/19.0.1.0.1/{script}")
            load_script(path, script[:-3]).migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        kept = (usual | french | own).mapped("own_name")
        self.assertEqual(kept, [False, False, "À la carte"])

    # === FIGURES THAT NOTHING READS === #

    def test_a_figure_that_the_charge_model_ignores_is_refused(self):
        percentage = {"charge_model": "percentage", "percent": 2.0}
        for values, figure in (
            ({**MATRIX, "allowance_units": 100}, "Included Units"),
            ({**percentage, "allowance_units": 100}, "Included Units"),
            ({**percentage, "price_unit": 3.0}, "Unit Price"),
            ({**MATRIX, "free_units": 10}, "Free Units"),
            ({"price_unit": 1.0, "free_units": 10}, "Free Units"),
            ({"price_unit": 1.0, "free_events": 10}, "Free Events"),
            ({"price_unit": 1.0, "event_minimum": 0.1}, "Minimum per Event"),
            ({"price_unit": 1.0, "percent": 2.0}, "Percent"),
            ({"price_unit": 1.0, "tier_ids": self.TIERS}, "Tiers"),
            ({"price_unit": 1.0, "property_name": "country"}, "Property Name"),
            ({"price_unit": 1.0, "value_ids": MATRIX["value_ids"]}, "Values"),
            (
                {"charge_model": "graduated", "tier_ids": self.TIERS, "overage_price": 1},
                "Overage Price",
            ),
            (
                {"charge_model": "volume", "tier_ids": self.TIERS, "price_unit": 1.0},
                "Unit Price",
            ),
        ):
            with self.subTest(values=values), self._refused(figure):
                self._calculator(**values)

    def test_a_figure_that_is_written_later_is_refused_as_well(self):
        calculator = self._calculator(**MATRIX)
        with self._refused("Included Units"):
            calculator.allowance_units = 100
        calculator = self._calculator(price_unit=1.0)
        with self._refused("Included Units"):
            calculator.write({"charge_model": "percentage", "percent": 1.0, "allowance_units": 10})

    def test_another_charge_model_begins_without_the_figures_of_the_one_before(self):
        calculator = self._calculator(price_unit=1.0, allowance_units=100)
        calculator.write({"charge_model": "percentage", "percent": 1.0})
        self.assertEqual((calculator.price_unit, calculator.allowance_units), (0, 0))
        calculator.write({"charge_model": "graduated", "tier_ids": self.TIERS})
        self.assertEqual((calculator.percent, len(calculator.tier_ids)), (0, 3))
        calculator.write({"charge_model": "per_unit", "price_unit": 3.0})
        self.assertFalse(calculator.tier_ids)

    def test_figures_that_stand_for_nothing_are_refused(self):
        with self._refused("other values"):
            self._calculator(**MATRIX, price_unit=4.0)
        with self._refused("could be kept"):
            self._calculator(price_unit=4.0, rollover="once")
        with self._refused("property"):
            self._calculator(**{**MATRIX, "property_name": False})
        self._metric("sms")
        formula = {"metric_id": False, "formula": "calls + sms", "percent": 2.0}
        with self._refused("Formula"):
            self._calculator(**formula, charge_model="percentage")

    def test_included_money_of_a_graduated_percentage_counts(self):
        contract = self._usage_contract(
            {
                "charge_model": "graduated_percentage",
                "tier_ids": [(0, 0, {"price_unit": 10})],
                "allowance_units": 100,
            }
        )
        self._use(contract, 150)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "5.00")

    def test_a_form_clears_what_the_charge_model_does_not_read(self):
        calculator = self._calculator(price_unit=4.0, allowance_units=10, rollover="once")
        with Form(calculator) as form:
            form.charge_model = "matrix"
            form.property_name = "country"
            with form.value_ids.new() as value:
                value.value = "FR"
                value.price_unit = 2.0
        self.assertEqual(
            (calculator.price_unit, calculator.allowance_units, calculator.rollover), (0, 0, "no")
        )
        with Form(calculator) as form:
            form.charge_model = "per_unit"
            form.price_unit = 3.0
        self.assertFalse(calculator.value_ids)
        self.assertFalse(calculator.property_name)

    def test_terms_that_nothing_reads_are_refused(self):
        for terms, reason in (
            ({"usage_threshold": 200}, "Threshold"),
            ({"usage_billing": "delivery", "usage_threshold": 200}, "Threshold"),
            ({"usage_set_property": "order"}, "Set of Events"),
            ({"usage_at_end": True}, "Not Before the Period's End"),
            ({"usage_metric_ids": [(6, 0, self.calls.ids)]}, "Expected Metrics"),
            (
                {"usage_billing": "threshold", "usage_threshold": 9, "usage_threshold_step": 3},
                "Amount per Step",
            ),
            ({"usage_billing": "delivery", "usage_marker_property": "last"}, "End Marker"),
            ({"usage_billing": "delivery", "usage_grace_days": 3}, "Grace for Late Usage"),
        ):
            with self.subTest(terms=terms), self._refused(reason):
                self._calculator(terms, price_unit=1.0)

    def test_calculators_of_an_item_that_bills_no_usage_are_refused(self):
        item = self._calculator(price_unit=1.0).item_id
        with self._refused("bills no usage"):
            item.billing_type = "fixed"
        with self._refused("bills no usage"):
            self._calculator({"billing_type": "fixed"}, price_unit=1.0)

    # === PRICES CHANGED ALONE === #

    def test_tiers_changed_alone_must_make_a_model(self):
        calculator = self._calculator(charge_model="graduated", tier_ids=self.TIERS)
        first, second, last = calculator.tier_ids
        with self._refused("must end above"):
            second.up_to = 10
        with self._refused("negative"):
            first.price_unit = -1
        with self._refused("above zero"):
            first.up_to = -5
        with self._refused("Only the last tier may be open"):
            second.up_to = 0
        with self._refused("must end above"):
            self.env["cn285.usage.tier"].create({"calculator_id": calculator.id, "up_to": 20})
        with self._refused("At least one tier"):
            calculator.tier_ids.unlink()
        # One at a time, as long as it makes sense; all together in any order.
        second.unlink()
        first.up_to = 15
        calculator.tier_ids = [
            (1, first.id, {"up_to": 40}),
            (0, 0, {"up_to": 50, "price_unit": 1}),
            (1, last.id, {"price_unit": 4}),
        ]
        self.assertEqual(calculator.tier_ids.sorted("bound").mapped("up_to"), [40, 50, 0])

    def test_a_tier_cannot_be_moved_away_from_a_calculator_that_needs_it(self):
        bands = [(0, 0, {"up_to": 5, "flat": 10})]
        one = self._calculator(charge_model="stairstep", tier_ids=bands, overage_price=2)
        other = self._calculator(charge_model="graduated", tier_ids=self.TIERS)
        with self._refused("At least one tier"):
            one.tier_ids.calculator_id = other
        with self._refused("overage price needs"):
            one.tier_ids.up_to = 0
        with self._refused("beyond|must end|open|takes no"):
            other.tier_ids[0].calculator_id = self._calculator(price_unit=1.0)

    def test_values_changed_alone_must_make_a_model(self):
        calculator = self._calculator(**MATRIX)
        with self._refused("negative"):
            calculator.value_ids.price_unit = -1
        with self._refused("At least one price"):
            calculator.value_ids.unlink()
        calculator.unlink()

    # === FORMULAS === #

    def test_a_formula_names_metrics_of_its_company(self):
        self._metric("sms")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self._metric("faxes", company_id=other.id)
        self._metric("telex").active = False
        self._calculator(metric_id=False, formula="calls + sms", price_unit=1.0)
        for code in ("pigeons", "faxes", "telex"):
            with self.subTest(code=code), self._refused(code):
                self._calculator(metric_id=False, formula=f"calls + {code}", price_unit=1.0)
        calculator = self._calculator(metric_id=False, formula="sms", price_unit=1.0)
        with self._refused("pigeons"):
            calculator.formula = "sms + pigeons"

    def test_a_metric_in_a_formula_keeps_its_code_and_stays(self):
        sms = self._metric("sms")
        contract = self._usage_contract(
            {"metric_id": False, "formula": "calls + sms", "price_unit": 1.0, "name": "Both"}
        )
        for vals in ({"code": "texts"}, {"active": False}):
            with self.subTest(vals=vals), self._refused("“Both”"):
                sms.write(vals)
        with self._refused("“Both”"):
            sms.unlink()
        sms.write({"code": "sms", "name": "Texts", "active": True})
        contract.item_ids.calculator_ids.formula = "calls * 2"
        sms.write({"code": "texts"})
        sms.unlink()

    def test_what_an_archived_metric_counted_is_still_rated(self):
        sms = self._metric("sms")
        contract = self._usage_contract(
            {"metric_id": False, "formula": "calls + sms", "price_unit": 1.0}
        )
        self._use(contract, 5, metric="sms")
        self.env.cr.execute("UPDATE cn285_usage_metric SET active = FALSE WHERE id = %s", [sms.id])
        sms.invalidate_recordset()
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "5.00")

    # === DELETION === #

    def test_what_was_rated_cannot_be_deleted(self):
        contract = self._usage_contract({"price_unit": 1.0, "name": "Per Call"})
        self._use(contract, 5)
        self._bill(date(2026, 2, 1))
        calculator = contract.item_ids.calculator_ids
        with self._refused("“Per Call”.*kept with what was billed"):
            calculator.unlink()
        with self._refused("“Per Call”"):
            contract.item_ids.calculator_ids = [(2, calculator.id)]
        with self._refused("end date"):
            contract.item_ids.unlink()

    def test_what_is_not_billed_yet_goes_with_its_calculator(self):
        contract = self._usage_contract({"price_unit": 1.0})
        self._use(contract, 5)
        row = contract.schedule_ids.sorted("period_start")[0]
        row._rate_waiting()
        self.assertEqual(row.state, "planned")
        self.env["cn285.usage.calculator"].create(
            {"item_id": contract.item_ids.id, "metric_id": self.calls.id, "price_unit": 2.0}
        )
        contract.item_ids.calculator_ids[0].unlink()
        self.assertEqual(row.state, "waiting")
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "10.00")

    def test_what_calculators_use_cannot_be_deleted(self):
        sms = self._metric("sms")
        pool = self.env["cn285.usage.pool"].create({"name": "Fleet"})
        calculator = self._calculator(
            metric_id=sms.id,
            price_unit=1.0,
            allowance_scope="pool",
            pool_id=pool.id,
            name="Texts",
        )
        smartcode = self.env["cn285.smartcode"].create({"name": "Special", "code": "special"})
        self._calculator(
            metric_id=False, charge_model="smartcode", smartcode_id=smartcode.id, name="By Hand"
        )
        layout = self.env["cn285.statement.layout"].search([], limit=1)
        contract = calculator.item_id.contract_id
        contract.statement_layout_id = layout
        for record, reason in (
            (sms, "“Texts”.*Archive"),
            (pool, "“Texts”.*archive"),
            (smartcode, "“By Hand”.*Archive"),
            (layout, f"{contract.name}.*archive"),
        ):
            with self.subTest(record=record._name), self._refused(reason):
                record.unlink()

    def test_a_beneficiary_of_rated_usage_cannot_be_deleted(self):
        driver = self.env["res.partner"].create({"name": "Driver"})
        contract = self._usage_contract({"price_unit": 1.0}, {"usage_rated_by": "beneficiary"})
        self._use(contract, 5, beneficiary_id=driver.id)
        contract.schedule_ids.sorted("period_start")[0]._rate_waiting()
        with self._refused("Archive"):
            driver.unlink()
