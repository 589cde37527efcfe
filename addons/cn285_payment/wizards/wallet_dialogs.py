from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import AMOUNT, COUNT, DAY, END


class WalletGrant(models.TransientModel):
    """Grant credit to a customer."""

    _name = "cn285.wallet.grant"
    _inherit = ["cn285.links.read", "cn285.bounded.values"]
    _description = "Grant Credit"

    wallet_id = fields.Many2one("cn285.wallet", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    amount = fields.Monetary(required=True, help="Excluding tax: invoices are lowered before it.")
    expiry = fields.Date(string="Last Day", help="Empty: without end.")
    priority = fields.Integer(default=25, help="1 is drawn first, 50 last.")
    reason = fields.Char(help="Customers read it on their invoices.")

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "amount": AMOUNT, "expiry": END, "priority": COUNT}

    def action_grant(self):
        self.ensure_one()
        self.wallet_id.grant(self.amount, self.expiry, self.priority, self.reason)
        return {"type": "ir.actions.act_window_close"}


class WalletPay(models.TransientModel):
    """Top up a wallet by a payment that was received, or by charging a means of payment."""

    _name = "cn285.wallet.pay"
    _inherit = ["cn285.links.read", "cn285.bounded.values"]
    _description = "Top Up a Wallet"

    wallet_id = fields.Many2one("cn285.wallet", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="wallet_id.company_id")
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    partner_id = fields.Many2one(related="wallet_id.partner_id")
    amount = fields.Monetary(
        string="Credit", required=True, help="Excluding VAT where that is due at the top-up."
    )
    way = fields.Selection(
        [
            ("received", "A Payment Was Received"),
            ("charge", "Charge a Means of Payment"),
            ("later", "It Will Be Paid"),
        ],
        required=True,
        default="received",
    )
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', 'in', ('bank', 'cash', 'credit')), ('company_id', '=', company_id)]",
        compute="_compute_journal_id",
        store=True,
        readonly=False,
    )
    payment_token_id = fields.Many2one(
        "payment.token",
        string="Means of Payment",
        domain="[('partner_id', 'child_of', partner_id), ('company_id', '=', company_id)]",
    )
    date = fields.Date(string="Received On", default=lambda self: self.env.company._cn285_today())
    expiry = fields.Date(string="Last Day of the Credit")
    memo = fields.Char()

    @api.depends("company_id")
    def _compute_journal_id(self):
        for one in self:
            one.journal_id = self.env["account.journal"].search(
                [("type", "in", ("bank", "cash")), ("company_id", "=", one.company_id.id)], limit=1
            )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "amount": AMOUNT, "date": DAY, "expiry": END}

    def action_topup(self):
        self.ensure_one()
        received = self.way == "received"
        topup = self.wallet_id.topup(
            self.amount,
            journal_id=self.journal_id.id if received else None,
            token_id=self.payment_token_id.id if self.way == "charge" else None,
            expiry=self.expiry,
            date=self.date if received else None,
            memo=self.memo or None,
        )
        return self.env["cn285.wallet.topup"].browse(topup)._told()


class WalletPayout(models.TransientModel):
    """Pay unused credit back to its customer."""

    _name = "cn285.wallet.payout"
    _inherit = ["cn285.links.read", "cn285.bounded.values"]
    _description = "Pay Out Credit"

    wallet_id = fields.Many2one("cn285.wallet", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="wallet_id.company_id")
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    payable_back = fields.Monetary(related="wallet_id.payable_back")
    amount = fields.Monetary(
        string="Credit",
        required=True,
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="Excluding VAT where that was due at the top-up: it is paid back with it.",
    )
    way = fields.Selection(
        [("journal", "By a Payment That I Make"), ("means", "To the Means That Paid")],
        required=True,
        default="journal",
    )
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
        compute="_compute_journal_id",
        store=True,
        readonly=False,
    )
    date = fields.Date(string="Paid On", default=lambda self: self.env.company._cn285_today())
    memo = fields.Char()

    @api.depends("wallet_id")
    def _compute_amount(self):
        for one in self:
            one.amount = one.wallet_id.payable_back

    @api.depends("company_id")
    def _compute_journal_id(self):
        for one in self:
            one.journal_id = self.env["account.journal"].search(
                [("type", "in", ("bank", "cash")), ("company_id", "=", one.company_id.id)], limit=1
            )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "amount": AMOUNT, "date": DAY}

    def action_pay_out(self):
        self.ensure_one()
        by_journal = self.way == "journal"
        self.wallet_id.pay_out(
            self.amount,
            journal_id=self.journal_id.id if by_journal else None,
            date=self.date if by_journal else None,
            memo=self.memo or None,
        )
        return {"type": "ir.actions.act_window_close"}


class PromotionRedeem(models.TransientModel):
    """Type the code of a pass that a customer has."""

    _name = "cn285.promotion.redeem"
    _inherit = ["cn285.links.read", "cn285.bounded.values"]
    _description = "Redeem a Pass"

    contract_id = fields.Many2one("cn285.contract", required=True, ondelete="cascade")
    code = fields.Char()

    def action_redeem(self):
        self.ensure_one()
        self.contract_id.redeem_pass(self.code)
        return {"type": "ir.actions.act_window_close"}
