from odoo.addons.cn285_import.uninstall import forget
from odoo.addons.payment import reset_payment_provider, setup_provider

from . import controllers, models, wizards


def post_init_hook(env):
    """The provider's method of payment, with which journals book."""
    setup_provider(env, "cn285_sepa")


def uninstall_hook(env):
    """Leave nothing behind that Odoo does not remove."""
    reset_payment_provider(env, "cn285_sepa")
    forget(env, "cn285_payment_sepa")
