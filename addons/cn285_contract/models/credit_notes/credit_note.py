from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ...engine.credit import (
    CreditableLine,
    credit_lines,
    percent_of_total,
    reserve,
    spread_credit,
)
from ..common import as_day, as_decimal, as_record, labelled

ALL = Decimal(100)
# What Odoo's own dialog says of a credit note, and may be another than ours would be.
OF_THE_DIALOG = (
    "auto_post",
    "date",
    "invoice_date",
    "invoice_date_due",
    "journal_id",
    "partner_bank_id",
    "ref",
)


class AccountMove(models.Model):
    """Credit notes of an invoice: of all of it, of a part, of lines, of schedule rows.

    What credit notes take back of a line adds up to what it charged, never to more, and so does
    its tax, to the cent. Drafts count, cancelled credit notes do not.
    """

    _inherit = "account.move"

    cn285_credit_reason_id = fields.Many2one(
        "cn285.credit.reason",
        string="Credit Reason",
        copy=False,
        ondelete="restrict",
        groups="base.group_user",
    )

    # === DOORS === #

    def cn285_credit(self, percent=None, lines=None, rows=None, **options):
        """Make a credit note of this invoice.

        One of three, else all that is left of the invoice:

        :param percent: percentage of what the invoice charged in all, above 0, up to 100
        :param lines: ``{line id: what}``; ``what`` is ``{"percent": …}`` of the line, or
            ``{"amount": …}`` excluding tax
        :param rows: the same by schedule row id
        :param options: ``reason_id`` (cn285.credit.reason); ``date`` of the credit note (default:
            today by the company's clock); ``note`` (a text on it); ``post`` (default True)
        :returns: ``{"id", "name", "state", "amount_untaxed", "amount_tax", "amount_total"}``
        :raises UserError: when the invoice is not posted, nothing is left of what is asked for, or
            a figure makes no sense

        A part that is gone already is left out: the credit is what is still possible. It is posted
        and reconciled with the invoice, as far as that is unpaid.
        """
        self.ensure_one()
        self._cn285_check_creditable()
        # Two credit notes at once must not take back the same money.
        self.lock_for_update()
        credits, row_shares = self._cn285_plan_credit(percent, lines, rows)
        refund = self._cn285_create_credit(credits, row_shares, options)
        return {
            "id": refund.id,
            "name": refund.name,
            "state": refund.state,
            "amount_untaxed": refund.amount_untaxed,
            "amount_tax": refund.amount_tax,
            "amount_total": refund.amount_total,
        }

    def _cn285_plan_credit(self, percent=None, lines=None, rows=None):
        """What a credit takes back: credits of the engine, ``{line id: {row: amount}}``.

        :raises UserError: see :meth:`cn285_credit`
        """
        if sum(given is not None for given in (percent, lines, rows)) > 1:
            raise UserError(
                self.env._("Credit a percentage, or lines, or schedule rows: one of them.")
            )
        creditable = self._cn285_left_of_lines()
        unit = as_decimal(self.currency_id.rounding)
        row_shares = {}
        if rows is not None:
            wishes, row_shares = self._cn285_row_wishes(creditable, self._cn285_figures(rows), unit)
        elif lines is not None:
            wishes = self._cn285_line_wishes(creditable, self._cn285_figures(lines), unit)
        else:
            percent = ALL if percent is None else self._cn285_percent(percent)
            wishes = percent_of_total(creditable, percent, unit)
        credits = credit_lines(creditable, wishes, unit)
        if not credits:
            raise UserError(
                self.env._(
                    "Nothing is left to credit of what you chose on invoice %s.", self.display_name
                )
            )
        return credits, row_shares

    def cn285_creditable(self):
        """What can still be credited of this invoice, line by line.

        :returns: list of ``{"line_id", "name", "charged", "credited", "remaining",
            "remaining_total", "rows": [{"schedule_id", "name", "charged", "credited",
            "remaining"}]}``; money excludes tax, but for ``remaining_total``
        """
        self.ensure_one()
        self.check_access("read")
        lines = {line.id: line for line in self.invoice_line_ids}
        rows = self._cn285_creditable_rows()
        return [
            {
                "line_id": line.key,
                "name": lines[line.key].name,
                "charged": float(line.base),
                "credited": float(line.credited),
                "remaining": float(line.remaining),
                "remaining_total": float(line.remaining_total),
                "rows": [
                    {
                        "schedule_id": row.id,
                        "name": row.display_name,
                        "charged": row.amount,
                        "credited": row.amount - float(left),
                        "remaining": float(left),
                    }
                    for row, left in rows.items()
                    if row.move_line_id == lines[line.key]._cn285_of_row()
                ],
            }
            for line in self._cn285_left_of_lines()
        ]

    # === WHAT IS LEFT === #

    def _cn285_check_creditable(self):
        self.check_access("write")
        if self.move_type != "out_invoice" or self.state != "posted":
            raise UserError(
                self.env._(
                    "%s is no posted customer invoice: there is nothing to credit.",
                    self.display_name,
                )
            )

    def _cn285_left_of_lines(self):
        """The invoice's lines with what is left of them; those of one row share its credits."""
        groups = self._cn285_creditable_groups()
        return [line for lines in groups.values() for line in lines]

    def _cn285_creditable_lines(self, reserving=True):
        """The invoice's lines with what was credited of them, as the engine has them.

        :param bool reserving: leave out what changes are about to credit, so that no money is
            taken back twice
        """
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        charged = self._cn285_line_amounts()
        credited, taxes = defaultdict(Decimal), defaultdict(lambda: defaultdict(Decimal))
        refund_lines = lines.cn285_credit_line_ids.filtered(
            lambda line: line.parent_state != "cancel"
        )
        for refund in refund_lines.move_id:
            # On an invoice, what it credits of an earlier one stands with a minus.
            sign = 1 if refund.move_type == "out_refund" else -1
            for line, (base, parts) in refund._cn285_line_amounts().items():
                origin = line.cn285_credited_line_id.id
                credited[origin] += sign * base
                for tax, amount in parts.items():
                    taxes[origin][tax] += sign * amount
        unit = as_decimal(self.currency_id.rounding)
        reserved = self._cn285_credited_by_changes() if reserving else defaultdict(Decimal)
        return [
            reserve(
                CreditableLine(line.id, *charged[line], credited[line.id], dict(taxes[line.id])),
                reserved[line.id],
                unit,
            )
            for line in lines
        ]

    def _cn285_creditable_rows(self):
        """What is left of the schedule rows behind the invoice: ``{row: Decimal}``."""
        # sudo: whoever may credit the invoice may know what of its schedule was credited.
        rows = self.sudo().cn285_schedule_ids.filtered(
            # What was credited of one of these rows, and is charged by another, without a document.
            lambda row: row.kind != "credit" or row.credited_id.move_id != row.move_id
        )
        credited = rows._credited()
        return {row: as_decimal(row.amount) - credited.get(row, 0) for row in rows}

    # === THE CREDIT NOTE === #

    def _cn285_create_credit(self, credits, row_shares, options):
        """The credit note for these credits of the engine, posted if the options say so."""
        lines = self.env["account.move.line"].browse([credit.key for credit in credits])
        values = self._cn285_prepare_credit(options)
        own = self._cn285_own_of_closing(dict(zip(lines, credits, strict=True)), values)
        refund = self.env["account.move"]._cn285_create(
            {
                **values,
                "invoice_line_ids": [
                    fields.Command.create(
                        self._cn285_prepare_credit_line(line, credit, own.get(line))
                    )
                    for line, credit in zip(lines, credits, strict=True)
                ],
            }
        )
        # sudo: the contracts of the invoice, which whoever does the invoicing need not see.
        refund.sudo().cn285_contract_ids = self.sudo().cn285_contract_ids
        self._cn285_mark_rows(refund, row_shares)
        if options.get("post", True):
            # Odoo reconciles a credit note that names its invoice.
            refund.action_post()
        return refund

    def _cn285_prepare_credit(self, options):
        reason = as_record(self.env, "cn285.credit.reason", options.get("reason_id"))
        given = options.get("values") or {}
        reader = self.with_context(lang=self.partner_id.lang or self.env.lang)
        text = reader.env._("Credit of %s", self.name)
        asked = as_day(self.env, options.get("date"))
        self.company_id._cn285_check_issue_day(asked)
        day = asked or self.company_id._cn285_today()
        if given.get("invoice_date"):
            # Odoo's dialog has a date of its own, by another clock.
            day = self.company_id._cn285_issue_day(fields.Date.to_date(given["invoice_date"]))
            given = {**given, "invoice_date": day, "date": day}
        return {
            "move_type": "out_refund",
            "cn285_sums_lines": True,
            "reversed_entry_id": self.id,
            "cn285_origin_ids": [fields.Command.set(self.ids)],
            "company_id": self.company_id.id,
            "journal_id": self.journal_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "fiscal_position_id": self.fiscal_position_id.id,
            "invoice_payment_term_id": False,
            "invoice_date": day,
            "invoice_date_due": day,
            "invoice_origin": self.name,
            "ref": labelled(reader.env, text, reason.with_env(reader.env).name) if reason else text,
            "narration": options.get("note") or False,
            "invoice_user_id": self.invoice_user_id.id,
            "cn285_credit_reason_id": reason.id,
            **{name: given[name] for name in OF_THE_DIALOG if given.get(name)},
        }

    def _cn285_prepare_credit_line(self, line, credit, own=None):
        """Values of a credit note's line, with its tax to the cent.

        :param own: see :meth:`_cn285_own_of_closing`
        """
        included = sum(
            (credit.taxes.get(tax.id, Decimal(0)) for tax in line.tax_ids if tax.price_include),
            Decimal(0),
        )
        if credit.base == as_decimal(line.price_subtotal):
            figures = {name: line[name] for name in ("quantity", "price_unit", "discount")}
        else:
            figures = {
                "quantity": 1.0,
                "price_unit": float(credit.base + included),
                "discount": 0.0,
            }
        return {
            **figures,
            "sequence": line.sequence,
            "product_id": line.product_id.id,
            "product_uom_id": line.product_uom_id.id,
            "name": line.name,
            "account_id": line.account_id.id,
            "tax_ids": [fields.Command.set(line.tax_ids.ids)],
            "analytic_distribution": line.analytic_distribution or False,
            "cn285_credited_line_id": line.id,
            "extra_tax_data": self._cn285_tax_data(line, credit, figures, own),
        }

    def _cn285_tax_data(self, line, credit, figures, own):
        """The line's tax as Odoo keeps amounts that are given rather than computed."""
        taxes = line.tax_ids.flatten_taxes_hierarchy()
        given = {tax.id: credit.taxes.get(tax.id, Decimal(0)) for tax in taxes}
        return taxes._cn285_given_amounts(figures, self.currency_id, credit.base, given, own=own)

    def _cn285_mark_rows(self, refund, row_shares):
        """Note which schedule rows each line of the credit note takes back.

        :param row_shares: ``{invoice line id: {row: amount}}`` where rows were chosen; else a
            line's credit is spread over its rows by what is left of them
        """
        lines = refund.invoice_line_ids.filtered("cn285_credited_line_id")
        self._cn285_mark_lines(lines, row_shares)

    def _cn285_mark_lines(self, lines, row_shares):
        left = self._cn285_creditable_rows()
        unit = as_decimal(self.currency_id.rounding)
        creates = []
        for line in lines:
            origin = line.cn285_credited_line_id
            shares = row_shares.get(origin.id)
            if not shares:
                first = origin._cn285_of_row()
                rows = {row: rest for row, rest in left.items() if row.move_line_id == first}
                shares = spread_credit(as_decimal(line.price_subtotal), rows, unit)
            creates += [
                {"schedule_id": row.id, "line_id": line.id, "amount": float(amount)}
                for row, amount in shares.items()
                if amount
            ]
        # sudo: a note of what the credit note did, which nobody writes by hand.
        self.env["cn285.billing.credit"].sudo().create(creates)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    cn285_credited_line_id = fields.Many2one(
        "account.move.line",
        string="Credited Line",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    cn285_credit_line_ids = fields.One2many(
        "account.move.line", "cn285_credited_line_id", string="Credited By", readonly=True
    )
