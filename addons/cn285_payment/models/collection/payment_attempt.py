from odoo import api, fields, models

# An invoice has one attempt in these states at most, and one that is done is booked before another.
OPEN_STATES = ("open", "sent", "pending", "unknown")
# For which the provider was or may have been called, and has not answered for good.
ASKED_STATES = ("sent", "unknown")


class PaymentAttempt(models.Model):
    """One attempt to collect an invoice by some means: what was asked for, and what came of it.

    ``open``: nothing was asked yet. ``sent``: the provider is called, or was when the process
    ended. ``pending``: the provider works at it. ``done``: paid, and booked once it has a payment.
    ``declined``, ``cancelled``: no money moved. ``unknown``: nobody knows yet. ``returned``: it was
    paid, and taken back later.
    """

    _name = "cn285.payment.attempt"
    _description = "Payment Attempt"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Reference", required=True, readonly=True)
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Payer", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    token_id = fields.Many2one(
        "payment.token",
        string="Means of Payment",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    provider_code = fields.Char(string="Provider", readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    number = fields.Integer(required=True, readonly=True)
    origin = fields.Char(readonly=True)
    origin_name = fields.Char(
        string="Asked By",
        compute="_compute_origin_name",
        help="What asked for it: a billing run, a due date, a retry …",
    )
    state = fields.Selection(
        [
            ("open", "To Be Sent"),
            ("sent", "Sent"),
            ("pending", "Pending"),
            ("done", "Paid"),
            ("declined", "Declined"),
            ("unknown", "Unknown"),
            ("cancelled", "Cancelled"),
            ("returned", "Returned"),
        ],
        string="Status",
        default="open",
        required=True,
        readonly=True,
        index=True,
    )
    outcome = fields.Selection(
        [
            ("declined", "Declined, May Succeed Later"),
            ("customer", "The Customer Must Act"),
            ("hard", "Never With These Means"),
            ("unknown", "Not Known"),
            ("technical", "The Provider Was Busy"),
            ("config", "Our Mistake"),
        ],
        readonly=True,
        help="What the answer means for what comes next.",
    )
    code = fields.Char(readonly=True, help="The provider's or the bank's reason.")
    advice = fields.Char(readonly=True)
    message = fields.Char(readonly=True)
    date = fields.Date(required=True, readonly=True, help="The day of the attempt.")
    sent_at = fields.Datetime(readonly=True, help="When the provider was called last.")
    asked_at = fields.Datetime(readonly=True, help="When the provider was last asked what became.")
    answered_at = fields.Datetime(readonly=True, help="When the last answer came.")
    returned_on = fields.Date(readonly=True)
    retry_date = fields.Date(
        string="Next Attempt", readonly=True, index="btree_not_null", help="When it is tried again."
    )
    retry_reason = fields.Selection(
        [
            ("hard", "The means are refused for good"),
            ("customer", "The customer must act first"),
            ("config", "Our mistake must be mended first"),
            ("exhausted", "All days of the policy are over"),
            ("network", "The networks' limit of attempts"),
        ],
        string="No Next Attempt Because",
        readonly=True,
    )
    is_followed = fields.Boolean(
        readonly=True, help="What follows from the refusal or return was done."
    )
    transaction_id = fields.Many2one(
        "payment.transaction", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    payment_id = fields.Many2one(
        "account.payment", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    return_move_id = fields.Many2one(
        "account.move",
        string="Entry of the Return",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    @api.depends_context("lang")
    @api.depends("origin")
    def _compute_origin_name(self):
        names = {
            "run": self.env._("Billing Run"),
            "due": self.env._("Due Date"),
            "retry": self.env._("Retry"),
            "means": self.env._("New Means of Payment"),
            "limit": self.env._("Credit Limit"),
            "button": self.env._("By Hand"),
        }
        for attempt in self:
            attempt.origin_name = names.get(attempt.origin, attempt.origin)

    _number_uniq = models.Constraint(
        "unique(move_id, number)", "An invoice has one attempt of each number."
    )
    _one_open = models.UniqueIndex(
        "(move_id) WHERE state IN ('open', 'sent', 'pending', 'unknown')"
        " OR (state = 'done' AND payment_id IS NULL)",
        "An attempt to collect this invoice is under way.",
    )
