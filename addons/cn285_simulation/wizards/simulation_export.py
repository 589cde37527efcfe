import base64
import io

import xlsxwriter
from odoo import fields, models

CUSTOMERS = (
    "partner_id",
    "currency_id",
    "billed",
    "simulated",
    "difference",
    "percent",
    "band",
    "unexplained",
    "billed_company",
    "simulated_company",
    "difference_company",
)
LINES = (
    "partner_id",
    "contract_id",
    "item_id",
    "product_id",
    "kind",
    "period_start",
    "period_end",
    "quantity",
    "currency_id",
    "billed",
    "simulated",
    "difference",
    "percent",
    "unexplained",
    "billed_company",
    "simulated_company",
    "difference_company",
    "note",
    "problem",
)


class SimulationExport(models.TransientModel):
    """A workbook to be saved, for a day."""

    _name = "cn285.simulation.export"
    _inherit = ["cn285.links.read"]
    _description = "Export of a Price Simulation"

    file = fields.Binary(readonly=True)
    file_name = fields.Char(readonly=True)


class Simulation(models.Model):
    """What came out, as a workbook."""

    _inherit = "cn285.simulation"

    def action_export(self):
        """Save customers, the most first, and items and periods as a workbook."""
        self.ensure_one()
        self.check_access("read")
        name = f"simulation_{self.id}.xlsx"
        export = self.env["cn285.simulation.export"].create(
            {"file": base64.b64encode(self._xlsx()), "file_name": name}
        )
        url = f"/web/content/{export._name}/{export.id}/file/{name}?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def _xlsx(self):
        """The workbook, bytes."""
        buffer = io.BytesIO()
        # Names come from users: a text stays a text.
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(buffer, options) as book:
            self._sheet(book, self.env._("By Customer"), self.customer_ids, CUSTOMERS)
            self._sheet(book, self.env._("Items and Periods"), self.line_ids, LINES)
        return buffer.getvalue()

    def _sheet(self, book, title, records, names):
        sheet = book.add_worksheet(title)
        bold = book.add_format({"bold": True})
        money = book.add_format({"num_format": "#,##0.00"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        labels = records.fields_get(names)
        sheet.write_row(0, 0, [labels[name]["string"] for name in names], bold)
        for column, name in enumerate(names):
            words = dict(labels[name].get("selection", ()))
            kind = labels[name]["type"]
            for number, record in enumerate(records, start=1):
                value = record[name]
                if kind in ("monetary", "float"):
                    sheet.write_number(number, column, value, money)
                elif kind == "date":
                    if value:
                        sheet.write_datetime(number, column, value, day)
                else:
                    text = value.display_name if kind == "many2one" else words.get(value, value)
                    sheet.write_string(number, column, text or "")
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(records), 1), len(names) - 1)
        sheet.set_column(0, len(names) - 1, 18)
