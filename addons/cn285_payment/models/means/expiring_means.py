from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import commit_batch
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.exceptions import AccessError, UserError
from odoo.tools import split_every

from ...engine.expiry import NOTICE_DAYS, due_notice

# Means whose holders are written to and committed together.
SCAN_BATCH = 100


class PaymentToken(models.Model):
    """Means that expire: what hangs on them, and who is told when."""

    _inherit = "payment.token"

    cn285_notice = fields.Integer(
        string="Last Notice (days before)",
        readonly=True,
        help="How many days before the last valid day the holder was written to last.",
    )
    cn285_contract_count = fields.Integer(
        string="Contracts Paid",
        compute="_compute_cn285_carried",
        compute_sudo=True,
        groups="cn285_contract.group_contract_user,cn285_contract.group_contract_reader",
    )
    cn285_carried = fields.Monetary(
        string="Open and Next Invoices",
        compute="_compute_cn285_carried",
        compute_sudo=True,
        currency_field="cn285_currency_id",
        groups="cn285_contract.group_contract_user,cn285_contract.group_contract_reader",
        help="What is open of the contracts that these means pay, and their recurring revenue of a "
        "month, in the company's currency.",
    )
    cn285_currency_id = fields.Many2one(related="company_id.currency_id", string="Currency")

    @api.depends_context("uid")
    def _compute_cn285_carried(self):
        for token in self:
            contracts = token._cn285_paid_contracts()
            live = contracts.filtered(lambda contract: contract.state in LIVE_STATES)
            token.cn285_contract_count = len(live)
            token.cn285_carried = sum(live.mapped("mrr_company")) + sum(
                contracts._open_invoices().mapped("amount_residual_signed")
            )

    # === THE SCAN === #

    @api.model
    def _cron_expiring_means(self):
        """Write to the holders of means that expire, and note those that have expired."""
        for company in self.env["res.company"]._cn285_daily_companies():
            self.sudo().with_company(company)._cn285_scan(company)

    @api.model
    def _cn285_scan(self, company):
        """One company's scan of a day. Safe to run again the same day."""
        today = company._cn285_today()
        own = [("company_id", "=", company.id), ("cn285_state", "=", "valid")]
        over = self.search([*own, ("cn285_expiry_date", "<", today)])
        over.write({"cn285_state": "expired"})
        last = today + timedelta(days=max(NOTICE_DAYS))
        near = self.search([*own, ("cn285_expiry_date", "<=", last)], order="id")
        for ids in split_every(SCAN_BATCH, near.ids):
            for token in self.browse(ids):
                token._cn285_tell_expiry(today)
            commit_batch(self.env)

    def _cn285_tell_expiry(self, today):
        """Write to the holder where a notice is due and something hangs on the means."""
        self.ensure_one()
        told = [self.cn285_notice] if self.cn285_notice else []
        count = due_notice(self.cn285_expiry_date, today, told)
        if not count or not self._cn285_paid_contracts():
            return
        self.cn285_notice = count
        self._cn285_mail("cn285_payment.mail_template_means_expiring")

    def _cn285_mail(self, template):
        """Write to whoever holds these means; without an address, nobody is written to."""
        self.ensure_one()
        holder = self._cn285_holder()
        if holder.email:
            self.env.ref(template).send_mail(self.id)

    def _cn285_holder(self):
        """To whom it is written about these means."""
        self.ensure_one()
        partner = self.partner_id
        return partner if partner.email else partner.commercial_partner_id

    def _cn285_means_url(self):
        """The address of the page on which their holder renews these means, without a login."""
        self.ensure_one()
        path = self._cn285_holder()._cn285_renewal_path(self.company_id, token=self)
        return self.get_base_url() + path

    # === BEFORE MEANS GO === #

    def action_cn285_remove(self):
        """Remove these means for their holder; the contracts that they pay say so."""
        if not self.env.user.has_group("cn285_contract.group_billing_manager"):
            raise AccessError(self.env._("Only billing managers remove customers' means."))
        self.check_access("read")
        # sudo: checked above; means are the administrators' otherwise.
        self.sudo().write({"active": False})
        return True

    def get_linked_records_info(self):
        """Odoo's, with the contracts paid by these means: shown before they are removed.

        Customers' browsers ask for it by the means' number. Whose means these are not is told
        nothing. Staff is told of what it reads; the addresses ask for a login.

        :raises AccessError: for means of others
        """
        own = self._cn285_of_visitor(self.env.user.partner_id)
        if not self.env.su and self.sudo() - own:
            self.check_access("read")
        info = super().get_linked_records_info()
        contracts = self._cn285_paid_contracts().filtered(lambda one: one.state in LIVE_STATES)
        if not self.env.su and self.env.user._is_internal():
            readable = contracts.sudo(False)._filtered_access("read")
            contracts = contracts.filtered(lambda one: one.id in readable.ids)
        label = self.env._("Contract")
        info += [
            {
                "description": label,
                "id": contract.id,
                "name": contract.name,
                "url": contract.access_url,
            }
            for contract in contracts
        ]
        return info

    def _handle_archiving(self):
        """Odoo's; contracts that lose their means say so to who is responsible for them."""
        result = super()._handle_archiving()
        for token in self:
            lost = token._cn285_paid_contracts().filtered(lambda one: one.state in LIVE_STATES)
            usual = token.cn285_contract_ids
            usual.sudo().write({"payment_token_id": False})
            for contract in lost - lost._with_other_means(token):
                contract.message_post(
                    body=self.env._(
                        "The means of payment %s was removed: there is none by which invoices of "
                        "this contract are collected.",
                        token.display_name,
                    )
                )
        return result


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _open_invoices(self):
        """Open invoices of these contracts."""
        # sudo: what is open, for who sees by which means it is paid.
        moves = self.env["account.move"].sudo()
        return moves.search(
            [
                ("cn285_contract_ids", "in", self.ids),
                ("state", "=", "posted"),
                ("move_type", "=", "out_invoice"),
                ("payment_state", "in", ("not_paid", "partial")),
            ]
        )

    def _with_other_means(self, token):
        """Those of the contracts that are paid by others where these means are gone."""
        tokens = self._payment_tokens()
        return self.filtered(lambda contract: tokens[contract] and tokens[contract] != token)

    def action_send_means_link(self):
        """Send the payer a link to the page on which he keeps his means of payment."""
        template = self.env.ref("cn285_payment.mail_template_means_link")
        for contract in self:
            contract.check_access("write")
            if not contract.payer_id.email:
                raise UserError(
                    self.env._(
                        "%s has no e-mail address to which a link could be sent.",
                        contract.payer_id.display_name,
                    )
                )
            # sudo: templates are the administrators'; the message is about this contract alone.
            template.sudo().send_mail(contract.id)
            contract.message_post(
                body=self.env._("A link to renew the means of payment was sent to the payer.")
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The link was sent."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _means_url(self):
        """The address of the page on which the payer adds means, without a login."""
        self.ensure_one()
        path = self.payer_id._cn285_renewal_path(self.company_id, contract=self)
        return self.get_base_url() + path
