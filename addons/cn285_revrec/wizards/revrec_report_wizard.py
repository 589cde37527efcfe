import base64
import csv
import io

import xlsxwriter
from odoo import api, fields, models
from odoo.addons.cn285_import.engine.text import safe_row
from odoo.exceptions import UserError
from odoo.tools import format_date

# Report: model, its action, its measures, and whether it looks at a stretch of days or at one day.
REPORTS = {
    "analysis": (
        "cn285.revrec.analysis",
        "action_revrec_analysis",
        ("bookings", "billings", "credit_notes", "revenue", "planned_revenue"),
        True,
    ),
    "rollforward": (
        "cn285.revrec.rollforward",
        "action_revrec_rollforward",
        ("opening", "billed", "credited", "recognised", "closing"),
        True,
    ),
    "unbilled": (
        "cn285.revrec.unbilled",
        "action_revrec_unbilled",
        ("opening", "recognised", "billed", "closing", "closing_tax"),
        True,
    ),
    "waterfall": ("cn285.revrec.waterfall", "action_revrec_waterfall", ("amount",), False),
    "obligation": (
        "cn285.revrec.obligation",
        "action_revrec_obligation",
        ("billed_within", "billed_later", "unbilled_within", "unbilled_later", "amount"),
        False,
    ),
    "tieout": (
        "cn285.revrec.tieout",
        "action_revrec_tieout",
        ("ledger", "scheduled", "difference", "manual"),
        False,
    ),
    "opening": (
        "cn285.revrec.opening",
        "action_revrec_opening",
        ("deferred", "booked", "difference"),
        False,
    ),
    "sales": ("cn285.sales.journal", "action_sales_journal", ("debit", "credit"), True),
    "synthesis": ("cn285.sales.journal", "action_sales_journal", ("debit", "credit"), True),
}
# What a report is always broken down by, besides what the user chooses.
ALWAYS = {
    "analysis": ("date:month",),
    "waterfall": ("invoice_date:month", "date:month"),
    "tieout": ("account_id", "kind"),
    "opening": ("account_id", "contract_id"),
    "synthesis": ("date:month", "journal_id", "account_id"),
}
SALES_COLUMNS = (
    "date", "journal_id", "move_id", "partner_id", "account_id", "label", "tax_names",
    "tax_line_id", "debit", "credit",
)  # fmt: skip


class RevrecReportWizard(models.TransientModel):
    """Which report, of which days, by what; opened on the screen or saved to a file."""

    _name = "cn285.revrec.report.wizard"
    _inherit = ["cn285.links.read", "cn285.bounded"]
    _description = "Recognition Reports"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    report = fields.Selection(
        [
            ("analysis", "Bookings, Billings and Revenue"),
            ("rollforward", "Deferred Revenue Roll-Forward"),
            ("unbilled", "Unbilled Services Roll-Forward"),
            ("waterfall", "Revenue Waterfall"),
            ("obligation", "Remaining Obligation"),
            ("tieout", "Tie-Out to the General Ledger"),
            ("opening", "Opening of Deferred Revenue"),
            ("sales", "Sales Journal"),
            ("synthesis", "Synthesis Journal"),
            ("fec", "FEC Layout"),
        ],
        required=True,
        default="rollforward",
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: self.env.company._cn285_last_month_end().replace(day=1),
    )
    date_to = fields.Date(
        string="To", required=True, default=lambda self: self.env.company._cn285_last_month_end()
    )
    group_by = fields.Selection(
        [
            ("partner_id", "Customer"),
            ("product_id", "Product"),
            ("contract_id", "Contract"),
            ("source_journal_id", "Journal"),
            ("analytic_account_id", "Analytic Account"),
        ],
        string="By",
        default="partner_id",
    )
    journal_ids = fields.Many2many(
        "account.journal",
        string="Journals",
        domain="[('company_id', '=', company_id), ('type', 'in', ('sale', 'general'))]",
        help="Empty: the sales journals and the recognition journals.",
    )
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    def _report_model(self):
        """The report, on this company and these days."""
        self.ensure_one()
        self._check_days()
        model = REPORTS[self.report][0]
        return (
            self.env[model]
            .with_company(self.company_id)
            .with_context(allowed_company_ids=self.company_id.ids, **self._days())
        )

    def _check_days(self):
        if self.date_to < self.date_from and self.report in ("fec", *self._stretches()):
            raise UserError(
                self.env._(
                    "The report ends on %(end)s, before it starts on %(start)s.",
                    end=format_date(self.env, self.date_to),
                    start=format_date(self.env, self.date_from),
                )
            )

    @api.model
    def _stretches(self):
        return [name for name, (*_rest, stretch) in REPORTS.items() if stretch]

    def _days(self):
        return {
            "cn285_date_from": fields.Date.to_string(self.date_from),
            "cn285_date_to": fields.Date.to_string(self.date_to),
        }

    def _domain(self):
        """Domain of the rows that the days let in; the other reports look at the context."""
        if self.report in ("analysis", "sales", "synthesis"):
            return [("date", ">=", self.date_from), ("date", "<=", self.date_to)]
        return []

    # === SCREEN === #

    def action_open(self):
        """Open the report on the screen, with the days in its title."""
        self.ensure_one()
        if self.report == "fec":
            raise UserError(self.env._("The FEC layout is a file: download it."))
        self._check_days()
        action_id = REPORTS[self.report][1]
        action = self.env["ir.actions.act_window"]._for_xml_id(f"cn285_revrec.{action_id}")
        context = dict(self._days())
        if self.group_by and self.report not in ("tieout", "opening", "sales", "synthesis"):
            context[f"search_default_by_{self.group_by.removesuffix('_id')}"] = 1
        if self.report == "synthesis":
            for rank, name in enumerate(("month", "journal", "account"), start=1):
                context[f"search_default_by_{name}"] = rank
        action.update(name=self._title(), domain=self._domain(), context=context, path=False)
        return action

    def _title(self):
        title = dict(self._fields["report"]._description_selection(self.env))[self.report]
        days = format_date(self.env, self.date_to)
        if self.report == "fec" or REPORTS[self.report][3]:
            days = f"{format_date(self.env, self.date_from)} – {days}"
        return f"{title} ({days})"

    # === FILES === #

    def action_xlsx(self):
        """Save the report as a workbook."""
        return self._download(self._xlsx(*self._content()), "xlsx")

    def action_csv(self):
        """Save the report as comma-separated values (UTF-8, semicolons)."""
        return self._download(self._csv(*self._content()), "csv")

    def _download(self, content, extension):
        self.ensure_one()
        name = f"{self.report}_{self.date_from:%Y%m%d}_{self.date_to:%Y%m%d}.{extension}"
        self.write({"file": base64.b64encode(content), "file_name": name})
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{name}?download=true",
            "target": "download",
        }

    def _content(self):
        """The report as ``(headers, rows)``; amounts are floats, days are dates, the rest is text.

        :raises UserError: for the FEC layout, which has a file of its own
        """
        if self.report == "fec":
            raise UserError(self.env._("The FEC layout is a text file of its own: use “FEC”."))
        model = self._report_model()
        if self.report == "sales":
            return self._sales_table(model)
        if self.report == "waterfall" and not self.group_by:
            return self._waterfall_table()
        measures = REPORTS[self.report][2]
        groups = list(ALWAYS.get(self.report, ()))
        if self.report not in ("tieout", "opening", "synthesis") and self.group_by:
            groups.insert(0, self.group_by)
        rows = model._read_group(self._domain(), groups, [f"{name}:sum" for name in measures])
        labels = model.fields_get()
        headers = [labels[name.split(":")[0]]["string"] for name in (*groups, *measures)]
        return headers, [
            [self._cell(model, name, value) for name, value in zip(groups, row, strict=False)]
            + [float(value or 0.0) for value in row[len(groups) :]]
            for row in rows
        ]

    def _sales_table(self, model):
        labels = model.fields_get(SALES_COLUMNS)
        rows = model.search(self._domain())
        return [labels[name]["string"] for name in SALES_COLUMNS], [
            [self._cell(model, name, row[name]) for name in SALES_COLUMNS] for row in rows
        ]

    def _cell(self, model, name, value):
        field = model._fields[name.split(":")[0]]
        if isinstance(value, models.BaseModel):
            return value.display_name or ""
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type in ("date", "monetary"):
            return value or (0.0 if field.type == "monetary" else "")
        return value or ""

    def _xlsx(self, headers, rows):
        buffer = io.BytesIO()
        # Names come from users: a text stays a text; the sums are formulas of our own.
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(buffer, options) as book:
            if self.report == "waterfall":
                self._waterfall_sheet(book)
            self._table_sheet(book, headers, rows)
        return buffer.getvalue()

    def _table_sheet(self, book, headers, rows):
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        money = book.add_format({"num_format": "#,##0.00"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write(0, 0, self._title(), bold)
        sheet.write_row(2, 0, headers, bold)
        for number, row in enumerate(rows, start=3):
            for column, value in enumerate(row):
                if isinstance(value, float):
                    sheet.write_number(number, column, value, money)
                elif isinstance(value, str):
                    sheet.write_string(number, column, value)
                else:
                    sheet.write_datetime(number, column, value, day)
        last = 2 + len(rows)
        for column in range(len(headers)):
            if rows and isinstance(rows[0][column], float):
                amounts = [row[column] for row in rows]
                self._write_sum(
                    sheet, (3, column, last, column), (last + 1, column), amounts, money
                )
        sheet.set_column(0, len(headers) - 1, 18)

    @api.model
    def _write_sum(self, sheet, cells, place, amounts, money):
        """Write the sum of cells as a formula, with its value for who does not calculate."""
        area = xlsxwriter.utility.xl_range(*cells)
        sheet.write_formula(*place, f"=SUM({area})", money, float(sum(amounts)))

    def _csv(self, headers, rows):
        buffer = io.StringIO()
        writer = csv.writer(buffer, delimiter=";")
        writer.writerow(safe_row(headers))
        writer.writerows(
            safe_row(f"{value:.2f}" if isinstance(value, float) else value for value in row)
            for row in rows
        )
        return buffer.getvalue().encode("utf-8-sig")
