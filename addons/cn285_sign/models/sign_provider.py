from odoo import fields, models


class SignProvider(models.Model):
    """By whom documents are signed: built in, or a service. Administrators set it up.

    Another provider adds its code, and answers ``_sign_send``, ``_sign_cancel`` and
    ``_sign_remind`` where ``self.code`` is its own; else it returns what ``super()`` does.
    """

    _name = "cn285.sign.provider"
    _description = "Signature Provider"
    _inherit = ["cn285.guarded"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    code = fields.Selection([("builtin", "Built In")], required=True, default="builtin")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    level = fields.Selection(
        [
            ("simple", "Simple Electronic Signature"),
            ("advanced", "Advanced Electronic Signature"),
            ("qualified", "Qualified Electronic Signature"),
        ],
        compute="_compute_level",
        help="As Regulation (EU) 910/2014 (eIDAS) has it, article 3, 10 to 12.",
    )
    expires_days = fields.Integer(
        string="Valid For (days)", default=30, help="After so many days nobody can sign any more."
    )
    remind_days = fields.Integer(
        string="Remind Every (days)", default=7, help="Who has not signed is reminded. 0: never."
    )
    seal_certificate_id = fields.Many2one(
        "certificate.certificate",
        string="Seal",
        check_company=True,
        groups="base.group_system",
        help="The company's certificate, with its private key, by which signed documents are "
        "sealed. Without one they are not sealed, and say so.",
    )
    tsa_url = fields.Char(
        string="Time Stamps By",
        groups="base.group_system",
        help="The address of an RFC 3161 time stamp authority. Without one the seal has no time "
        "stamp, and is PAdES B-B instead of B-T.",
    )

    _days_in_range = models.Constraint(
        "CHECK(expires_days BETWEEN 1 AND 365 AND remind_days BETWEEN 0 AND 365)",
        "A request is valid for 1 to 365 days; reminders come every 0 to 365 days.",
    )

    def _compute_level(self):
        for provider in self:
            provider.level = provider._sign_level()

    def _sign_level(self):
        """The level of what is signed here: a code by mail and a typed name make a simple one."""
        self.ensure_one()
        return "simple"

    def _sign_send(self, request):
        """Ask those whose turn it is."""
        self.ensure_one()
        request._signers_in_turn()._ask()

    def _sign_remind(self, request):
        """Ask them once more."""
        self.ensure_one()
        request._signers_in_turn()._ask(again=True)

    def _sign_cancel(self, request):
        """Nobody can sign any more: what signers have is a link that says so."""
        self.ensure_one()
