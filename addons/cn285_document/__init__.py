from odoo.addons.cn285_import.uninstall import forget

from . import controllers, models


def uninstall_hook(env):
    """Leave nothing behind that Odoo does not remove."""
    numberings = env["cn285.document.numbering"]._inside().search([])
    counts = numberings.sequence_id
    numberings.unlink()
    counts.unlink()
    forget(env, "cn285_document")
