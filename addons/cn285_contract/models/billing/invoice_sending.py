import csv
import io

import xlsxwriter
from odoo import models
from odoo.addons.cn285_import.engine.text import safe_row
from odoo.exceptions import UserError

from ..common import in_users_language
from .billing_run_jobs import MAIL_PRIORITY

# Invoices mailed by one job: each has its PDF made, so a job stays short.
SEND_CHUNK = 25


class BillingRun(models.Model):
    """How a run's invoices leave: details attached, mails in jobs, failures on the run."""

    _inherit = "cn285.billing.run"

    def _send_invoices(self, moves):
        """Order the mailing of posted invoices whose contracts ask for it, in jobs."""
        self.ensure_one()
        to_mail = moves.filtered(
            lambda move: (
                move.state == "posted"
                and self._can_mail(move)
                and "email" in move.cn285_contract_ids.mapped("sending")
            )
        )
        for start in range(0, len(to_mail), SEND_CHUNK):
            self._delay_sending(to_mail[start : start + SEND_CHUNK])

    def _delay_sending(self, moves):
        """Order the job that mails these invoices; returns it."""
        return self.with_delay(
            channel="root.billing",
            priority=MAIL_PRIORITY,
            description=self.env._(
                "%(run)s: mail %(count)s invoices", run=self.name, count=len(moves)
            ),
        )._job_send(moves.ids)

    def _job_send(self, move_ids):
        """Job: mail invoices with Odoo's own sending. One that fails is noted and stays posted."""
        self.ensure_one()
        self = in_users_language(self)
        moves = self.env["account.move"].browse(move_ids).exists()
        for move in moves.filtered(lambda move: not move.is_move_sent):
            reason = self._send_one(move)
            if reason:
                self._note_mail_issue(move, reason)
        return self.env._("%s invoices", len(moves))

    def _send_one(self, move):
        """Mail one invoice.

        :returns: None, or why it could not be mailed
        """
        if not move.partner_id.email:
            return self.env._("%s has no e-mail address.", move.partner_id.display_name)
        try:
            with self.env.cr.savepoint():
                self._mail(move)
        except UserError as error:
            return str(error.args[0]) if error.args else str(error)
        return None

    def _can_mail(self, move):
        """Whether :meth:`_mail` knows how: Odoo's own sending takes documents of sale."""
        return move.is_sale_document()

    def _mail(self, move):
        """Mail one posted invoice with its PDF; raises in words where it cannot.

        Whoever may change the invoice may mail it. On the way Odoo and its addons note on contacts
        what they find, such as whether these are on Peppol; billing clerks may not change contacts.
        """
        move.check_access("write")
        # sudo: as in Odoo's scheduled sending; only this invoice is sent, to its own address.
        sender = self.env["account.move.send"].sudo().with_company(move.company_id)
        sender._generate_and_send_invoices(move.sudo(), sending_methods=["email"])

    def _note_mail_issue(self, move, reason):
        issues = self.env["cn285.billing.run.issue"]
        known = issues.search(
            [
                ("run_id", "=", self.id),
                ("kind", "=", "mail"),
                ("move_id", "=", move.id),
                ("state", "=", "open"),
            ]
        )
        vals = {"reason": self.env._("%(invoice)s: %(reason)s", invoice=move.name, reason=reason)}
        if known:
            known._write_inside(vals)
        else:
            contract = move.cn285_contract_ids[:1]
            issues._inside().create(
                {
                    **vals,
                    "run_id": self.id,
                    "kind": "mail",
                    "contract_id": contract.id,
                    "move_id": move.id,
                }
            )
        if self.state == "done":
            self._write_inside({"state": "partial"})

    # === DETAIL OF SUMMED LINES === #

    def _attach_details(self, moves, lines):
        """Attach the detail of summed lines to their invoices, as CSV and as XLSX.

        :param lines: ``{row id: invoice line}``
        """
        summed = {}
        for row_id, line in lines.items():
            summed.setdefault(line, []).append(row_id)
        by_move = {}
        for line, row_ids in summed.items():
            if len(row_ids) > 1:
                by_move.setdefault(line.move_id, []).extend(row_ids)
        attachments = []
        for move, row_ids in by_move.items():
            # For the customer: in his language.
            run = self.with_context(lang=move.partner_id.lang or self.env.lang)
            rows = run.env["cn285.billing.schedule"].browse(row_ids)
            table = [run._detail_header(), *(run._detail_row(row, lines[row.id]) for row in rows)]
            name = (move.name if move.name and move.name != "/" else str(move.id)).replace("/", "-")
            for suffix, content in (("csv", _as_csv(table)), ("xlsx", _as_xlsx(table))):
                attachments.append(
                    {
                        "name": f"{name}.{suffix}",
                        "raw": content,
                        "res_model": "account.move",
                        "res_id": move.id,
                    }
                )
        self.env["ir.attachment"].create(attachments)

    def _detail_header(self):
        return [
            self.env._("Line"),
            self.env._("Contract"),
            self.env._("Item"),
            self.env._("Service Number"),
            self.env._("Product"),
            self.env._("Beneficiary"),
            self.env._("From"),
            self.env._("To"),
            self.env._("Quantity"),
            self.env._("Unit Price"),
            self.env._("Discount (%)"),
            self.env._("Proration"),
            self.env._("Amount Excl. Tax"),
        ]

    def _detail_row(self, row, line):
        item = row.item_id
        return [
            line.sequence,
            row.contract_id.name,
            self.env["cn285.invoice.builder"]._line_title(item, self.env.lang),
            item.code or "",
            item.product_id.display_name,
            (item.beneficiary_id or row.contract_id.partner_id).display_name,
            row.period_start,
            row.period_end,
            row.quantity,
            row.price_unit,
            row.discount,
            round(row.proration, 10),
            row.amount,
        ]


class BillingRunIssue(models.Model):
    _inherit = "cn285.billing.run.issue"

    def _retry_mail(self):
        """Try again to mail the invoices of these issues."""
        for issue in self:
            reason = issue.run_id._send_one(issue.move_id)
            if reason:
                text = self.env._(
                    "%(invoice)s: %(reason)s", invoice=issue.move_id.name, reason=reason
                )
                issue._write_inside({"reason": text})
            else:
                issue._write_inside({"state": "solved"})


def _as_csv(table):
    """The table as CSV for a spreadsheet: UTF-8 with a byte order mark, ISO dates.

    No cell is taken for a formula.
    """
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";").writerows(map(safe_row, table))
    return buffer.getvalue().encode("utf-8-sig")


def _as_xlsx(table):
    """The table as a workbook of one sheet, dates and numbers typed."""
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "default_date_format": "yyyy-mm-dd",
        # Names come from users: a text stays a text, whatever it starts with.
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for number, cells in enumerate(table):
            sheet.write_row(number, 0, cells, bold if number == 0 else None)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return buffer.getvalue()
