import csv
import io
from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .changes.test_contract_change import ChangeCase

BAD = ("a\x00b", "a\ud83db")


@tagged("post_install", "-at_install")
@freeze_time("2026-01-10 10:00:00")
class TestTexts(ChangeCase):
    """Texts that no database holds are refused in words; no cell is run by a spreadsheet."""

    def _refused(self, step):
        with self.assertRaisesRegex(ValidationError, "no text"), self.env.cr.savepoint():
            step()

    def test_records(self):
        contract = self._create_contract()
        template = self.env["cn285.contract.template"].create({"name": "T"})
        for bad in BAD:
            with self.subTest(ascii(bad)):
                self._refused(lambda b=bad: contract.write({"client_ref": b}))
                self._refused(lambda b=bad: contract.item_ids.write({"code": b}))
                self._refused(lambda b=bad: template.write({"note": b}))
                self._refused(lambda b=bad: self._create_contract([{"name": b}]))
                self._refused(
                    lambda b=bad: self._change(
                        contract, "holder", "2026-02-01", partner_id=self.customer.id, client_ref=b
                    )
                )

    def test_search(self):
        contracts = self.env["cn285.contract"]
        for bad in BAD:
            with self.subTest(ascii(bad)):
                for step in (
                    lambda b=bad: contracts.search([("name", "=", b)]),
                    lambda b=bad: contracts.search([("name", "in", ["x", b])]),
                    lambda b=bad: contracts.search_count([("client_ref", "ilike", b)]),
                    lambda b=bad: contracts.name_search(b),
                    lambda b=bad: contracts.web_search_read([("name", "ilike", b)], {"name": {}}),
                ):
                    with self.assertRaises(UserError), self.env.cr.savepoint():
                        step()

    def test_detail_of_summed_lines(self):
        self.customer.name = "+Martin"
        contract = self._create_contract(
            [{"name": "=HYPERLINK(1)", "price_unit": -12.5}, {"name": "@x"}],
            line_grouping="product",
        )
        self._bill(date(2026, 1, 10))
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "account.move"),
                ("res_id", "in", contract.invoice_ids.ids),
                ("name", "like", ".csv"),
            ]
        )
        rows = list(csv.reader(io.StringIO(attachment.raw.decode("utf-8-sig")), delimiter=";"))
        self.assertEqual([row[2] for row in rows[1:]], ["'=HYPERLINK(1)", "'@x"])
        self.assertEqual(rows[1][5], "'+Martin")
        self.assertEqual([row[9] for row in rows[1:]], ["-12.5", "100.0"])
