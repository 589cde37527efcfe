from datetime import date

from odoo.addons.cn285_contract.tests.importing.test_import_contracts import FILES, LoaderCase
from odoo.tests import tagged

RULES = (
    "name,method,convention,service_source,service_length,service_unit,deferred_account\n"
    "RV Monthly,monthly,half,billed,,,\n"
    "RV Set-up,daily,,life,24,month,487000\n"
)


@tagged("post_install", "-at_install")
class TestImportRevrec(LoaderCase):
    def test_rules_and_which_rule_holds_for_what(self):
        """All in one load: items and products name rules that come in with them."""
        files = {
            "revrec_rules.csv": RULES,
            "products.csv": "code,name,revrec_rule\nRV-SUB,Access,RV Monthly\n",
            "partners.csv": "id,name\nRV-P,Menuiserie Roux\n",
            "templates.csv": "code,name\nRV-T,Standard\n",
            "template_items.csv": "id,template,product,revrec_rule\nRV-TI,RV-T,RV-SUB,RV Set-up\n",
            "contracts.csv": "id,partner,date_start\nRV-C,RV-P,2026-01-01\n",
            "items.csv": (
                "id,contract,product,revrec_rule,service_start,service_end\n"
                "RV-I1,RV-C,RV-SUB,RV Set-up,2026-02-01,2026-12-31\nRV-I2,RV-C,RV-SUB,,,\n"
            ),
        }
        report = self._load(files)
        self.assertEqual(self._errors(report), [])
        self.assertEqual(report.created["revrec_rules"], 2)
        setup, monthly = self._loaded("RV%20Set-up"), self._loaded("RV%20Monthly")
        self.assertEqual((monthly.method, monthly.convention), ("monthly", "half"))
        self.assertEqual((setup.service_source, setup.service_length), ("life", 24))
        self.assertTrue(setup.deferred_account_id.code.startswith("487"))
        item = self._loaded("RV-I1")
        self.assertEqual(item.cn285_revrec_rule_id, setup)
        self.assertEqual(
            (item.cn285_service_start, item.cn285_service_end),
            (date(2026, 2, 1), date(2026, 12, 31)),
        )
        self.assertEqual(self._loaded("RV-TI").cn285_revrec_rule_id, setup)
        self.assertEqual(self._loaded("RV-I2")._cn285_rule(), monthly)
        self.assertEqual(self._load(files).skipped.total(), 9)

    def test_rule_that_is_there_is_taken_over(self):
        rule = self.env["cn285.revrec.rule"].create({"name": "RV Monthly", "method": "daily"})
        report = self._load({"revrec_rules.csv": RULES})
        self.assertEqual((report.created["revrec_rules"], report.updated["revrec_rules"]), (1, 1))
        self.assertEqual(rule.method, "monthly")

    def test_bad_rules_and_unknown_ones_are_refused(self):
        bad = FILES["items.csv"].replace("beneficiary", "revrec_rule").replace("LT-SUB", "RV None")
        report = self._load(
            FILES
            | {"revrec_rules.csv": "name,method,date_rule\nRV Late,at_date,fixed\n"}
            | {"items.csv": bad}
        )
        reasons = {(file, line): reason for file, line, reason in self._errors(report)}
        self.assertIn("the date of recognition is missing", reasons["revrec_rules.csv", 2])
        self.assertIn("there is no recognition rule “RV None”", reasons["items.csv", 2])
        self.assertEqual(self._loaded("LT-C1").state, "draft")
