"""Stories told again by the users whose work they are, instead of the superuser."""

from odoo.models import BaseModel
from odoo.tests import new_test_user

# Who keeps contacts, products, accounts and users beside: for what a story sets up on its way. They
# are Odoo's own groups; none of them gives a right of these addons.
SETS_UP = (
    "base.group_partner_manager",
    "base.group_erp_manager",
    "product.group_product_manager",
    "account.group_account_manager",
    "queue_job.group_queue_job_manager",
)


class ByUser:
    """A head for classes of stories: what the story does is done by a user of ``GROUPS``.

    What was made before it began was made by whoever sets up a company; from then on ``env``, and
    all contracts, metrics and the like, are the user's. The company, its products, taxes and
    customers stay their administrator's.
    """

    GROUPS = ()
    #: In a run that has both, the superuser does not tell it too: see tools/testing/told_once.py.
    TOLD_BY_A_USER = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        context = cls.env.context
        cls.actor = new_test_user(cls.env, "the_actor", groups=",".join((*cls.GROUPS, *SETS_UP)))
        cls.env = cls.env(user=cls.actor, su=False, context=context)
        for name in dir(cls):
            value = getattr(cls, name, None)
            if isinstance(value, BaseModel) and value._name.startswith("cn285."):
                setattr(cls, name, value.with_env(cls.env))


class ByManager(ByUser):
    """A billing manager bills, changes, renews and rates."""

    GROUPS = ("cn285_contract.group_billing_manager",)


class ByAccountant(ByUser):
    """A revenue accountant recognises what a billing manager has billed."""

    GROUPS = ("cn285_revrec.group_revrec_manager", "cn285_contract.group_billing_manager")
