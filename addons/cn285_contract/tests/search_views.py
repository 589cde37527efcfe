"""Tests that all filters of search views do something, for the test cases of every addon."""

from lxml import etree
from odoo.tools.safe_eval import safe_eval


class SearchViews:
    """For a test case with ``clerk``, a user; ``models`` are those whose filters are tried."""

    models = ()

    def _search_views(self):
        for name in self.models:
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
