from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..engine.errors import SepaError
from ..engine.identifiers import check_bic, check_iban, check_reference, needs_address
from ..engine.mandate import is_usable, lapses_on
from .payment_provider import CODE
from .sepa_words import in_words

# How much of an account number is shown to whoever does not keep mandates.
SHOWN_DIGITS = 4


class SepaMandate(models.Model):
    """What allows us to debit an account, by SEPA. Signed, it is a means of payment: a token."""

    _name = "cn285.sepa.mandate"
    _description = "SEPA Mandate"
    _inherit = ["cn285.editable", "cn285.guarded", "mail.thread", "mail.activity.mixin"]
    _rec_name = "reference"
    _order = "id desc"
    _check_company_auto = True
    _creatable = frozenset({"reference"})
    _portal_fields = frozenset(
        {
            "reference",
            "state",
            "signed_on",
            "scheme",
            "one_off",
            "account_shown",
            "last_debit_on",
            "lapses_on",
            "revoked_on",
        }
    )
    _fixed_after_draft = frozenset(
        {"partner_id", "provider_id", "iban", "bic", "scheme", "one_off", "signed_on"}
    )

    reference = fields.Char(
        string="Mandate Reference",
        readonly=True,
        copy=False,
        index=True,
        help="The unique mandate reference (RUM), at most 35 letters and digits.",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Payer", required=True, index=True, ondelete="restrict", tracking=True
    )
    provider_id = fields.Many2one(
        "payment.provider",
        string="Debited By",
        required=True,
        ondelete="restrict",
        domain=[("code", "=", CODE)],
        default=lambda self: self._default_provider(),
    )
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True, precompute=True
    )
    holder = fields.Char(
        string="Account Holder", help="Who holds the account; left empty: the payer.", tracking=True
    )
    iban = fields.Char(string="IBAN", required=True, tracking=True)
    bic = fields.Char(string="BIC", help="Needed by few banks; left empty, the IBAN tells it.")
    account_shown = fields.Char(
        string="Account", compute="_compute_account_shown", compute_sudo=True
    )
    scheme = fields.Selection(
        [("CORE", "CORE: Consumers and Others"), ("B2B", "B2B: Firms Only")],
        required=True,
        default="CORE",
        tracking=True,
        help="A debtor may have a CORE debit refunded within 8 weeks. A B2B debtor may not, and "
        "has to register the mandate with his bank first.",
    )
    one_off = fields.Boolean(string="Used Once", help="For one debit only.")
    signed_on = fields.Date(tracking=True)
    signed_by = fields.Char(readonly=True, copy=False)
    signed_how = fields.Selection(
        [("paper", "On Paper"), ("portal", "In the Portal"), ("import", "Taken Over")],
        readonly=True,
        copy=False,
    )
    proof = fields.Text(
        string="Proof of Signature",
        readonly=True,
        copy=False,
        help="When, by whom and from where it was signed in the portal, and what was agreed to.",
    )
    notice_days = fields.Integer(
        string="Days of Notice",
        compute="_compute_notice_days",
        store=True,
        readonly=False,
        help="Calendar days between telling the payer and debiting him, as agreed with him.",
    )
    state = fields.Selection(
        [
            ("draft", "To Be Signed"),
            ("active", "Signed"),
            ("revoked", "Revoked"),
            ("used", "Used"),
        ],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    token_id = fields.Many2one(
        "payment.token", string="Means of Payment", readonly=True, copy=False, ondelete="restrict"
    )
    account_changed = fields.Boolean(
        readonly=True,
        copy=False,
        help="The account was changed since the last debit: the next one tells the bank, once.",
    )
    former_reference = fields.Char(
        readonly=True, copy=False, help="Told to the bank by the next debit, once."
    )
    last_debit_on = fields.Date(string="Last Debited On", readonly=True, copy=False)
    lapses_on = fields.Date(
        string="Usable Until",
        compute="_compute_lapses_on",
        help="36 months after the last debit, or after the signature.",
    )
    revoked_on = fields.Date(readonly=True, copy=False)
    revoked_reason = fields.Char(string="Revoked Because", readonly=True, copy=False)
    debit_ids = fields.One2many("cn285.sepa.debit", "mandate_id", string="Debits", readonly=True)

    _reference_uniq = models.UniqueIndex(
        "(provider_id, upper(reference)) WHERE reference IS NOT NULL",
        "There is another mandate of this reference.",
    )

    @api.model
    def _default_provider(self):
        # sudo: providers are the administrators'; only which one debits is told.
        return (
            self.env["payment.provider"]
            .sudo()
            .search(
                [
                    ("code", "=", CODE),
                    ("company_id", "parent_of", self.env.company.id),
                    ("state", "!=", "disabled"),
                ],
                limit=1,
            )
        )

    @api.depends("provider_id")
    def _compute_notice_days(self):
        for mandate in self:
            # sudo: see _default_provider.
            mandate.notice_days = mandate.provider_id.sudo().cn285_notice_days

    @api.depends("iban")
    def _compute_account_shown(self):
        for mandate in self:
            plain = "".join((mandate.iban or "").split())
            mandate.account_shown = plain and f"{plain[:2]} •••• {plain[-SHOWN_DIGITS:]}"

    @api.depends("signed_on", "last_debit_on")
    def _compute_lapses_on(self):
        for mandate in self:
            mandate.lapses_on = mandate.signed_on and lapses_on(
                mandate.signed_on, mandate.last_debit_on or None
            )

    # === WHAT IS REFUSED === #

    @api.model_create_multi
    def create(self, vals_list):
        # A slip in a number or a date is told before what is missing elsewhere.
        vals_list = [self._within_bounds(vals) for vals in vals_list]
        if not all(vals.get("provider_id") for vals in vals_list) and not self._default_provider():
            raise UserError(
                self.env._(
                    "No bank debits by SEPA for %s yet: an administrator sets it up in the payment "
                    "providers.",
                    self.env.company.name,
                )
            )
        return super().create(vals_list)

    @api.constrains("iban", "bic", "reference")
    def _check_account(self):
        for mandate in self:
            try:
                check_iban(mandate.iban)
                if mandate.bic:
                    check_bic(mandate.bic)
                if mandate.reference:
                    check_reference(mandate.reference)
            except SepaError as error:
                raise ValidationError(
                    self.env._(
                        "Mandate of %(payer)s: %(reason)s",
                        payer=mandate.partner_id.display_name,
                        reason=in_words(self.env, error),
                    )
                ) from None

    @api.constrains("notice_days")
    def _check_notice_days(self):
        for mandate in self:
            if not 0 <= mandate.notice_days <= 60:
                raise ValidationError(
                    self.env._(
                        "Mandate %s: between telling and debiting lie 0 to 60 days.",
                        mandate.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for mandate in self:
            if mandate.state != "draft":
                raise UserError(
                    self.env._(
                        "Mandate %s was signed: it is revoked, not deleted.", mandate.display_name
                    )
                )

    # === SIGNING AND REVOKING === #

    def action_sign(self):
        """It was signed on paper: whoever keeps contracts says so, and gives the day."""
        for mandate in self:
            mandate.check_access("write")
            if not mandate.signed_on:
                raise UserError(
                    self.env._(
                        "Mandate of %s: on which day was it signed?",
                        mandate.partner_id.display_name,
                    )
                )
            mandate._sign(mandate.signed_on, how="paper")

    def _sign(self, day, how, by=None, proof=None):
        """Make it usable: give it a reference and a token.

        Like a card that a customer adds, it becomes the payer's usual means where there are none
        that can be charged.

        :param day: the day of the signature
        :param how: ``paper``, ``portal`` or ``import``
        :param by: who signed; None: the holder
        :param proof: text that shows that it was signed, and what
        """
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("Mandate %s is signed already.", self.display_name))
        today = self.company_id._cn285_today()
        if day > today:
            raise UserError(
                self.env._(
                    "A mandate is not signed on a day to come (%s).", format_date(self.env, day)
                )
            )
        if not is_usable(day, self.last_debit_on or None, today):
            raise UserError(
                self.env._(
                    "The mandate of %(payer)s was signed on %(day)s and not used for 36 months: it "
                    "has lapsed, and must be signed anew.",
                    payer=self.partner_id.display_name,
                    day=format_date(self.env, day),
                )
            )
        self._check_debtor()
        self._write_inside(
            {
                "reference": self.reference or self._next_reference(),
                "signed_on": day,
                "signed_how": how,
                "signed_by": by or self.holder or self.partner_id.name,
                "proof": proof,
                "state": "active",
            }
        )
        # sudo: tokens are made by Odoo's payment flows; a signature is one.
        token = self.sudo()._make_token()
        self._write_inside({"token_id": token.id})
        token._cn285_take_over()
        # Contracts that wait for means to start go on.
        self.env["cn285.prepayment"]._means_came(token)
        self._delay_documents()

    def _check_debtor(self):
        """Refuse what the bank would refuse with the first debit."""
        if self.scheme == "B2B" and self.partner_id.cn285_legal_kind == "consumer":
            raise UserError(
                self.env._(
                    "%s is a consumer: only firms sign a B2B mandate.",
                    self.partner_id.display_name,
                )
            )
        home = self.partner_id.commercial_partner_id
        if needs_address(check_iban(self.iban)) and not (self.partner_id.city or home.city):
            raise UserError(
                self.env._(
                    "%s has an account outside the European Economic Area: town and country of the "
                    "address are needed.",
                    self.partner_id.display_name,
                )
            )

    def _next_reference(self):
        number = self.env["ir.sequence"].sudo().next_by_code("cn285.sepa.mandate")
        if not number:
            raise UserError(self.env._("There is no sequence for mandates (cn285.sepa.mandate)."))
        return number

    def _make_token(self):
        method = self.env.ref("payment.payment_method_sepa_direct_debit")
        return self.env["payment.token"].create(
            {
                "provider_id": self.provider_id.id,
                "payment_method_id": method.id,
                "partner_id": self.partner_id.id,
                "provider_ref": self.reference,
                "payment_details": "".join(self.iban.split())[-SHOWN_DIGITS:],
                "cn285_last4": "".join(self.iban.split())[-SHOWN_DIGITS:],
                "cn285_mandate_ref": self.reference,
            }
        )

    def action_revoke(self):
        """The payer, or his bank, does not want to be debited any more."""
        self.check_access("write")
        self._revoke(self.env._("Revoked by %s", self.env.user.name))

    def _revoke(self, reason):
        """Nothing is debited any more; debits that did not leave are called off.

        Mandates that are not in use are left alone.
        """
        for mandate in self.filtered(lambda mandate: mandate.state in ("draft", "active")):
            mandate._write_inside(
                {
                    "state": "revoked",
                    "revoked_on": mandate.company_id._cn285_today(),
                    "revoked_reason": reason,
                }
            )
            # sudo: a token follows its mandate.
            token = mandate.sudo().token_id
            token.write({"cn285_state": "revoked"})
            if token.active:
                token.active = False
            mandate.sudo().debit_ids._call_off(reason)

    def _usable_on(self, day):
        """Whether a debit may be made on a day."""
        self.ensure_one()
        return self.state == "active" and is_usable(self.signed_on, self.last_debit_on or None, day)
