from . import models, wizards
from .uninstall import forget, forget_imported


def uninstall_hook(env):
    """Leave nothing behind that Odoo does not remove."""
    forget_imported(env)
    forget(env, "cn285_import")
