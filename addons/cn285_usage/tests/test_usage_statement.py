import csv
import io
from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .test_usage_rating import UsageCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageStatement(UsageCase):
    """With the invoice comes a statement of what was consumed, and its sums are the invoice's."""

    def _layout(self, **values):
        fields = ("occurred_at", "beneficiary", "metric", "quantity", "amount")
        return self.env["cn285.statement.layout"].create(
            {
                "name": "Detail",
                "want_csv": True,
                "column_ids": [
                    (
                        0,
                        0,
                        {
                            "field": name,
                            "total": "sum" if name in ("quantity", "amount") else "none",
                        },
                    )
                    for name in fields
                ],
                **values,
            }
        )

    def _bill_with_statement(self):
        run = self.env["cn285.billing.run"].create({"date": date(2026, 2, 1)})
        with trap_jobs() as trap:
            run.action_run()
            trap.perform_enqueued_jobs()
        return run.invoice_ids

    def _csv_amounts(self, move):
        [attachment] = move.cn285_statement_ids.filtered(lambda file: file.name.endswith(".csv"))
        text = attachment.raw.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text else ","))
        position = rows[0].index("Amount")
        return [row[position] for row in rows[1:] if row and row[position]]

    def test_statement_is_attached_and_adds_up(self):
        for groups in ((), ("metric",), ("day", "beneficiary")):
            layout = self._layout(group_ids=[(0, 0, {"field": name}) for name in groups])
            contract = self._usage_contract(
                {"charge_model": "graduated", "tier_ids": self.TIERS},
                statement_layout_id=layout.id,
            )
            self._use(contract, 7)
            self._use(contract, 14, "2026-01-20")
            move = self._bill_with_statement()
            self.assertEqual(
                sorted(name.rsplit(".")[-1] for name in move.cn285_statement_ids.mapped("name")),
                ["csv", "pdf", "xlsx"],
            )
            amounts = self._csv_amounts(move)
            self.assertEqual(len(amounts), 2)
            self.assertMoney(sum(map(float, amounts)), self._cents(move.amount_untaxed))

    def test_minimum_without_usage_is_a_row_of_its_own(self):
        contract = self._usage_contract(
            {"price_unit": 1.0, "minimum_amount": 50}, statement_layout_id=self._layout().id
        )
        move = self._bill_with_statement()
        self.assertEqual(move.cn285_contract_ids, contract)
        self.assertEqual([self._cents(float(a)) for a in self._csv_amounts(move)], ["50.00"])

    def test_once(self):
        contract = self._usage_contract({"price_unit": 1.0}, statement_layout_id=self._layout().id)
        self._use(contract, 3)
        move = self._bill_with_statement()
        files = move.cn285_statement_ids
        self.assertEqual(move._make_usage_statements(), files)

    def test_contract_without_layout_gets_none(self):
        contract = self._usage_contract({"price_unit": 1.0})
        self._use(contract, 3)
        self.assertFalse(self._bill_with_statement().cn285_statement_ids)
