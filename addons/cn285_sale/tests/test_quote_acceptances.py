"""Many quotations are accepted in jobs; a bad one stops none of the others."""

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import QuoteCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestAcceptances(QuoteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "quote_manager", "sales_team.group_sale_manager")

    def _accept(self, orders):
        with trap_jobs() as trap:
            action = orders.with_user(self.manager).action_cn285_accept()
            self.assertTrue(trap.enqueued_jobs)
            for job in trap.enqueued_jobs:
                job.func(*job.args, **job.kwargs)
        acceptance = self.env[action["res_model"]].browse(action["res_id"])
        acceptance.invalidate_recordset()
        return acceptance.with_user(self.manager)

    def test_one_bad_stops_no_other(self):
        good = self._quote() | self._quote(cn285_date_start=False) | self._quote(term_length=12)
        old = self._quote()
        old.action_quotation_sent()
        old.action_cn285_new_version()
        untaxed = self._quote()
        untaxed.order_line[0].tax_ids = False
        clash = self._quote()
        second = self._create_product("Exclusive", 5.0)
        second.product_tmpl_id.cn285_excludes_ids = self.subscription.product_tmpl_id
        clash.order_line[1].product_id = second
        acceptance = self._accept(good | old | untaxed | clash)
        self.assertEqual(set(good.mapped("state")), {"sale"})
        self.assertEqual(set(good.mapped("cn285_activation")), {"done"})
        contracts = good.sudo().cn285_contract_id
        self.assertEqual(set(contracts.mapped("state")), {"active"})
        self.assertEqual(len(contracts), 3)
        for order in good:
            self.assertEqual(
                order.order_line.sudo().cn285_item_id, order.sudo().cn285_contract_id.item_ids
            )
            self.assertEqual(order.cn285_date_start, order.cn285_contract_id.date_start)
        self.assertEqual((clash.state, clash.cn285_activation), ("sale", "waiting"))
        self.assertIn("Exclusive", clash.cn285_activation_error)
        self.assertEqual(len(clash.activity_ids), 1)
        self.assertEqual(untaxed.state, "draft")
        self.assertIn("taxes", untaxed.cn285_refusal)
        self.assertEqual(
            [acceptance[f"{name}_count"] for name in ("done", "waiting", "refused", "pending")],
            [3, 1, 1, 0],
        )
        self.assertEqual((acceptance.total, acceptance.state), (5, "partial"))
        untaxed.order_line[0].tax_ids = self.tax
        with trap_jobs() as trap:
            acceptance.action_retry()
            for job in trap.enqueued_jobs:
                job.func(*job.args, **job.kwargs)
        self.assertEqual((untaxed.state, untaxed.cn285_refusal), ("sale", False))

    def test_run_again_it_does_nothing(self):
        orders = self._quote() | self._quote()
        self._accept(orders)
        contracts = orders.sudo().cn285_contract_id
        orders._job_cn285_accept()
        orders._cn285_activate_together()
        self.assertEqual(orders.sudo().cn285_contract_id, contracts)
        self.assertEqual(
            self.env["cn285.contract"].search([("order_id", "in", orders.ids)]), contracts
        )
        with self.assertRaisesRegex(UserError, "None of these"):
            orders.with_user(self.manager).action_cn285_accept()

    def test_who_may(self):
        with self.assertRaises(AccessError):
            self._quote().action_cn285_accept()

    def test_what_was_accepted_alone_is_the_same(self):
        alone, first, second, third = (self._quote(term_length=12) for _number in range(4))
        alone.action_confirm()
        self._accept(first | second | third)
        names = ("state", "date_start", "date_concluded", "term_end", "user_id", "order_id")
        one, other = alone.sudo().cn285_contract_id, first.sudo().cn285_contract_id
        for name in names[:-1]:
            self.assertEqual(one[name], other[name], name)
        self.assertEqual(self._rows(one), self._rows(other))
        self.assertEqual((one.order_id, other.order_id), (alone, first))

    def test_queries_do_not_grow_with_the_quotations(self):
        self._accept(self._quote())  # warms caches
        counts = []
        for number in (2, 22):
            orders = self.env["sale.order"].union(*(self._quote() for _one in range(number)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders.with_user(self.manager)._job_cn285_accept()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess((counts[1] - counts[0]) / 20, counts[0] / 10, counts)
