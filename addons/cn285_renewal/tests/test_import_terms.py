from odoo.tests import TransactionCase, tagged

# What files could say of terms before the columns came from the list of the rules.
COLUMNS = (
    "announce commitment_length commitment_unit exit_rule notice_length notice_unit "
    "renewal_length renewal_max renewal_mode renewal_percent renewal_revision renewal_unit "
    "term_length term_unit"
)


@tagged("post_install", "-at_install")
class TestImportTerms(TransactionCase):
    def test_files_of_contracts_and_templates_say_the_rules_of_the_term(self):
        kinds = self.env["cn285.import.loader"]._catalogue()
        for name in ("contracts", "templates"):
            self.assertLessEqual(set(COLUMNS.split()), set(kinds[name].columns), name)
