from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import (
    OWED_TO_PARTNER,
    as_decimal,
    in_users_language,
)
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine.statement import spread

# Invoices whose statements one job makes.
STATEMENT_CHUNK = 20


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _send_invoices(self, moves):
        """Statements are made before the mails leave, in jobs of their own."""
        # A mail that takes its statement along makes it itself.
        wanted = moves.filtered(
            lambda move: (
                move.cn285_contract_ids.statement_layout_id
                and move.cn285_schedule_ids.rating_ids
                and not move.cn285_schedule_ids._of_lost_usage()
                and not (move._is_mailed_by_run() and move._mailed_statement_formats())
            )
        )
        for start in range(0, len(wanted), STATEMENT_CHUNK):
            chunk = wanted[start : start + STATEMENT_CHUNK]
            self.with_delay(
                channel="root.billing",
                priority=12,
                description=self.env._("%(run)s: usage statements", run=self.name),
            )._job_make_statements(chunk.ids)
        return super()._send_invoices(moves)

    def _job_make_statements(self, move_ids):
        """Job: attach the usage statements of these invoices, once."""
        self = in_users_language(self)
        for move in self.env["account.move"].browse(move_ids).exists():
            move._make_usage_statements()
        return self.env._("%s invoices", len(move_ids))


class AccountMove(models.Model):
    _inherit = "account.move"

    cn285_statement_ids = fields.Many2many(
        "ir.attachment",
        "cn285_usage_statement_rel",
        "move_id",
        "attachment_id",
        string="Usage Statements",
        copy=False,
        readonly=True,
    )

    cn285_statement_missing = fields.Boolean(compute="_compute_cn285_statement_missing")

    @api.depends("state", "cn285_schedule_ids", "cn285_statement_ids")
    def _compute_cn285_statement_missing(self):
        """Whether a statement can be made: the contract has a layout, the invoice has usage."""
        for move in self:
            move.cn285_statement_missing = bool(
                move.state == "posted"
                and not move.cn285_statement_ids
                and move.cn285_schedule_ids.rating_ids
                and not move.cn285_schedule_ids._of_lost_usage()
                and move.cn285_contract_ids.statement_layout_id
            )

    def action_make_usage_statements(self):
        """Button: attach the usage statements that are missing."""
        self.check_access("write")
        for move in self.filtered("cn285_statement_missing"):
            move._make_usage_statements()

    def _portal_statements(self):
        """The statement's files for the portal's visitor, who may see this invoice, with tokens."""
        files = self._statement_files()
        files.generate_access_token()
        return files

    def _statement_files(self):
        """The statement's files, with sudo: those that are this invoice's, and no others."""
        self.ensure_one()
        # sudo: who may see the invoice may see what explains it.
        return self.sudo().cn285_statement_ids.filtered(
            lambda file: (file.res_model, file.res_id) == (self._name, self.id)
        )

    def _make_usage_statements(self):
        """Attach a statement for each layout of the invoice's contracts; those there are kept.

        The sums of a statement equal the amounts that were rated: a difference raises, and nothing
        is attached.
        """
        self.ensure_one()
        if self.cn285_statement_ids:
            return self.cn285_statement_ids
        # Two who want it at once: one makes it.
        self.lock_for_update(allow_referencing=True)
        statements = self.env["cn285.usage.statement"]
        # What a credit note gives back, its lines and its statement count as positive.
        sign = -1 if self.move_type in OWED_TO_PARTNER else 1
        rows = self.cn285_schedule_ids.filtered("rating_ids")
        closed = rows._of_lost_usage()
        if closed and rows.contract_id.statement_layout_id:
            raise UserError(closed[0]._closed_statement_problem(self))
        for layout, members in rows.grouped(
            lambda row: row.contract_id.statement_layout_id
        ).items():
            if not layout:
                continue
            ratings = members.rating_ids
            # Whoever of them reads prices with tax is not told others.
            with_tax = any(contract._prices_with_tax() for contract in members.contract_id)
            header = statements._header(
                layout,
                self.company_id,
                self.partner_id,
                self._statement_facts(members, with_tax),
                self.currency_id,
            )
            ratings = ratings.with_context(lang=header.language)
            amounts = ratings._invoiced_amounts(with_tax)
            rated = {rating.id: sign * amount for rating, amount in amounts}
            files = statements._render(
                layout,
                header,
                ratings._statement_rows(layout._spec(), sign, with_tax),
                formats=members.contract_id._statement_formats(),
                rated=sum(rated.values(), start=Decimal(0)),
                rated_lines=rated,
            )
            env = self.with_context(lang=header.language).env
            name = env._("Usage %(invoice)s", invoice=self.name)
            if len(rows.contract_id.statement_layout_id) > 1:
                name = f"{name} {layout.with_env(env).name}"
            made = self.env["ir.attachment"].create(statements._attachment_vals(self, name, files))
            # sudo: only what was made here belongs to the invoice; nobody links another file.
            self.sudo().cn285_statement_ids += made
        return self.cn285_statement_ids

    def _statement_facts(self, rows, with_tax=False):
        """Pairs of label and text in the customer's language, for the head of a statement."""
        language = self.env["cn285.usage.statement"]._language(self.partner_id)
        env = self.with_context(lang=language.code).env
        first, last = min(rows.mapped("period_start")), max(rows.mapped("period_end"))
        facts = [
            (env._("Invoice"), self.name),
            (env._("Contract"), ", ".join(rows.contract_id.mapped("name"))),
            (
                env._("Period"),
                env._(
                    "%(start)s to %(end)s",
                    start=format_date(env, first, language.code),
                    end=format_date(env, last, language.code),
                ),
            ),
        ]
        if with_tax:
            facts.append((env._("Prices and amounts"), env._("tax included")))
        # sudo: what the invoice says of these rows, for who may make its statement.
        move = self.sudo().with_context(lang=language.code)
        return facts + move._cn285_credit_facts(rows.sudo(), with_tax)


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _invoiced_with_tax(self):
        """What these rows come to on their invoices with tax: ``{row: Decimal}``.

        Rows that share a line share what it comes to: with its part of the invoice's taxes, so
        that lines add up to the invoice's total.
        """
        result = {}
        # sudo: who may make a statement tells what the invoice says.
        invoiced = self.sudo().move_line_id.cn285_schedule_ids
        for move, rows in invoiced.grouped("move_id").items():
            unit = as_decimal(move.currency_id.rounding)
            sign = -1 if move.move_type in OWED_TO_PARTNER else 1
            lines = move.invoice_line_ids.grouped(lambda line: line._cn285_of_row())
            charged = move._cn285_line_amounts()
            for line, own in rows.grouped("move_line_id").items():
                parts = [charged[one] for one in lines[line] if one in charged]
                total = sign * sum(base + sum(taxes.values()) for base, taxes in parts)
                amounts = [as_decimal(row.amount) for row in own]
                net = sum(amounts)
                parts = spread(total, amounts, net, unit) if net else amounts
                result.update(zip(own, parts, strict=True))
        return result
