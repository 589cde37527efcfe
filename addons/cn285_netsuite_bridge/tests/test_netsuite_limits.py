"""Large numbers: as few calls as NetSuite's limits allow, and no query in a loop."""

from datetime import date

from odoo import Command

from .common import NetsuiteCase


class TestLimits(NetsuiteCase):
    def invoices(self, count):
        """Posted invoices of the customer, made in one go by the writer of billing runs."""
        writer = self.env["cn285.invoice.writer"]
        return writer._create_invoices(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": date(2026, 1, 31),
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": self.subscription.id,
                                "name": f"Service {number}",
                                "quantity": 1,
                                "price_unit": 10.0 + number,
                                "tax_ids": [Command.set(self.tax.ids)],
                            }
                        )
                    ],
                }
                for number in range(count)
            ]
        )

    def queries_to_send(self, count):
        """Queries that sending takes, jobs as they come."""
        self.invoices(count)
        self.commit()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.backend._work(read=False)
        return self.env.cr.sql_log_count - before

    def test_invoices_go_in_full_calls_and_queries_do_not_grow_with_records(self):
        self.env["cn285.bridge.outbox"]._put(self.kind("customer"), self.customer.ids)
        self.work()
        self.server.calls.clear()
        self.queries_to_send(1)
        few, many = self.queries_to_send(2), self.queries_to_send(60)
        self.assertEqual(self.server.counted("upsertList"), [1, 2, 60])
        self.assertLess(many, few + 20, "a call of 60 takes hardly more queries than one of 2")
        self.assertFalse(self.rows("waiting") | self.rows("parked"))

    def test_more_than_a_call_takes_is_cut(self):
        self.env["cn285.bridge.outbox"]._put(self.kind("customer"), self.customer.ids)
        self.work()
        self.server.calls.clear()
        self.invoices(120)
        self.work(read=False)
        self.assertEqual(sorted(self.server.counted("upsertList")), [20, 100])
        self.work()
        self.assertEqual(len(self.server.counted("search")), 4, "one search a kind")
        self.assertEqual(len(self.there("Invoice")), 120)
