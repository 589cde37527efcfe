from odoo.addons.cn285_import.uninstall import forget

from . import models, report, wizards


def post_init_hook(env):
    """Give companies that have a chart of accounts their journal and usual accounts."""
    for company in env["res.company"].search([("chart_template", "!=", False)]):
        company._cn285_revrec_setup()


def uninstall_hook(env):
    """Leave nothing behind that Odoo does not remove; a journal with entries stays."""
    env["res.company"].with_context(active_test=False).search([])._cn285_remove_empty_journal()
    for rows in ("schedule", "line"):
        env[f"cn285.revrec.{rows}.sum"]._drop_sums()
    forget(env, "cn285_revrec")
