from odoo.addons.cn285_import.uninstall import forget

from . import core
from .core import dispatcher
from . import models
from . import controllers


def uninstall_hook(env):
    """Leave nothing behind that Odoo does not remove."""
    forget(env, "cn285_api")
