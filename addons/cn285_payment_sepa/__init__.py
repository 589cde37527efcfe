from odoo.addons.cn285_import.uninstall import forget
from odoo.addons.payment import reset_payment_provider, setup_provider
from odoo.exceptions import UserError

from . import controllers, models, wizards


def post_init_hook(env):
    """The provider's method of payment, with which journals book."""
    setup_provider(env, "cn285_sepa")


def _call_off(env):
    """What did not leave is called off, so that it can be collected otherwise.

    :raises UserError: where the bank has orders of which nobody would know whether they were paid
    """
    debits = env["cn285.sepa.debit"].search([("state", "in", ("waiting", "ordered"))])
    ordered = debits.filtered(lambda debit: debit.state == "ordered")
    if ordered:
        raise UserError(
            env._(
                "%(count)s debits are ordered and not settled yet, the last one on %(day)s. Settle "
                "them, or withdraw their files, before you uninstall.",
                count=len(ordered),
                day=max(ordered.mapped("debit_on")),
            )
        )
    debits._call_off(env._("Direct debits through the own bank were uninstalled."))


def uninstall_hook(env):
    """Leave nothing behind that Odoo does not remove."""
    _call_off(env)
    reset_payment_provider(env, "cn285_sepa")
    forget(env, "cn285_payment_sepa")
