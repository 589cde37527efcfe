from odoo.addons.cn285_import.uninstall import forget

from . import models


def uninstall_hook(env):
    """Leave nothing behind that Odoo does not remove."""
    for rows in ("month", "item.month"):
        env[f"cn285.mrr.{rows}.sum"]._drop_sums()
    forget(env, "cn285_analytics")
