from . import models, report, wizards


def post_init_hook(env):
    """Give companies that have a chart of accounts their journal and usual accounts."""
    for company in env["res.company"].search([("chart_template", "!=", False)]):
        company._cn285_revrec_setup()
