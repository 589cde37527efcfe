from datetime import date

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import COUNT
from odoo.addons.cn285_contract.models.common import (
    LIVE_STATES,
    STATE_DOOR,
    as_decimal,
    told_inside,
)
from odoo.exceptions import UserError

from ...engine.prepayment import LINK_DAYS, Due

NOTHING, MEANS, PAID, POSTPAID = "none", "means", "paid", "postpaid"
INITIATIONS = [
    (NOTHING, "Nothing Before"),
    (MEANS, "Means of Payment First"),
    (PAID, "Paid First"),
    (POSTPAID, "Billed at Once, Paid Afterwards"),
]
# What a draft waits for, before it is confirmed.
WAITING_FOR = (MEANS, PAID)
# In the context, :data:`STATE_DOOR`: these contracts may be confirmed whatever they wait for.
BEGUN = "cn285_begun"


def due_of(preview):
    """A preview of an invoice as the engine has it."""
    return Due(date.fromisoformat(preview["date"]), as_decimal(preview["amount_total"]))


class ContractTemplate(models.Model):
    _inherit = "cn285.contract.template"

    initiation = fields.Selection(
        INITIATIONS,
        string="Starts With",
        default=NOTHING,
        required=True,
        help="What is asked for before a contract is confirmed, or follows from that at once.",
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_link_days = fields.Integer(
        string="Days to Pay",
        default=LINK_DAYS,
        help="How many days customers have to pay, or to add means, before their link expires.",
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "cn285_link_days": COUNT}


class ResConfigSettings(models.TransientModel):  # pylint: disable=no-wizard-in-models
    _inherit = "res.config.settings"

    cn285_link_days = fields.Integer(related="company_id.cn285_link_days", readonly=False)


class Contract(models.Model):
    """What a draft waits for, and what follows at once from its confirmation."""

    _inherit = "cn285.contract"

    initiation = fields.Selection(
        INITIATIONS,
        string="Starts With",
        default=NOTHING,
        required=True,
        tracking=True,
        help="Means first, paid first: it stays a draft until its payer has added means of payment "
        "or paid the first invoice, and is confirmed by itself then. Billed at once: what is due "
        "is billed when it is confirmed.",
    )
    prepayment_ids = fields.One2many(
        "cn285.prepayment", "contract_id", string="Prepayments", readonly=True
    )
    prepayment_count = fields.Integer(compute="_compute_prepayment_count")

    @api.depends("prepayment_ids")
    def _compute_prepayment_count(self):
        groups = self.env["cn285.prepayment"]._read_group(
            [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
        )
        counts = {contract.id: count for contract, count in groups}
        for contract in self:
            contract.prepayment_count = counts.get(contract.id, 0)

    # === BEFORE THE CONFIRMATION === #

    def _refuse_unstarted(self):
        """Refuse to confirm drafts that wait for means or a payment.

        :raises UserError: naming the first of them
        """
        if told_inside(self.env, BEGUN):
            return
        for contract in self.filtered(lambda one: one.state == "draft"):
            if contract.initiation == PAID:
                raise UserError(
                    self.env._(
                        "Contract %s is paid first: ask for the payment, and it is confirmed by "
                        "itself.",
                        contract.name,
                    )
                )
            if contract.initiation == MEANS and not contract._means_to_start():
                raise UserError(
                    self.env._(
                        "Contract %s waits for means of payment: ask for them, and it is confirmed "
                        "by itself.",
                        contract.name,
                    )
                )

    def _means_to_start(self):
        """Means that the payer has, and that were accepted when they were added; none else."""
        self.ensure_one()
        token = self._payment_token()
        # sudo: what became of the transactions by which they were added; nothing else is read.
        told = token.sudo().transaction_ids.filtered(lambda one: one.operation == "validation")
        if told and all(one.state in ("error", "cancel") for one in told):
            return token.browse()
        return token

    def _begun(self):
        """These contracts for who may confirm them whatever they wait for."""
        return self.with_context(**{BEGUN: STATE_DOOR})

    # === WHAT IS DUE AT THE START === #

    def _start_rows(self):
        """What a confirmation of this draft today would have billed today, rows in memory."""
        self.ensure_one()
        today, count = self.company_id._cn285_today(), 36
        while True:
            rows = self._preview_rows(count)
            due = rows.filtered(lambda row: row.billing_date <= today)
            if due != rows or len(set(rows.mapped("billing_date"))) < count or count > 10_000:
                return due
            count *= 8

    def _start_previews(self):
        """Invoices that a confirmation of this draft today would make today, as previews."""
        self.ensure_one()
        # sudo: prices, taxes and journals, as every preview; nothing is written.
        contract = self.sudo()
        groups = self.env["cn285.invoice.builder"].sudo()._group_rows(contract._start_rows())
        return [contract._preview_invoice(key, groups[key]) for key in sorted(groups)]

    # === AFTER IT === #

    def _bill_at_start(self):
        """Order the billing of contracts that are billed at once."""
        for contract in self.filtered(lambda one: one.initiation == POSTPAID):
            contract.sudo().with_delay(  # sudo: what follows from the contract's terms
                channel="root.collection",
                description=self.env._("%s: bill what is due at the start", contract.name),
                identity_key=f"cn285.contract.start-{contract.id}",
            )._job_bill_start()

    def _job_bill_start(self):
        """Job: bill what is due of a contract that was confirmed; who has no means gets a link.

        Safe to run again: what was billed is not due.
        """
        self.ensure_one()
        if not self.exists() or self.state not in LIVE_STATES:
            return
        before = self.invoice_ids
        self._bill_what_is_due()
        made = (self.invoice_ids - before).filtered(lambda move: move.state == "posted")
        if self.collection_mode == "automatic" and self._payment_token():
            return
        for move in made.filtered(lambda one: one.move_type == "out_invoice"):
            if move.amount_residual and move.partner_id.email:
                template = self.env.ref("cn285_payment.mail_template_first_invoice")
                template.sudo().send_mail(move.id)  # sudo: templates are the administrators'

    def _bill_what_is_due(self):
        """A billing run for this contract alone, up to today, where something is due.

        :returns: the run, or none
        :raises UserError: with the reason where it was set aside
        """
        self.ensure_one()
        runs = self.env["cn285.billing.run"].with_company(self.company_id)
        self.invalidate_recordset(["is_due"])
        if not self.is_due:
            return runs
        run = runs.create(
            {
                "company_id": self.company_id.id,
                "date": self.company_id._cn285_today(),
                "contract_ids": [fields.Command.set(self.ids)],
                "post": True,
            }
        )
        run.action_run()
        issues = run.issue_ids.filtered(lambda issue: issue.state == "open")
        issues = issues.filtered(lambda issue: issue.kind != "mail")
        if issues:
            raise UserError(
                self.env._(
                    "Contract %(contract)s could not be billed: %(reason)s",
                    contract=self.name,
                    reason=issues[0].reason,
                )
            )
        return run
