from lxml import etree
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

MODELS = ("cn285.contract", "cn285.renewal.notice")


@tagged("post_install", "-at_install")
class TestRenewalViews(ContractCase):
    """Filters and group-bys of the views lead somewhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, "renewal_views_clerk", "base.group_user,cn285_contract.group_billing_manager"
        )

    def _search_views(self):
        for name in MODELS:
            model = self.env[name].with_user(self.clerk)
            yield model, etree.fromstring(model.get_view(view_type="search")["arch"])

    def test_every_filter_searches(self):
        """Domains of filters and search fields are understood by the server."""
        for model, arch in self._search_views():
            for node in arch.iter("filter", "field"):
                for attribute in ("domain", "filter_domain"):
                    if node.get(attribute):
                        with self.subTest(model=model._name, name=node.get("name")):
                            values = {"uid": self.clerk.id, "self": "a"}
                            model.search(safe_eval(node.get(attribute), values), limit=1)

    def test_every_group_by_groups(self):
        for model, arch in self._search_views():
            for node in arch.iter("filter"):
                group_by = safe_eval(node.get("context") or "{}").get("group_by")
                if group_by:
                    with self.subTest(model=model._name, name=node.get("name")):
                        model.formatted_read_group([], [group_by], ["__count"])
