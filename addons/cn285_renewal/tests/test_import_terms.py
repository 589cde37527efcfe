from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.importing.test_import_contracts import FILES, LoaderCase
from odoo.tests import tagged

# What files could say of terms before the columns came from the list of the rules; and what they
# could not.
COLUMNS = (
    "announce commitment_length commitment_unit exit_rule notice_length notice_unit "
    "renewal_length renewal_max renewal_mode renewal_percent renewal_revision renewal_unit "
    "term_length term_unit"
)
LATER = (
    "announce_from announce_until exit_fee exit_fee_value may_buy_out renewal_cap renewal_index "
    "telecom"
)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestImportTerms(LoaderCase):
    def _columns(self, kind):
        return self.env["cn285.import.loader"]._catalogue()[kind].columns

    def test_files_of_contracts_and_templates_say_the_rules_of_the_term(self):
        for kind in ("contracts", "templates"):
            names = {*COLUMNS.split(), *LATER.split()}
            self.assertLessEqual(names, set(self._columns(kind)), kind)

    def test_new_rule_is_a_new_column_by_itself(self):
        listed = [*self.env["cn285.contract"]._term_rule_fields(), "performance_date"]
        self.assertNotIn("performance_date", self._columns("contracts"))
        contracts = self.env.registry["cn285.contract"]
        with patch.object(contracts, "_term_rule_fields", lambda self: listed):
            self.assertEqual(
                self._columns("contracts")["performance_date"].field, "performance_date"
            )

    def test_contract_with_all_of_them(self):
        index = self.env["cn285.price.index"].create({"name": "Syntec", "code": "LT-SYN"})
        text = (
            "id,partner,date_start,commitment_length,may_buy_out,exit_fee,exit_fee_value,telecom,"
            "renewal_revision,renewal_index,renewal_cap,announce_from,announce_until\n"
            "LT-C1,LT-HQ,2026-01-01,12,yes,percent,20,yes,index,LT-SYN,3.5,4,2\n"
        )
        report = self._load({"partners.csv": FILES["partners.csv"], "contracts.csv": text})
        self.assertEqual(self._errors(report), [])
        self.assertRecordValues(
            self._loaded("LT-C1"),
            [
                {
                    "commitment_length": 12,
                    "may_buy_out": True,
                    "exit_fee": "percent",
                    "exit_fee_value": 20.0,
                    "telecom": True,
                    "renewal_index_id": index.id,
                    "renewal_cap": 3.5,
                    "announce_from": 4,
                    "announce_until": 2,
                }
            ],
        )
