from . import controllers, models, wizards


def uninstall_hook(env):
    """Drop the partitioned tables, which Odoo does not know how to drop."""
    env["cn285.usage.event"]._drop_storage()
