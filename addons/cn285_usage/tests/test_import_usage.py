from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.importing.test_import_contracts import LoaderCase
from odoo.tests import tagged

CONTRACTS = {
    "products.csv": "code,name,price\nUP-API,API,0.01\n",
    "partners.csv": "id,name\nUP-P,Menuiserie Roux\n",
    "contracts.csv": "id,partner,date_start,state\nUP-C,UP-P,2026-01-01,active\n",
    "items.csv": (
        "id,contract,product,billing_type,timing,code,usage_lines,usage_grace_days\n"
        "UP-I,UP-C,UP-API,usage,arrears,UP-1,single,3\n"
    ),
    "metrics.csv": (
        "code,name,unit,input_kind,duration_unit\n"
        "up_calls,Calls,call,,\n"
        "up_talk,Talk,minute,duration,minute\n"
    ),
    "calculators.csv": (
        "id,item,metric,charge_model,price_unit,tiers,values,property,allowance_units\n"
        "UP-K1,UP-I,up_calls,graduated,,100:0.02|1000:0.015+5|:0.01,,,10\n"
        "UP-K2,UP-I,up_talk,matrix,,,FR:0.05|DE:0.07,country,\n"
    ),
}


@tagged("post_install", "-at_install")
@freeze_time("2026-02-15 10:00:00")
class TestImportUsage(LoaderCase):
    def test_metrics_and_calculators_come_in_with_their_tiers_and_prices(self):
        report = self._load(CONTRACTS)
        self.assertFalse(self._errors(report))
        self.assertEqual((report.created["metrics"], report.created["calculators"]), (2, 2))
        item = self._loaded("UP-I")
        self.assertEqual((item.usage_lines, item.usage_grace_days), ("single", 3))
        tiers = item.calculator_ids[0].tier_ids
        self.assertEqual(
            tiers.mapped(lambda tier: (tier.up_to, tier.price_unit, tier.flat)),
            [(100.0, 0.02, 0.0), (1000.0, 0.015, 5.0), (0.0, 0.01, 0.0)],
        )
        self.assertEqual(
            item.calculator_ids[1].value_ids.mapped(lambda value: (value.value, value.price_unit)),
            [("FR", 0.05), ("DE", 0.07)],
        )
        self.assertEqual(item.calculator_ids[0].simulate(210)["amount"], 2.0 + 5.0 + 1.5)

    def test_loaded_again_nothing_changes_and_a_changed_tier_does(self):
        self._load(CONTRACTS)
        again = self._load(CONTRACTS)
        self.assertEqual((again.skipped["calculators"], again.skipped["metrics"]), (2, 2))
        self.assertFalse(again.updated["calculators"])
        dearer = CONTRACTS["calculators.csv"].replace(":0.01,", ":0.012,")
        report = self._load({**CONTRACTS, "calculators.csv": dearer})
        self.assertEqual((report.updated["calculators"], report.skipped["calculators"]), (1, 1))
        tiers = self._loaded("UP-I").calculator_ids[0].tier_ids
        self.assertEqual(tiers.filtered(lambda tier: not tier.up_to).price_unit, 0.012)

    def test_a_row_says_from_when_its_terms_hold(self):
        self._load(CONTRACTS)
        text = CONTRACTS["calculators.csv"].replace(":0.01,", ":0.012,")
        for old, new in (("units", ",terms_from"), (",10", ",2026-02-10"), ("country,", ",")):
            text = text.replace(f"{old}\n", f"{old}{new}\n")
        files = {**CONTRACTS, "calculators.csv": text}
        report = self._load(files)
        self.assertFalse(self._errors(report))
        self.assertEqual((report.updated["calculators"], report.skipped["calculators"]), (1, 1))
        versions = self._loaded("UP-I").calculator_ids[0].version_ids
        self.assertEqual(
            [(one.date_from, one.terms["tier_ids"][-1][1]) for one in versions],
            [(False, 0.01), (date(2026, 2, 10), 0.012)],
        )
        again = self._load(files)
        self.assertEqual(again.skipped["calculators"], 2)

    def test_a_row_has_what_was_billed_billed_anew(self):
        """200 calls of January: 90 × 0.02 + 100 × 0.015 + 5.00 = 8.30; at 0.03, 90 × 0.01 more."""
        self._load(CONTRACTS)
        item = self._loaded("UP-I")
        event = {"source": "s", "transaction_id": "t1", "item_id": item.id, "metric": "up_calls"}
        day = {"occurred_at": "2026-01-10 12:00:00", "quantity": 200}
        self.assertFalse(self.env["cn285.usage.event"].ingest([{**event, **day}])["refused"])
        runs = self.env["cn285.billing.run"]
        run = runs.create({"date": date(2026, 2, 15)})
        run.action_run()
        billed = run.amount_untaxed
        self.assertTrue(billed)
        text = (
            "id,item,metric,charge_model,tiers,allowance_units,terms_from,terms_correct\n"
            "UP-K1,UP-I,up_calls,graduated,100:0.03|1000:0.015+5|:0.01,10,2026-01-01,yes\n"
        )
        report = self._load({**CONTRACTS, "calculators.csv": text})
        self.assertFalse(self._errors(report))
        again = runs.create({"date": date(2026, 2, 15)})
        again.action_run()
        tiers = item.calculator_ids[0].simulate(200)["amount"]
        self.assertEqual(round(billed + again.amount_untaxed, 2), round(tiers, 2))
        self.assertGreater(again.amount_untaxed, 0)

    def test_bad_calculators_are_refused_and_their_contract_stays_a_draft(self):
        head = "id,item,metric,charge_model,tiers,values,property\n"
        cases = {
            "B1,UP-I,up_calls,graduated,100=2,,": "is not written like 1000:0.002",
            "B2,UP-I,up_calls,graduated,100:two,,": "“two” is not a number",
            "B3,UP-I,up_calls,matrix,,FR,country": "is not written like FR:0.05",
            "B4,UP-I,no_such,per_unit,,,": "there is no usage metric “no_such”",
            "B5,UP-I,,per_unit,,,": "choose either a metric, a formula or another item",
            "B6,UP-I,up_calls,by_moon,,,": "“by_moon” is not allowed",
            "B7,,up_calls,per_unit,,,": "belongs to one contract item or to one template item",
            "B8,UP-I,up_calls,graduated,,,": "tier",
        }
        text = head + "\n".join(cases) + "\n"
        report = self._load({**CONTRACTS, "calculators.csv": text})
        refused = {line: reason for _file, line, reason in self._errors(report)}
        self.assertEqual(sorted(refused), list(range(2, len(cases) + 2)))
        for line, words in enumerate(cases.values(), start=2):
            self.assertIn(words, refused[line])
        self.assertEqual(self._loaded("UP-C").state, "draft")

    def test_items_name_metrics_of_the_same_load(self):
        """What an addon above brings goes in before what refers to it."""
        items = CONTRACTS["items.csv"].replace("usage_grace_days", "usage_metrics,usage_billing")
        items = items.replace("single,3", "single,up_calls|up_talk,complete")
        report = self._load({**CONTRACTS, "items.csv": items})
        self.assertFalse(self._errors(report))
        metrics = self._loaded("UP-I").usage_metric_ids
        self.assertEqual(set(metrics.mapped("code")), {"up_calls", "up_talk"})

    def _taken(self, calculators, item="", files=None):
        """A usage item, billed elsewhere until January, with what its calculators have counted."""
        extra, cells = item.split("=") if item else ("usage_lines", "single")
        given = {
            **CONTRACTS,
            "items.csv": (
                f"id,contract,product,billing_type,timing,billed_until,{extra}\n"
                f"UP-I,UP-C,UP-API,usage,arrears,2026-01-31,{cells}\n"
            ),
            "calculators.csv": calculators,
            **(files or {}),
        }
        return self._load(given)

    def _bill_month(self):
        run = self.env["cn285.billing.run"].create({"date": date(2026, 3, 1)})
        with freeze_time("2026-03-01 10:00:00"):
            event = {"source": "s", "transaction_id": "t1", "item_id": self._loaded("UP-I").id}
            event |= {"metric": "up_calls", "occurred_at": "2026-02-20 12:00:00", "quantity": 50}
            self.assertFalse(self.env["cn285.usage.event"].ingest([event])["refused"])
            run.action_run()
        self.assertFalse(run.issue_ids, run.issue_ids.mapped("reason"))
        return run

    def test_what_was_counted_elsewhere_goes_on(self):
        """100 units there and 50 here; 10 of the month free and 5 left of January: 135 are billed.

        100 at 0.02 and 35 at 0.015: 2.00 and 0.525.
        """
        text = (
            "id,item,metric,charge_model,tiers,allowance_units,rollover,used_units,carried_units\n"
            "UP-K1,UP-I,up_calls,graduated,100:0.02|:0.015,10,once,100,5\n"
        )
        for _again in range(2):
            self.assertFalse(self._errors(self._taken(text)))
        event = self.env["cn285.usage.event"].search([("source", "=", "take-over")])
        self.assertEqual((len(event), event.occurred_at.date()), (1, date(2026, 2, 1)))
        [(_file, _line, reason)] = self._errors(self._taken(text.replace(",100,5", ",120,5")))
        self.assertIn("was received before with other content", reason)
        self.assertMoney(self._bill_month().amount_untaxed, "2.53")
        # Once rated, balances are the program's.
        [(_file, _line, reason)] = self._errors(self._taken(text.replace(",100,5", ",100,9")))
        self.assertIn("was rated here", reason)

    def test_what_thresholds_billed_elsewhere_is_not_billed_again(self):
        """200 units at 0.02 are 4.00, of which a threshold of 2.00 was billed in February there."""
        text = "id,item,metric,charge_model,price_unit,used_units\n"
        text += "UP-K1,UP-I,up_calls,per_unit,0.02,150\n"
        item = "usage_billing,usage_threshold,threshold_billed=threshold,2,2.00"
        for _again in range(2):
            self.assertFalse(self._errors(self._taken(text, item)))
        rows = self._loaded("UP-I").schedule_ids.filtered(lambda row: row.state == "taken_over")
        self.assertMoney(sum(rows.mapped("amount")), "2.00")
        run = self.env["cn285.billing.run"]._bill_triggered(self.company, True)
        self.assertFalse(run.invoice_ids)
        self.assertMoney(self._bill_month().amount_untaxed, "2.00")

    def test_what_cannot_be_counted_is_refused(self):
        head = "id,item,metric,charge_model,price_unit,used_units,carried_units\n"
        report = self._taken(
            f"{head}UP-K1,UP-I,up_calls,per_unit,0.02,,5\n",
            "usage_lines,threshold_billed=single,2",
        )
        reasons = " ".join(reason for _file, _line, reason in self._errors(report))
        self.assertIn("keeps nothing of its included units", reasons)
        self.assertIn("is not billed on a threshold", reasons)

    def test_layouts_and_macros(self):
        files = {
            "statement_layouts.csv": (
                "name,columns,groups,want_xlsx\n"
                "UP day,occurred_at|label|quantity:Units,item,yes\nUP bad,moon,,\n"
            ),
            "smartcodes.csv": "code,name,body\nUP-X,Dozen,macros/x.py\nUP-Y,None,macros/y.py\n",
        }
        beside = {"macros/x.py": b"lines.append({'label': 'x', 'quantity': 1, 'unit_price': 2})"}
        for again in range(2):
            report = self._load(files, beside=beside)
            reasons = [reason for _file, _line, reason in self._errors(report)]
            self.assertEqual(len(reasons), 2, reasons)
            self.assertIn("there is no file “macros/y.py”", reasons[0])
            self.assertIn("“moon” is not allowed", reasons[1])
            self.assertEqual(report.skipped.total(), 2 * again)
        layout = self._loaded("UP%20day")
        self.assertEqual(layout.column_ids.mapped("field"), ["occurred_at", "label", "quantity"])
        self.assertEqual(layout.column_ids[2].name, "Units")
        self.assertEqual(self._loaded("UP-X").version_ids.mapped("state"), ["draft"])
