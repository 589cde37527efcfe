from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import COUNT
from odoo.exceptions import ValidationError

# What consumers have at least in the whole of the Union, and what is taken for a mistake.
SHORTEST_WITHDRAWAL, LONGEST_WITHDRAWAL = 14, 365


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_renewal_law_scope = fields.Selection(
        [("law", "Customers Protected by the Law"), ("all", "All Customers")],
        string="Renewal Notices For",
        default="law",
        required=True,
        help="Whom the rules on tacit renewal protect: those whom the law names, or all customers.",
    )
    cn285_notice_channel = fields.Selection(
        "_cn285_channel_selection",
        string="Renewal Notices By",
        default="email",
        required=True,
        help="Customers without an e-mail address get a letter in either case.",
    )
    cn285_notice_margin = fields.Integer(
        string="Send Before the Last Day (days)",
        default=30,
        required=True,
        help="Notices leave so many days before the last day that the law allows: time enough to "
        "send a letter where an e-mail comes back.",
    )
    cn285_legal_region_id = fields.Many2one(
        "cn285.legal.region",
        string="Region for Holidays",
        ondelete="restrict",
        help="The part of the country whose own holidays are no working days when legal periods "
        "end, for customers whose address does not tell where they live. Left empty: only those of "
        "the whole country.",
    )
    cn285_withdrawal_days = fields.Integer(
        string="Withdrawal Period (days)",
        default=14,
        required=True,
        help="Days within which a customer may withdraw from a contract or an added item, the day "
        "of the conclusion not counted; never less than the law of the customer's country grants. "
        "A template may say more.",
    )
    cn285_termination_reminder_days = fields.Integer(
        string="Remind Before a Termination (days)",
        default=7,
        help="An activity for the salesperson so many days before a termination takes effect. "
        "0: none.",
    )

    cn285_exit_fee_product_id = fields.Many2one(
        "product.product",
        string="Leaving Fee Product",
        domain="[('type', '=', 'service'), ('sale_ok', '=', True)]",
        help="Product of the fee for leaving a commitment early: it decides account and taxes. "
        "Left empty, the contract's first product.",
    )

    _cn285_notice_margin_positive = models.Constraint(
        "CHECK(cn285_notice_margin >= 0 AND cn285_termination_reminder_days >= 0)",
        "Numbers of days cannot be negative.",
    )
    _cn285_withdrawal_days_positive = models.Constraint(
        "CHECK(cn285_withdrawal_days BETWEEN 14 AND 365)",
        "The withdrawal period lasts 14 to 365 days.",
    )

    @api.model
    def _bounds(self):
        counts = (
            "notice_margin",
            "withdrawal_days",
            "termination_reminder_days",
            "proof_retention_years",
        )
        return {**super()._bounds(), **{f"cn285_{name}": COUNT for name in counts}}

    @api.constrains("cn285_withdrawal_days")
    def _check_cn285_withdrawal_days(self):
        """In words, before the database refuses it (directive 2011/83/EU, article 9)."""
        for company in self:
            if not SHORTEST_WITHDRAWAL <= company.cn285_withdrawal_days <= LONGEST_WITHDRAWAL:
                raise ValidationError(
                    self.env._(
                        "%(company)s: consumers have %(least)s days to withdraw, by law; a period "
                        "of %(days)s days cannot be set. It lasts %(least)s to %(most)s days.",
                        company=company.name,
                        least=SHORTEST_WITHDRAWAL,
                        most=LONGEST_WITHDRAWAL,
                        days=company.cn285_withdrawal_days,
                    )
                )

    def _cn285_writes_as(self):
        """Values of mails that the company writes by law: never from the program's own user."""
        self.ensure_one()
        # sudo: the company's own contact, for the customer who makes it write.
        values = {"author_id": self.sudo().partner_id.id}
        sender = self._cn285_sender()
        return {**values, "email_from": sender} if sender else values

    @api.model
    def _cn285_channel_selection(self):
        return self.env["cn285.renewal.notice"]._channel_selection()


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_renewal_law_scope = fields.Selection(
        related="company_id.cn285_renewal_law_scope", readonly=False, required=True
    )
    cn285_notice_channel = fields.Selection(
        related="company_id.cn285_notice_channel", readonly=False, required=True
    )
    cn285_notice_margin = fields.Integer(related="company_id.cn285_notice_margin", readonly=False)
    cn285_legal_region_id = fields.Many2one(
        related="company_id.cn285_legal_region_id", readonly=False
    )
    cn285_termination_reminder_days = fields.Integer(
        related="company_id.cn285_termination_reminder_days", readonly=False
    )
    cn285_exit_fee_product_id = fields.Many2one(
        related="company_id.cn285_exit_fee_product_id", readonly=False
    )
    cn285_withdrawal_days = fields.Integer(
        related="company_id.cn285_withdrawal_days", readonly=False
    )
