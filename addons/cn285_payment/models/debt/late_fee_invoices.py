from odoo import fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...engine.penalties import Debt, Payment


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_penalty_account_id = fields.Many2one(
        "account.account",
        string="Account of Late Interest",
        check_company=True,
        help="Left empty, 763100 of the chart.",
    )
    cn285_indemnity_account_id = fields.Many2one(
        "account.account",
        string="Account of Recovery Costs",
        check_company=True,
        help="Left empty, 758000 of the chart.",
    )

    def _cn285_late_fee_account(self, kind):
        """The account of a kind of late fee.

        :raises UserError: where there is none
        """
        self.ensure_one()
        own, code = self.cn285_penalty_account_id, "763100"
        if kind == "indemnity":
            own, code = self.cn285_indemnity_account_id, "758000"
        if own:
            return own
        accounts = self.env["account.account"].with_company(self)
        domain = Domain("company_ids", "parent_of", self.id)
        for start in (code, code[:4], code[:3]):
            found = accounts.search(
                domain
                & Domain("code", "=like", f"{start}%")
                & Domain("account_type", "in", ("income", "income_other")),
                limit=1,
            )
            if found:
                return found
        raise UserError(
            self.env._(
                "%(company)s has no account %(code)s: choose one in the settings.",
                company=self.name,
                code=code,
            )
        )


class AccountMove(models.Model):
    """What of an invoice was paid when, for late fees."""

    _inherit = "account.move"

    cn285_late_fee_ids = fields.One2many(
        "cn285.late.fee", "move_id", string="Late Fees", readonly=True
    )

    def _cn285_may_bear_fees(self):
        """Whether late fees may be asked for this invoice."""
        self.ensure_one()
        if self.state != "posted" or self.move_type != "out_invoice" or not self.cn285_contract_ids:
            return False
        if self.cn285_dunning_blocked or self.commercial_partner_id.cn285_dunning_blocked:
            return False
        # What we collect by ourselves is late by the payer only where a payment was refused.
        automatic = "automatic" in self.cn285_contract_ids.mapped("collection_mode")
        refused = self.cn285_attempt_ids.filtered(
            lambda attempt: attempt.state in ("declined", "returned")
        )
        return bool(refused) or not automatic

    def _cn285_notice_of(self, due):
        """The day on which the formal notice of a part that was due on a day was received.

        A notice is of what was due by then (Code civil, 1344): a later instalment needs its own.
        """
        self.ensure_one()
        received = self.cn285_notice_received
        return received if received and due < received else None

    def _cn285_late_debts(self):
        """Parts of the invoice by due date with their payments, for the engine, oldest first.

        What a credit note took back was never owed; money counts on the day of its entry.
        """
        self.ensure_one()
        debts = []
        lines = self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and line.date_maturity
        )
        for line in lines.sorted("date_maturity"):
            payments = [
                Payment(
                    line.date_maturity
                    if partial.credit_move_id.move_id.move_type == "out_refund"
                    else partial.credit_move_id.date,
                    as_decimal(partial.debit_amount_currency),
                )
                for partial in line.matched_credit_ids
            ]
            debts.append(Debt(as_decimal(line.amount_currency), line.date_maturity, payments))
        return debts

    def _cn285_open_action(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["domain"] = [("id", "in", self.ids)]
        return action

    def _cn285_debt_name(self):
        """What debtors read: the number of an invoice, or which top-up was returned."""
        self.ensure_one()
        return self.name if self.is_invoice() else self.ref or self.name

    def _cn285_pay_url(self):
        """Odoo's own link by which this invoice is paid; its page where that is switched off."""
        self.ensure_one()
        if not self.is_invoice():
            return self.get_base_url() + "/my/wallets"
        if self._has_to_be_paid():
            return self._get_portal_payment_link()
        return self.get_base_url() + self.get_portal_url()


class DunningCase(models.Model):
    _inherit = "cn285.dunning.case"

    def _propose_fees(self, moves=None):
        """Propose late fees of these debtors' overdue invoices; post them where the policy says.

        :param moves: other invoices than those that are overdue: paid late by now
        """
        late = self.move_ids
        if moves is not None:
            late = moves.filtered(lambda move: move.commercial_partner_id in self.partner_id)
        fees, failed = self.env["cn285.late.fee"]._propose(late)
        for move, reason in failed.items():
            owner = self.filtered(
                lambda case, move=move: (
                    case.partner_id == move.commercial_partner_id
                    and case.currency_id == move.currency_id
                )
            )
            owner._note("failed", f"{move.name}: {reason}")
        automatic = self.filtered("policy_id.fees_automatic").partner_id
        posted = fees.filtered(lambda fee: fee.partner_id in automatic)
        if posted:
            posted.action_post()
        return True

    def action_propose_fees(self):
        """Work out late fees, and show them."""
        self._check_clerk()
        self.sudo()._propose_fees()  # sudo: checked above; nothing is posted but by the policy
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_payment.action_late_fee")
        action["domain"] = [("partner_id", "in", self.partner_id.ids)]
        return action
