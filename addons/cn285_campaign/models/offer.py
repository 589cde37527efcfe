from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date


class RetentionOffer(models.Model):
    """An offer to a customer to stay: made once, answered once, measured by the ledger."""

    _name = "cn285.retention.offer"
    _description = "Retention Offer"
    _inherit = ["cn285.editable", "cn285.guarded"]
    _creatable = frozenset({"template_id", "contract_id"})
    _order = "date_offered desc, id desc"
    _check_company_auto = True

    template_id = fields.Many2one(
        "cn285.retention.offer.template",
        string="Offer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
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
    kind = fields.Selection(related="template_id.kind")
    user_id = fields.Many2one(
        "res.users", string="Offered By", readonly=True, copy=False, ondelete="restrict"
    )
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("expired", "Expired"),
            ("withdrawn", "Withdrawn"),
        ],
        string="Status",
        default="proposed",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        group_expand=True,
    )
    words = fields.Char(
        string="What Is Offered", readonly=True, copy=False, help="In the customer's language."
    )
    date_offered = fields.Date(string="Offered On", readonly=True, copy=False)
    date_expiry = fields.Date(
        string="Valid Until", readonly=True, copy=False, help="The last day to accept it."
    )
    answered_on = fields.Date(readonly=True, copy=False)
    answered_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    by_customer = fields.Boolean(string="Answered in the Portal", readonly=True, copy=False)
    answer = fields.Text(string="What the Customer Said", help="Why it was declined, in his words.")
    change_ids = fields.One2many(
        "cn285.contract.change", "offer_id", string="Contract Changes", readonly=True
    )
    communication_ids = fields.One2many(
        "cn285.communication", "offer_id", string="Communications", readonly=True
    )

    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    mrr_at_stake = fields.Monetary(
        string="MRR at Stake",
        currency_field="company_currency_id",
        readonly=True,
        copy=False,
        help="The contract's recurring revenue of a month on the day of the offer, by the ledger.",
    )
    mrr_kept = fields.Monetary(
        string="MRR Kept",
        currency_field="company_currency_id",
        readonly=True,
        copy=False,
        help="What of it is left on the day on which it was measured; not more than was at stake.",
    )
    kept_rate = fields.Float(
        string="Kept (%)", digits=(16, 2), readonly=True, copy=False, aggregator="avg"
    )
    measured_on = fields.Date(readonly=True, copy=False)

    _one_open = models.UniqueIndex(
        "(contract_id) WHERE state = 'proposed'", "This contract has an open offer already."
    )
    _open_idx = models.Index("(company_id, date_expiry) WHERE state = 'proposed'")

    @api.depends("contract_id.name", "template_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for offer in self:
            offer.display_name = f"{offer.contract_id.name or ''} · {offer.template_id.name or ''}"

    # === MAKING === #

    @api.model
    def _obstacle(self, template, contract):
        """Why an offer cannot be made to a contract, in words; None if it can."""
        if contract.state not in LIVE_STATES:
            return self.env._("%s does not run: nothing can be offered.", contract.name)
        # sudo: whether there is one, whoever made it.
        if self.sudo().search_count(
            [("contract_id", "=", contract.id), ("state", "=", "proposed")], limit=1
        ):
            return self.env._("%s has an open offer already.", contract.name)
        if not template._kind().items(template, contract):
            return self.env._(
                "“%(offer)s” fits nothing of %(contract)s.",
                offer=template.name,
                contract=contract.name,
            )
        return None

    @api.model
    def _propose(self, template, contract):
        """Make an offer in the program's name; whoever is responsible for the contract offers."""
        # sudo: plans make offers; who may make them by hand is asked at ``create``.
        return self.sudo().create({"template_id": template.id, "contract_id": contract.id})

    @api.model_create_multi
    def create(self, vals_list):
        """Make offers as of today: with their last day, and what they say.

        :raises UserError: where nothing can be offered
        """
        for vals in vals_list:
            template = self.env["cn285.retention.offer.template"].browse(vals.get("template_id"))
            contract = self.env["cn285.contract"].browse(vals.get("contract_id"))
            obstacle = template and contract and self._obstacle(template, contract)
            if obstacle:
                raise UserError(obstacle)
        offers = super().create(vals_list)
        for offer in offers:
            offer.contract_id.check_access("write")
            today, reader = offer.company_id._cn285_today(), offer.partner_id
            template = offer.template_id.with_context(lang=reader.lang or self.env.lang)
            by = offer.contract_id._responsible() if self.env.su else self.env.user
            offer._write_inside(
                {
                    "user_id": (by or self.env.user).id,
                    "date_offered": today,
                    "date_expiry": today + timedelta(days=template.valid_days - 1),
                    "words": template._kind().words(template),
                }
            )
        return offers

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if self:
            raise UserError(self.env._("Offers that were made are not deleted, but withdrawn."))

    # === STATES === #

    def _update_state(self, allowed, target, **values):
        """The one door between states.

        :raises UserError: naming the first offer that is in another state; none is moved then
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for offer in self:
            if offer.state not in allowed:
                raise UserError(
                    self.env._(
                        "%(offer)s is “%(state)s” and cannot become “%(target)s”.",
                        offer=offer.display_name,
                        state=labels[offer.state],
                        target=labels[target],
                    )
                )
        self._write_inside({"state": target, **values})

    def action_accept(self):
        """Staff notes that the customer accepts; the changes are made at once."""
        self.check_access("write")
        for offer in self:
            offer._accept(self.env.user)
        return True

    def action_decline(self):
        """Staff notes that the customer declines."""
        self.check_access("write")
        for offer in self:
            offer._decline(self.env.user)
        return True

    def action_withdraw(self):
        """Take back offers that were not answered."""
        self.check_access("write")
        self._update_state(("proposed",), "withdrawn")
        return True

    def _decline(self, user, by_customer=False, answer=None):
        self.ensure_one()
        self._update_state(
            ("proposed",),
            "declined",
            answered_on=self.company_id._cn285_today(),
            answered_by_id=user.id,
            by_customer=by_customer,
            **({"answer": answer} if answer else {}),
        )

    def _accept(self, user, by_customer=False):
        """Carry the offer out: what it comes to is scheduled, and what ends is taken back.

        Clicked twice, or by two at once, it is carried out once.

        :raises UserError: where it was answered, has expired, or cannot be carried out any more
        """
        self.ensure_one()
        self.contract_id._portal_lock()
        self.invalidate_recordset()
        company = self.company_id
        today = company._cn285_today()
        if self.state == "proposed" and self.date_expiry < today:
            raise UserError(
                self.env._(
                    "%(offer)s could be accepted until %(day)s.",
                    offer=self.display_name,
                    day=format_date(self.env, self.date_expiry),
                )
            )
        self._update_state(
            ("proposed",),
            "accepted",
            answered_on=today,
            answered_by_id=user.id,
            by_customer=by_customer,
        )
        # sudo: the company has offered it, by who may; its customer, or staff for him, accepts.
        offer = self.sudo()
        if offer.template_id.keeps:
            offer._cancellations().action_cancel()
        offer._carry_out()

    def _cancellations(self):
        """Ends of the contract, or of its items, that are scheduled: who accepts takes them back.

        What the law or a debt brings about stays.
        """
        self.ensure_one()
        return self.contract_id.change_ids.filtered(
            lambda change: (
                change.type in ("terminate", "end_item")
                and change.state in ("to_approve", "scheduled")
                and change.origin != "system"
            )
        )

    def _carry_out(self):
        """Make the contract changes, in the name of who has offered them."""
        template, contract = self.template_id, self.contract_id
        kind = template._kind()
        if not kind.items(template, contract):
            raise UserError(
                self.env._(
                    "“%(offer)s” fits nothing of %(contract)s.",
                    offer=template.name,
                    contract=contract.name,
                )
            )
        changes = self.env["cn285.contract.change"].create(
            [
                {
                    "origin": "staff",
                    "requested_by": self.user_id.id,
                    "reason_id": template.reason_id.id,
                    "note": self.words,
                    **vals,
                    "contract_id": contract.id,
                }
                for vals in kind.changes(template, contract)
            ]
        )
        changes._write_inside({"offer_id": self.id})
        changes.action_schedule()

    @api.model
    def _expire(self, company):
        """Let offers expire whose last day is over, in one statement."""
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """UPDATE cn285_retention_offer SET state = 'expired', write_uid = %s,
                          write_date = now() AT TIME ZONE 'UTC'
                    WHERE company_id = %s AND state = 'proposed' AND date_expiry < %s
                RETURNING id""",
                self.env.uid,
                company.id,
                company._cn285_today(),
            )
        )
        self.invalidate_model(["state"], flush=False)

    # === THE CUSTOMER'S PAGE === #

    def _portal_path(self):
        """The address of the page on which the customer answers, by the contract's link."""
        self.ensure_one()
        contract = self.contract_id
        return contract.get_portal_url(suffix=f"/offers/{self.id}")


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    offer_id = fields.Many2one(
        "cn285.retention.offer",
        string="Retention Offer",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
