from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import STATE_DOOR
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine.notice import NoticeStatus, NoticeWindow, Sending, free_exit_from, notice_status

OPEN_NOTICES = ("planned", "due")

# What follows from the contract and the sendings, and is not edited.
MACHINERY = {
    "contract_id",
    "term_number",
    "basis",
    "term_end",
    "renewal_date",
    "last_day_to_refuse",
    "date_earliest",
    "date_latest",
    "state",
    "date_refused",
    "date_sent",
    "free_exit_from",
}


class RenewalNotice(models.Model):
    """What tells a customer, in time and provably, that the contract renews unless it is refused.

    One notice for each term. Its window and status follow from the law of the customer's country
    or from the contract's own promise; see ``engine/notice.py``.
    """

    _name = "cn285.renewal.notice"
    _description = "Renewal Notice"
    _inherit = [
        "cn285.editable",
        "cn285.guarded",
        "cn285.batched.tracking",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_latest, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "cn285.contract", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="contract_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(
        related="contract_id.partner_id",
        string="Customer",
        store=True,
        index=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one(related="contract_id.user_id", string="Salesperson", store=True)
    term_number = fields.Integer(
        required=True, readonly=True, help="The term that ends: 0 is the first."
    )
    basis = fields.Selection(
        [("law", "The Law"), ("contract", "The Contract")],
        string="Demanded By",
        required=True,
        readonly=True,
    )
    term_end = fields.Date(required=True, readonly=True, help="Last day of the term that ends.")
    renewal_date = fields.Date(required=True, readonly=True, help="First day of the next term.")
    last_day_to_refuse = fields.Date(required=True, readonly=True)
    date_earliest = fields.Date(string="Send From", required=True, readonly=True)
    date_latest = fields.Date(string="Send Until", required=True, readonly=True)
    date_planned = fields.Date(
        string="Planned For", required=True, help="The day on which it is to be sent."
    )
    channel = fields.Selection("_channel_selection", required=True, default="email")
    state = fields.Selection(
        string="Status",
        group_expand=True,
        selection=[
            ("planned", "Planned"),
            ("due", "To Send"),
            ("on_time", "Sent in Time"),
            ("early", "Sent too Early"),
            ("late", "Sent too Late"),
            ("malformed", "Not Valid"),
            ("missed", "Missed"),
            ("cancelled", "Not Needed"),
        ],
        default="planned",
        required=True,
        readonly=True,
        tracking=True,
        index=True,
        copy=False,
    )
    sending_ids = fields.One2many(
        "cn285.renewal.notice.sending", "notice_id", string="Sendings", copy=False
    )
    date_sent = fields.Date(
        string="Sent On", compute="_compute_date_sent", store=True, help="The last sending."
    )
    date_refused = fields.Date(string="Refused On", readonly=True, copy=False, tracking=True)
    free_exit_from = fields.Date(
        compute="_compute_free_exit_from",
        store=True,
        help="The customer may leave at any time from this day on, free of charge.",
    )
    consequence = fields.Text(compute="_compute_consequence")
    legal_note = fields.Text(
        compute="_compute_legal_note", help="What the law that demands the notice wants to be said."
    )
    legal_box = fields.Html(
        compute="_compute_legal_box",
        sanitize=False,
        help="The last day to refuse in a box, as e-mails show it.",
    )
    problem = fields.Text(
        readonly=True, copy=False, help="Why it could not be sent, or did not arrive."
    )
    days_left = fields.Integer(
        compute="_compute_days_left", help="Days until the last one on which it may be sent."
    )

    _once = models.Constraint(
        "unique(contract_id, term_number)", "This renewal already has its notice."
    )
    _open_idx = models.Index("(company_id, date_planned) WHERE state IN ('planned', 'due')")

    # === COMPUTES === #

    @api.depends("contract_id.name", "renewal_date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for notice in self:
            day = format_date(self.env, notice.renewal_date) if notice.renewal_date else ""
            notice.display_name = f"{notice.contract_id.name or ''} · {day}"

    @api.depends("sending_ids.date")
    def _compute_date_sent(self):
        for notice in self:
            notice.date_sent = max(notice.sending_ids.mapped("date"), default=False)

    @api.depends("state", "renewal_date")
    def _compute_free_exit_from(self):
        for notice in self:
            sets_free = notice.state in NoticeStatus._value2member_map_
            notice.free_exit_from = sets_free and free_exit_from(
                notice._window(), NoticeStatus(notice.state)
            )

    def _compute_days_left(self):
        for notice in self:
            today = notice.company_id._cn285_today()
            open_ = notice.state in OPEN_NOTICES
            notice.days_left = (notice.date_latest - today).days if open_ else 0

    @api.depends(
        "state", "date_refused", "last_day_to_refuse", "renewal_date", "contract_id.planned_end"
    )
    @api.depends_context("lang")
    def _compute_consequence(self):
        for notice in self:
            notice.consequence = notice._consequence_text()

    @api.depends("basis", "contract_id")
    @api.depends_context("lang")
    def _compute_legal_note(self):
        for notice in self:
            law = notice.contract_id._law_on_renewals()
            notice.legal_note = law.notice_text if notice.basis == "law" else False

    @api.depends("last_day_to_refuse")
    @api.depends_context("lang")
    def _compute_legal_box(self):
        boxes = self.env["cn285.letter.template"]._legal_boxes("renewal_notice", self)
        for notice in self:
            notice.legal_box = boxes.get(notice, False)

    def _consequence_text(self):
        """What follows from the notice's status, for somebody who is no lawyer."""
        self.ensure_one()
        days = {
            "refuse": format_date(self.env, self.last_day_to_refuse),
            "latest": format_date(self.env, self.date_latest),
            "renewal": format_date(self.env, self.renewal_date),
            "term_end": format_date(self.env, self.term_end),
        }
        if self.date_refused and not self.contract_id._may_renew():
            return self.env._(
                "The customer refused the renewal: the contract ends on %(term_end)s.", **days
            )
        if self.state in OPEN_NOTICES:
            return self.env._(
                "To be sent by %(latest)s. The customer may refuse until %(refuse)s.", **days
            )
        if self.state == "on_time":
            return self.env._(
                "The customer may refuse until %(refuse)s; otherwise the contract renews on "
                "%(renewal)s.",
                **days,
            )
        if self.state == "cancelled":
            return self.env._("The contract does not renew: nothing has to be announced.")
        law = self.contract_id._law()
        return self.env._(
            "From %(renewal)s on the customer may terminate at any time, free of charge. Amounts "
            "paid in advance are refunded within %(days)s days of the termination, less what was "
            "served until then; after that they bear the legal interest.",
            days=(law._refund_deadline(self.renewal_date) - self.renewal_date).days,
            **days,
        )

    # === CRUD === #

    def write(self, vals):
        inside = self.env.context.get("cn285_state_door") is STATE_DOOR
        if not inside and MACHINERY & vals.keys():
            raise UserError(
                self.env._(
                    "The dates and the status of a renewal notice follow from the contract and "
                    "from what was sent; they are not edited."
                )
            )
        return super().write(vals)

    # === THE ENGINE === #

    def _window(self):
        self.ensure_one()
        return NoticeWindow(
            self.last_day_to_refuse, self.date_earliest, self.date_latest, self.renewal_date
        )

    def _engine_status(self):
        """What the sendings come to today, by the engine."""
        self.ensure_one()
        sendings = [
            Sending(sending.date, sending.well_formed, sending.delivery in ("failed", "bounced"))
            for sending in self.sending_ids
        ]
        return notice_status(self._window(), sendings, self.company_id._cn285_today())

    def _refresh_state(self):
        """Bring the status in line with the sendings and the day, in one write for each status."""
        by_state = {}
        for notice in self.filtered(lambda notice: notice.state != "cancelled"):
            status = notice._engine_status().value
            if status != notice.state:
                by_state.setdefault(status, []).append(notice.id)
        for status, ids in by_state.items():
            self.browse(ids)._write_inside({"state": status})

    # === PLANNING === #

    @api.model
    def _prepare_notice_vals(self, contract, announcement):
        """Values of the notice that announces the end of the contract's current term."""
        window = contract._notice_window(under_law=announcement == "law")
        company = contract.company_id
        planned = max(window.earliest, window.reminder_day(company.cn285_notice_margin))
        return {
            "contract_id": contract.id,
            "term_number": contract.term_number,
            "basis": announcement,
            "term_end": contract.term_end,
            "renewal_date": window.renewal_day,
            "last_day_to_refuse": window.last_day_to_refuse,
            "date_earliest": window.earliest,
            "date_latest": window.latest,
            "date_planned": planned,
            "channel": contract._notice_channel(),
        }

    def _replan(self):
        """Plan notices anew whose contract's term or rules have changed; sent ones stay."""
        for notice in self.filtered(lambda notice: notice.state in (*OPEN_NOTICES, "cancelled")):
            contract = notice.contract_id
            announcement = contract._may_renew() and contract._announcement()
            if not announcement:
                notice._write_inside({"state": "cancelled"})
            elif notice.term_number == contract.term_number:
                vals = notice._prepare_notice_vals(contract, announcement)
                notice._write_inside({**vals, "state": "planned"})
        self._refresh_state()

    # === REFUSAL === #

    def action_refuse(self):
        """The customer refuses the renewal: the contract ends with its term."""
        for notice in self:
            notice.contract_id.action_refuse_renewal()
        return True

    def action_view_contract(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "cn285.contract",
            "res_id": self.contract_id.id,
            "view_mode": "form",
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_only_without_proof(self):
        for notice in self:
            if notice.sending_ids:
                raise UserError(
                    self.env._("%s was sent: it is kept as proof.", notice.display_name)
                )
