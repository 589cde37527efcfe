from odoo import api, fields, models

LEGAL_KINDS = [
    ("consumer", "Consumer"),
    ("non_professional", "Non-Professional"),
    ("professional", "Professional"),
]
# Who is protected: Code de la consommation, L215-1 and L215-3.
PROTECTED_KINDS = ("consumer", "non_professional")


class ResPartner(models.Model):
    _inherit = "res.partner"

    cn285_legal_kind = fields.Selection(
        LEGAL_KINDS,
        string="Protection by Consumer Law",
        compute="_compute_cn285_legal_kind",
        store=True,
        readonly=False,
        help="Consumer: a person who does not act professionally. Non-professional: a legal person "
        "that does not act professionally, such as a homeowners' association. By default a person "
        "without a VAT number is a consumer, everybody else a professional.",
    )

    @api.depends("is_company", "parent_id", "vat")
    def _compute_cn285_legal_kind(self):
        for partner in self:
            person = not (partner.is_company or partner.vat or partner.parent_id)
            partner.cn285_legal_kind = "consumer" if person else "professional"

    @api.model
    def _commercial_fields(self):
        return [*super()._commercial_fields(), "cn285_legal_kind"]


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
        [("email", "E-mail"), ("letter", "Letter")],
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
    cn285_alsace_moselle = fields.Boolean(
        string="Holidays of Alsace-Moselle",
        help="Good Friday and 26 December are no working days when legal periods end.",
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


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_renewal_law_scope = fields.Selection(
        related="company_id.cn285_renewal_law_scope", readonly=False, required=True
    )
    cn285_notice_channel = fields.Selection(
        related="company_id.cn285_notice_channel", readonly=False, required=True
    )
    cn285_notice_margin = fields.Integer(related="company_id.cn285_notice_margin", readonly=False)
    cn285_alsace_moselle = fields.Boolean(related="company_id.cn285_alsace_moselle", readonly=False)
    cn285_termination_reminder_days = fields.Integer(
        related="company_id.cn285_termination_reminder_days", readonly=False
    )
    cn285_exit_fee_product_id = fields.Many2one(
        related="company_id.cn285_exit_fee_product_id", readonly=False
    )
    cn285_regret_days = fields.Integer(related="company_id.cn285_regret_days", readonly=False)


class Contract(models.Model):
    """Which of the rules on tacit renewal a contract is under."""

    _inherit = "cn285.contract"

    def _is_protected(self):
        """Whether the customer is one whom the law on tacit renewal protects, or is treated so."""
        self.ensure_one()
        everybody = self.company_id.cn285_renewal_law_scope == "all"
        kind = self.partner_id.commercial_partner_id.cn285_legal_kind
        return everybody or kind in PROTECTED_KINDS

    def _announcement(self):
        """By what the renewal has to be announced: ``law``, ``contract``, or None.

        The law cannot be contracted away: a protected customer is told whatever the contract says.
        """
        self.ensure_one()
        if self._is_protected():
            return "law"
        return "contract" if self.announce == "always" else None
