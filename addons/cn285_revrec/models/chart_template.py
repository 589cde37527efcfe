from odoo import models


class AccountChartTemplate(models.AbstractModel):
    """A company that gets a chart of accounts gets recognition's journal and accounts with it."""

    _inherit = "account.chart.template"

    def _load(self, template_code, company, install_demo, force_create=True):
        """A chart that replaces another, before anything was booked, replaces its accounts too."""
        if template_code != company.chart_template and not company.root_id._existing_accounting():
            # sudo: what follows is refused to all but administrators, and then nothing is kept.
            company.sudo()._cn285_revrec_forget()
        return super()._load(template_code, company, install_demo, force_create)

    def _post_load_data(self, template_code, company, template_data):
        result = super()._post_load_data(template_code, company, template_data)
        # The chart is loaded in English; what is made here has no translations of its own.
        lang = self.env.user.lang or company.partner_id.lang
        company.with_context(lang=lang)._cn285_revrec_setup()
        return result
