from odoo.tests import new_test_user, tagged

from .common import ContractCase

SHOWN = ("name", "code", "beneficiary_id", "quantity", "price_unit", "mrr", "state", "date_end")


@tagged("post_install", "-at_install")
class TestLongContract(ContractCase):
    """A contract of many items is read as fast as one of few, a page of items at a time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, "long_clerk", groups="cn285_contract.group_billing_manager"
        )

    def _queries(self, count):
        """Queries of the form of a contract of ``count`` items, its first 40 shown."""
        contract = self._create_contract([{"name": f"Item {n}"} for n in range(count)])
        items = {"fields": {name: {} for name in SHOWN}, "limit": 40}
        specification = {
            "name": {},
            "mrr": {},
            "mrr_committed": {},
            "is_due": {},
            "schedule_count": {},
            "invoice_count": {},
            "item_ids": items,
        }
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        contract.with_user(self.clerk).web_read(specification)
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_items(self):
        self._queries(2)  # what is read once, such as rights
        few, many = self._queries(45), self._queries(240)
        self.assertLessEqual(many, few)

    def test_form_shows_a_page_of_items(self):
        arch = self.env["cn285.contract"].get_view()["arch"]
        self.assertIn('limit="40"', arch)
