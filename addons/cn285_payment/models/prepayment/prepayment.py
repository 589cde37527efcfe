import logging
from uuid import uuid4

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import in_test
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.fields import Domain

from ...engine.prepayment import due_at_start, is_over, last_day, still_to_pay
from .initiation import MEANS, PAID, due_of

_logger = logging.getLogger(__name__)

# The customer is still expected to do something, or something is under way.
WAITING = ("open", "pending", "paid")
STATES = [
    ("open", "Waits for the Customer"),
    ("pending", "Payment Under Way"),
    ("paid", "Paid, Not Activated"),
    ("done", "Activated"),
    ("to_return", "To Give Back"),
    ("refunded", "Given Back"),
    ("kept", "Kept as Credit"),
    ("expired", "Expired"),
    ("cancelled", "Withdrawn"),
]


class Prepayment(models.Model):
    """What a draft contract waits for: its payer's means, or the payment of what is due first.

    One waits for a contract at a time. What was paid is never undone by what fails afterwards.
    """

    _name = "cn285.prepayment"
    _description = "Prepayment"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Reference", required=True, readonly=True)
    contract_id = fields.Many2one(
        "cn285.contract", required=True, readonly=True, index=True, ondelete="cascade"
    )
    contract_state = fields.Selection(related="contract_id.state", string="Contract's Status")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Payer", required=True, readonly=True, index=True
    )
    user_id = fields.Many2one(related="contract_id.user_id", string="Salesperson")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    kind = fields.Selection(
        [(MEANS, "Means of Payment"), (PAID, "Payment")],
        string="Asked For",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        STATES, string="Status", default="open", required=True, readonly=True, index=True
    )
    amount = fields.Monetary(
        string="Asked Amount",
        readonly=True,
        help="What is due at the start, with tax, as the customer was last shown it; 0.00: only "
        "means of payment are asked for.",
    )
    date = fields.Date(string="Asked On", required=True, readonly=True)
    date_agreed = fields.Date(
        string="Agreed On",
        readonly=True,
        help="The day on which the customer began to pay: for the amount that he was shown then.",
    )
    sent_at = fields.Datetime(string="Means Charged", readonly=True)
    expiry = fields.Date(string="Link Valid Until", readonly=True)
    date_done = fields.Date(string="Activated On", readonly=True)
    message = fields.Char(string="What Is in the Way", readonly=True)
    is_told = fields.Boolean(string="Told", readonly=True)
    accepted_by_id = fields.Many2one(
        "res.users",
        string="Activated Anyway By",
        readonly=True,
        help="Who decided that the contract starts although less was paid than is due.",
    )
    access_token = fields.Char(
        readonly=True, copy=False, groups="cn285_contract.group_contract_user_own"
    )
    token_id = fields.Many2one(
        "payment.token", string="Means of Payment", readonly=True, ondelete="set null"
    )
    run_id = fields.Many2one(
        "cn285.billing.run", string="Billing Run", readonly=True, ondelete="set null"
    )
    transaction_ids = fields.One2many(
        "payment.transaction", "cn285_prepayment_id", string="Transactions", readonly=True
    )
    payment_ids = fields.One2many(
        "account.payment", "cn285_prepayment_id", string="Payments", readonly=True
    )
    amount_paid = fields.Monetary(string="Paid", compute="_compute_amounts", compute_sudo=True)
    credit_left = fields.Monetary(
        compute="_compute_amounts",
        compute_sudo=True,
        help="What of the payments is not reconciled with an invoice, nor paid back.",
    )
    link = fields.Char(
        string="Customer's Link",
        compute="_compute_link",
        groups="cn285_contract.group_contract_user_own",
    )
    is_editable = fields.Boolean(compute="_compute_is_editable")

    _name_once = models.Constraint("unique(name)", "This reference is taken.")
    _one_waits = models.UniqueIndex(
        "(contract_id) WHERE state IN ('open', 'pending', 'paid')",
        "One prepayment waits for a contract at a time.",
    )

    @api.model
    def _bounds(self):
        return {}

    # === COMPUTES === #

    @api.depends("payment_ids.amount", "payment_ids.state")
    def _compute_amounts(self):
        for prepayment in self:
            payments = prepayment._booked_payments()
            prepayment.amount_paid = sum(
                -one.amount if one.payment_type == "outbound" else one.amount for one in payments
            )
            prepayment.credit_left = -sum(
                prepayment._open_lines(payments).mapped("amount_residual_currency")
            )

    def _booked_payments(self):
        """Payments of this prepayment that count: neither drafts nor cancelled ones."""
        return self.payment_ids.filtered(
            lambda one: one.state not in ("draft", "canceled", "rejected")
        )

    def _open_lines(self, payments):
        """Lines of payments on the customer's account that are not reconciled."""
        return payments.move_id.line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and line.parent_state == "posted"
                and not line.reconciled
            )
        )

    @api.depends_context("uid", "su", "allowed_company_ids")
    def _compute_is_editable(self):
        for prepayment in self:
            prepayment.is_editable = prepayment.contract_id.is_editable

    @api.depends("access_token")
    def _compute_link(self):
        for prepayment in self:
            prepayment.link = prepayment._url() if prepayment.access_token else False

    def _url(self):
        """The address of the page on which the payer pays, or adds means."""
        self.ensure_one()
        return self.get_base_url() + self._page()

    def _page(self):
        """The path of that page, with what lets who has the link see it."""
        self.ensure_one()
        return f"/my/prepayments/{self.id}?access_token={self.access_token}"

    # === A NEW ONE === #

    @api.model
    def _start(self, contract):
        """What a draft waits for from now on; the one that waits already is used again.

        :raises UserError: where its first invoice cannot be foreseen
        """
        # sudo: the program's own record, of what a checked user asks for.
        prepayments = self.sudo()
        contract = contract.sudo()
        waiting = prepayments.search(
            [("contract_id", "=", contract.id), ("state", "in", WAITING)], limit=1
        )
        if waiting:
            return waiting
        prepayment = prepayments.create(prepayments._prepare_prepayment(contract))
        prepayment._refresh_amount()
        return prepayment

    @api.model
    def _prepare_prepayment(self, contract):
        """Values of a new one of a contract."""
        today = contract.company_id._cn285_today()
        number = self.search_count([("contract_id", "=", contract.id)]) + 1
        return {
            "name": f"S{contract.id}-{number}",
            "contract_id": contract.id,
            "company_id": contract.company_id.id,
            "partner_id": contract.payer_id.id,
            "currency_id": contract.currency_id.id,
            "kind": contract.initiation,
            "date": today,
            "expiry": last_day(today, contract.company_id.cn285_link_days),
            "access_token": uuid4().hex,
        }

    # === WHAT IS ASKED === #

    def _due(self):
        """What is due at the start of the draft, in its currency, as a ``Decimal``."""
        self.ensure_one()
        if self.kind != PAID:
            return as_decimal(0.0)
        return due_at_start(due_of(one) for one in self._previews())

    def _previews(self):
        """Hook: the invoices that it pays, as ``cn285.contract._preview_invoice`` tells them.

        :raises UserError: where they cannot be foreseen
        """
        self.ensure_one()
        return self.contract_id._start_previews()

    def _refresh_amount(self):
        """Ask for what is due by now, less what was paid; returns whether that is another amount.

        :raises UserError: where the first invoice cannot be foreseen
        """
        self.ensure_one()
        amount = float(still_to_pay(self._due(), as_decimal(self.amount_paid)))
        if self.currency_id.compare_amounts(amount, self.amount) == 0:
            return False
        self._inside().write({"amount": amount})
        return True

    def _next_invoice(self):
        """The first invoice after what is due at the start, as a preview; None: there is none."""
        self.ensure_one()
        today = self.company_id._cn285_today().isoformat()
        # sudo: as every preview; its page is its payer's, who sees what he pays.
        later = [one for one in self.contract_id.sudo()._preview_next(3) if one["date"] > today]
        return later[0] if later else None

    def _asks_means_only(self):
        """Whether nothing is to be paid: means of payment are enough."""
        self.ensure_one()
        return self.kind == MEANS or self.currency_id.is_zero(self.amount)

    def _busy_transactions(self):
        """Transactions of which money may still come, or came: nothing is paid beside them."""
        return self.transaction_ids.filtered(
            lambda one: (
                one.operation not in ("validation", "refund")
                and (
                    one.state in ("pending", "authorized")
                    or (one.state == "done" and not one.payment_id)
                    or (one.operation == "offline" and one._cn285_is_unknown())
                )
            )
        )

    def _obstacle(self):
        """Why the payer can neither pay nor add means now, in his words; None if he can."""
        self.ensure_one()
        contract = self.contract_id
        if self.state in ("expired", "cancelled") or (
            self.state == "open" and is_over(self.expiry, self.company_id._cn285_today())
        ):
            return self.env._("This link is not valid any more. Ask us for a new one.")
        if self.state == "done" or contract.state not in ("draft", "cancelled"):
            return self.env._("Contract %s is active: nothing is to be paid here.", contract.name)
        is_given_up = contract.state == "cancelled" or not contract.active
        if is_given_up or self.state in ("to_return", "refunded", "kept"):
            return self.env._("Contract %s was given up: do not pay for it.", contract.name)
        if self.state in ("pending", "paid") or self._busy_transactions():
            return self.env._("Your payment is on its way: please do not pay again.")
        return None

    # === THE DAY'S WORK === #

    @api.model
    def _cron_prepayments(self):
        """Go on with what was paid or added, ask what is not known, and close what is over."""
        for company in self.env["res.company"]._cn285_daily_companies():
            own = Domain("company_id", "=", company.id)
            today = company._cn285_today()
            prepayments = self.sudo().with_company(company)
            late = own & Domain([("state", "=", "open"), ("expiry", "<", today)])
            for domain, act in (
                (late, type(self)._expire),
                (own & Domain("state", "=", "pending"), type(self)._look_at_payments),
                (own & Domain("state", "in", ("open", "paid")), type(self)._go_on),
                (own & Domain("state", "=", "to_return"), type(self)._note_given_back),
            ):
                prepayments.search(domain, order="id")._each(act)

    def _each(self, act):
        """Do something for each of these, committed on its own: one that fails stops no other.

        :param act: a function of one prepayment, safe to do again
        """
        collection = self.env["cn285.collection"]
        for prepayment in self:
            try:
                collection._persistently(lambda one=prepayment: act(one))
            except Exception:  # whatever one of them provokes must not keep the others
                if in_test():
                    raise
                self.env.cr.rollback()
                self.env.invalidate_all()
                _logger.exception("Prepayment %s cannot go on", prepayment.id)

    def _expire(self):
        """Its last day is past: the link is no more; what is under way may still arrive."""
        if not self._busy_transactions():
            self._inside().write({"state": "expired"})
            self.contract_id.message_post(
                body=self.env._("%s expired: its payer did not use the link.", self.name)
            )

    # === WHO PAYS === #

    def _is_of(self, user):
        """Whether a user is one of the payer's own people."""
        self.ensure_one()
        payer = self.partner_id.commercial_partner_id
        return not user._is_public() and user.partner_id.commercial_partner_id == payer

    @api.model
    def _asked_of(self, user):
        """What a user's own company is asked for at the moment."""
        if user._is_public():
            return self.browse()
        # sudo: found by the visitor's own company alone.
        found = self.sudo().search(
            [
                ("state", "=", "open"),
                ("contract_id.state", "=", "draft"),
                ("partner_id", "child_of", user.partner_id.commercial_partner_id.id),
            ]
        )
        return found.filtered(lambda one: not one._obstacle())

    def _held_moves(self, moves):
        """Hook: of these invoices, those that what was paid for these is about to pay."""
        held = self.contract_id
        return moves.filtered(lambda move: move.cn285_contract_ids & held)

    def _keeps_means(self):
        """Whether means by which it is paid are kept: they pay the contract's invoices."""
        self.ensure_one()
        return self._asks_means_only() or self.contract_id.collection_mode == "automatic"
