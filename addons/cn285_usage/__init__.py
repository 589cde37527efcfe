from odoo.addons.cn285_import.uninstall import forget

from . import controllers, models, wizards


def uninstall_hook(env):
    """Leave nothing behind that Odoo does not remove, as the partitioned tables."""
    env["cn285.usage.event"]._drop_storage()
    env["cn285.usage.rating.sum"]._drop_sums()
    forget(env, "cn285_usage")
