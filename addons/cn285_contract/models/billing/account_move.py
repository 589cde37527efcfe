from odoo import api, fields, models
from odoo.tools import SQL

from ..common import STATE_DOOR
from ..guarded import is_for_staff, refuse_kept_links, without_kept_links
from .account_tax import SUMS_LINES

# How a document is rounded: whoever copies one copies it.
COPIED = frozenset({"cn285_sums_lines"})


class AccountMove(models.Model):
    _inherit = "account.move"
    # Says how a line is rounded, as the writer does; refuses users what the program keeps.
    _quick_harmless = (
        "_prepare_product_base_line_for_taxes_computation",
        "create",
        "write",
        "_has_field_access",
    )

    cn285_run_id = fields.Many2one(
        "cn285.billing.run",
        string="Billing Run",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    cn285_contract_ids = fields.Many2many(
        "cn285.contract",
        "cn285_contract_move_rel",
        "move_id",
        "contract_id",
        string="Contracts",
        readonly=True,
        copy=False,
    )
    cn285_schedule_ids = fields.One2many(
        "cn285.billing.schedule", "move_id", string="Billing Schedule", readonly=True
    )
    cn285_contract_count = fields.Integer(
        compute="_compute_cn285_contract_count", compute_sudo=True
    )
    cn285_sums_lines = fields.Boolean(
        string="Total Is the Sum of the Lines",
        readonly=True,
        help="Each line is rounded before the lines are added up, whatever rounding method the "
        "company has: so invoices of contracts equal their billing schedule.",
    )

    def _cn285_payment_notes(self):
        """Hook: what the printed invoice says of its payment instead of the account to pay to.

        :returns: sentences, in the language of the environment; none where it is to be paid
        """
        self.ensure_one()
        return []

    def _cn285_is_paid_by_transfer(self):
        """Hook: whether its customer is to pay it himself, by transfer: not what we collect."""
        self.ensure_one()
        return True

    def _cn285_settlement_words(self, other):
        """Hook: how an entry settled part of this document, where it is neither payment nor note.

        :param other: an ``account.move`` that is reconciled with this one
        :returns: in the language of the environment; "" where it is a payment
        """
        self.ensure_one()
        return ""

    def _cn285_credit_facts(self, rows, with_tax=False):
        """Hook: what rows cost less by credit that the customer holds, as a statement tells it.

        :param rows: ``cn285.billing.schedule`` of this document
        :param with_tax: whether amounts are told with tax
        :returns: pairs of label and amount, in the language of the environment
        """
        self.ensure_one()
        return []

    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and not is_for_staff(self, field)

    def _compute_cn285_contract_count(self):
        for move in self:
            move.cn285_contract_count = len(move.cn285_contract_ids)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(without_kept_links(self, vals_list, COPIED))

    @api.model
    def _cn285_create(self, vals_list):
        """Documents that the program makes for a user, with the links that users are refused."""
        inside = self.with_context(cn285_state_door=STATE_DOOR)
        return inside.create(vals_list).with_env(self.env)

    def write(self, vals):
        refuse_kept_links(self, vals)
        follows = self._cn285_due_on_their_date(vals)
        result = super().write(vals)
        if "state" in vals:
            # sudo: what the run tells of its invoices follows them, whoever may write these.
            self.sudo().cn285_run_id._forget_results()
        for move in follows:
            move.invoice_date_due = move.invoice_date
        return result

    def _cn285_due_on_their_date(self, vals):
        """Documents of ours without payment terms whose due date follows the date being written."""
        if "invoice_date" not in vals or "invoice_date_due" in vals:
            return self.browse()
        return self.filtered(
            lambda move: (
                move.cn285_sums_lines
                and not move.invoice_payment_term_id
                and move.invoice_date_due == move.invoice_date
            )
        )

    def _prepare_product_base_line_for_taxes_computation(self, product_line):
        base_line = super()._prepare_product_base_line_for_taxes_computation(product_line)
        # sudo: customers, too, read totals that hang on it.
        base_line[SUMS_LINES] = self.sudo().cn285_sums_lines
        return base_line

    def unlink(self):
        # sudo: the rows behind a draft that its owner may delete go back to the schedule.
        self.sudo().cn285_schedule_ids._release()
        self.sudo().cn285_run_id._forget_results()
        return super().unlink()

    def button_cancel(self):
        result = super().button_cancel()
        # sudo: cancelling an invoice is an accountant's right; the schedule has to follow.
        self.sudo().cn285_schedule_ids.filtered(
            lambda row: row.state == "invoiced" and row.move_id.state == "cancel"
        )._cancel_invoiced()
        return result

    def action_view_cn285_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_contract.action_contract")
        action["domain"] = [("id", "in", self.cn285_contract_ids.ids)]
        return action


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"
    # Refuses users what the program keeps, which the writer does not write.
    _quick_harmless = ("create", "write", "_has_field_access")

    cn285_schedule_ids = fields.One2many(
        "cn285.billing.schedule", "move_line_id", string="Billing Schedule", readonly=True
    )
    cn285_first_line_id = fields.Many2one(
        "account.move.line",
        string="First Line of the Same Row",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Where a row of the billing schedule is billed by several lines: the first of them, "
        "which the row names.",
    )

    cn285_lowered_line_id = fields.Many2one(
        "account.move.line",
        string="Lowered Line",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The line that this one lowers before tax, such as a rebate does; no row of the "
        "billing schedule stands behind it.",
    )
    cn285_lowering_line_ids = fields.One2many(
        "account.move.line", "cn285_lowered_line_id", string="Lowered By", readonly=True
    )

    @api.model
    def _cn285_follow(self, first_by_line):
        """Note on the further lines of rows which is their first, in one statement.

        :param first_by_line: ``{account.move.line: account.move.line}``
        """
        if not first_by_line:
            return
        pairs = [SQL("(%s, %s)", line.id, first.id) for line, first in first_by_line.items()]
        self.env.execute_query(
            SQL(
                """UPDATE account_move_line line SET cn285_first_line_id = made.first_id
                     FROM (VALUES %s) AS made (id, first_id) WHERE line.id = made.id
                RETURNING line.id""",
                SQL(", ").join(pairs),
            )
        )
        self.invalidate_model(["cn285_first_line_id"], flush=False)

    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and not is_for_staff(self, field)

    def _cn285_of_row(self):
        """The line that names the rows behind this one: itself, or the first of the same row."""
        return self.cn285_first_line_id or self

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(without_kept_links(self, vals_list))

    def write(self, vals):
        refuse_kept_links(self, vals)
        return super().write(vals)

    def unlink(self):
        # sudo: a line deleted from a draft invoice frees its rows, which are then planned again.
        self.sudo().cn285_schedule_ids._release()
        return super().unlink()
