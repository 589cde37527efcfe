from decimal import Decimal

from odoo import models
from odoo.tools import format_date

from ..engine.matrix import waterfall


class RevrecReportWizard(models.TransientModel):
    """The waterfall as a sheet: a row for each month of invoicing, a column for each of revenue."""

    _inherit = "cn285.revrec.report.wizard"

    def _waterfall_table(self):
        """Headers, and rows of ``[month of invoicing, an amount for each month, total]``."""
        table = self._waterfall_matrix()
        headers = [
            self.env._("Invoiced In"),
            *map(self._month_name, table.columns),
            self.env._("Total"),
        ]
        return headers, [
            [self._month_name(month), *map(float, amounts), float(sum(amounts))]
            for month, amounts in table.rows
        ]

    def _waterfall_matrix(self):
        groups = self._report_model()._read_group(
            [], ["invoice_date:month", "date:month"], ["amount:sum"]
        )
        places = self.company_id.currency_id.decimal_places
        return waterfall(
            (invoiced, earned, Decimal(f"{amount:.{places}f}"))
            for invoiced, earned, amount in groups
        )

    def _month_name(self, day):
        return format_date(self.env, day, date_format="MMM yyyy")

    def _waterfall_sheet(self, book):
        """Write the sheet; what lies after the report's day is planned, and in italics."""
        sheet = book.add_worksheet(self.env._("Months"))
        bold = book.add_format({"bold": True})
        month = book.add_format({"bold": True, "num_format": "mmm yyyy", "align": "left"})
        money = book.add_format({"num_format": "#,##0.00"})
        planned = book.add_format({"num_format": "#,##0.00", "italic": True, "color": "#666666"})
        table = self._waterfall_matrix()
        width, height = len(table.columns), len(table.rows)
        sheet.write(0, 0, self._title(), bold)
        sheet.write(1, 0, self.env._("Rows: month of the invoice. Columns: month of the revenue."))
        sheet.write(2, 0, self.env._("Invoiced In"), bold)
        for place, day in enumerate(table.columns, start=1):
            sheet.write_datetime(2, place, day, month)
        sheet.write(2, width + 1, self.env._("Total"), bold)
        formats = [planned if day > self.date_to else money for day in table.columns]
        for number, (day, amounts) in enumerate(table.rows, start=3):
            sheet.write_datetime(number, 0, day, month)
            for place, amount in enumerate(amounts, start=1):
                if amount:
                    sheet.write_number(number, place, float(amount), formats[place - 1])
            self._write_sum(sheet, (number, 1, number, width), (number, width + 1), amounts, money)
        sheet.write(height + 3, 0, self.env._("Total"), bold)
        totals = table.totals()
        for place, total in enumerate(totals, start=1):
            cells = (3, place, height + 2, place)
            self._write_sum(sheet, cells, (height + 3, place), [total], formats[place - 1])
        if totals:
            cells = (height + 3, 1, height + 3, width)
            self._write_sum(sheet, cells, (height + 3, width + 1), totals, money)
        sheet.freeze_panes(3, 1)
        sheet.set_column(0, width + 1, 14)
