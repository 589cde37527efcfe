from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.addons.cn285_contract.tests.search_views import SearchViews
from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
class TestRenewalViews(SearchViews, ContractCase):
    """Filters and group-bys of the views lead somewhere."""

    models = ("cn285.contract", "cn285.renewal.notice")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, "renewal_views_clerk", "base.group_user,cn285_contract.group_billing_manager"
        )
