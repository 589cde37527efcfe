"""Names of calculators that were made up follow the reader's language; see the script before."""

from odoo import api


def migrate(cr, version):
    env = api.Environment(cr, api.SUPERUSER_ID, {"active_test": False})
    calculators = env["cn285.usage.calculator"].search([("own_name", "!=", False)])
    for code, _name in env["res.lang"].get_installed():
        usual = calculators.with_context(lang=code).filtered(
            lambda calculator: calculator.own_name == calculator._usual_name()
        )
        # Nobody edits here: no terms, history or messages follow.
        cr.execute(
            "UPDATE cn285_usage_calculator SET own_name = NULL WHERE id = ANY(%s)", [usual.ids]
        )
        calculators -= usual
    calculators.invalidate_model(["name", "own_name"])
