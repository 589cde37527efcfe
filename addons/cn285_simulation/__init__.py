from odoo.addons.cn285_import.uninstall import forget

from . import models, wizards


def uninstall_hook(env):
    """Leave nothing behind that Odoo does not remove."""
    forget(env, "cn285_simulation")
