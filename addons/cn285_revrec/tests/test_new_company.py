from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestNewCompany(TransactionCase):
    """Companies that are made after the installation have what recognition needs."""

    def test_a_company_with_a_french_chart(self):
        company = self.env["res.company"].create(
            {"name": "Later SARL", "country_id": self.env.ref("base.fr").id}
        )
        chart = self.env["account.chart.template"]
        chart.try_loading("fr", company, install_demo=False)
        self.assertEqual(company.cn285_revrec_journal_id.code, "RVREC")
        self.assertEqual(company.cn285_revrec_journal_id.company_id, company)
        codes = [
            company[name].with_company(company).code[:3]
            for name in ("cn285_deferred_account_id", "cn285_unbilled_account_id")
        ]
        self.assertEqual(codes, ["487", "418"])
        # Another chart instead, before anything was booked: it takes over.
        chart.try_loading("generic_coa", company, install_demo=False)
        self.assertEqual(company.cn285_revrec_journal_id.company_id, company)
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": company.id})
        self.env.cr.precommit.run()
        self.assertTrue(branch._cn285_revrec_journal())

    def test_settings_that_were_lost_are_made_again(self):
        company = self.env.company
        company.cn285_revrec_journal_id = False
        self.assertEqual(company._cn285_revrec_journal().code, "RVREC")
