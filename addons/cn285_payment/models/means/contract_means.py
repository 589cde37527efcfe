from odoo import api, fields, models
from odoo.exceptions import ValidationError

COLLECTION_MODES = [("manual", "By Transfer"), ("automatic", "Automatic")]


class Contract(models.Model):
    """How a contract's invoices are paid, and by what."""

    _inherit = "cn285.contract"

    collection_mode = fields.Selection(
        COLLECTION_MODES,
        string="Collection",
        default="manual",
        required=True,
        tracking=True,
        help="Automatic: on their due date, invoices are charged to the customer's means.",
    )
    payment_token_id = fields.Many2one(
        "payment.token",
        string="Means of Payment",
        copy=False,
        tracking=True,
        ondelete="set null",
        index="btree_not_null",
        # Also those of the company whose contact pays.
        domain="['|', ('partner_id', 'child_of', payer_id), ('partner_id', 'parent_of', payer_id)]",
        help="Left empty, the payer's usual means.",
    )

    @api.constrains("payment_token_id")
    def _check_payment_token(self):
        for contract in self.filtered("payment_token_id"):
            reason = contract.payment_token_id._cn285_obstacle(
                contract.payer_id, contract.company_id
            )
            if reason:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s: %(reason)s", contract=contract.name, reason=reason
                    )
                )

    def write(self, vals):
        """Odoo's; means that come are tried at once for what others refused, or what waited.

        Links of drafts that wait for a payment are withdrawn where they would be about another.
        """
        before = self._links_before(vals)
        result = super().write(vals)
        self._withdraw_links(before)
        if "payment_token_id" in vals or vals.get("collection_mode") == "automatic":
            self._charge_new_means()
        return result

    def _charge_new_means(self):
        """Order the collection of what is open of contracts whose means are new.

        Only what is due is charged, and only what these means have not refused.
        """
        automatic = self.filtered(lambda contract: contract.collection_mode == "automatic")
        if not automatic:
            return
        # sudo: invoices that the contract's means pay; whoever chooses them need not read these.
        moves = self.env["account.move"].sudo()
        waiting = moves.search(
            [
                ("cn285_contract_ids", "in", automatic.ids),
                ("state", "=", "posted"),
                ("move_type", "=", "out_invoice"),
                ("payment_state", "in", ("not_paid", "partial")),
            ]
        )
        self.env["cn285.collection"]._delay_collect(waiting, "means")

    def _payment_tokens(self):
        """By what each contract is paid: its own means, else its payer's; usable ones only.

        :returns: ``{contract: payment.token, or none}``
        """
        return {contract: contract._payment_token() for contract in self}

    def _payment_token(self):
        self.ensure_one()
        # sudo: customers' means are read to charge them; whoever bills need not read them.
        contract = self.sudo()
        return contract._usable(contract.payment_token_id) or contract._usual_token()

    def _usual_token(self):
        """The payer's usual means, where this contract can be paid by them; else none."""
        self.ensure_one()
        contract = self.sudo()  # sudo: as above
        payer = contract.payer_id.with_company(contract.company_id)
        return contract._usable(payer.cn285_payment_token_id) or contract._usable(
            payer.commercial_partner_id.cn285_payment_token_id
        )

    def _usable(self, token):
        """The token, if this contract can be paid by it; else none."""
        usable = token and not token._cn285_obstacle(self.payer_id, self.company_id)
        return token if usable else self.env["payment.token"]


class ContractTemplate(models.Model):
    _inherit = "cn285.contract.template"

    collection_mode = fields.Selection(
        COLLECTION_MODES, string="Collection", default="manual", required=True
    )

    @api.model
    def _contract_fields(self):
        return [*super()._contract_fields(), "collection_mode", "initiation"]


class InvoiceBuilder(models.AbstractModel):
    _inherit = "cn285.invoice.builder"

    @api.model
    def _contract_key(self, contract, journal, fiscal_position):
        """Contracts that are collected apart are billed apart."""
        key = super()._contract_key(contract, journal, fiscal_position)
        if contract.invoice_separately or contract.collection_mode != "automatic":
            return key
        # Below 0, as ids of contracts are above it; -1: there are no means yet.
        return (*key[:-1], -1 - (contract._payment_token().id or 0))
