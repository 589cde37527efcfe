from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import AMOUNT, COUNT, DAY, END, PERCENT
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

from ...engine.passes import Pass, Uses, clean_code, next_periods, refusal

# How far ahead periods are planned, so that a pass finds as many as it discounts.
UNITS = {
    "day": {"days": 1},
    "week": {"weeks": 1},
    "month": {"months": 1},
    "quarter": {"months": 3},
    "semester": {"months": 6},
    "year": {"years": 1},
}


class PromotionPass(models.Model):
    """A code that customers redeem for a discount of their next billing periods."""

    _name = "cn285.promotion.pass"
    _description = "Promotion Pass"
    _inherit = ["cn285.guarded", "cn285.editable"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, help="What customers read in their prices.")
    code = fields.Char(
        required=True, copy=False, help="Spaces, dashes and small letters make no difference."
    )
    code_key = fields.Char(compute="_compute_code_key", store=True, precompute=True, index=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    percent = fields.Float(digits=(16, 4), help="Percentage off; 100 makes a free period.")
    amount = fields.Monetary(help="Amount off each full period of one item, excluding taxes.")
    periods = fields.Integer(
        string="Billing Periods", default=1, help="How many cost less; 0: all that follow."
    )
    date_start = fields.Date(string="Redeemed From")
    date_end = fields.Date(string="Redeemed Until", help="The last day.")
    most = fields.Integer(string="Limit", help="By all customers together; 0: no limit.")
    most_each = fields.Integer(
        string="Per Customer", default=1, help="Contracts of one customer; 0: no limit."
    )
    product_ids = fields.Many2many(
        "product.product", string="Products", help="Empty: all subscriptions."
    )
    portal = fields.Boolean(string="In the Portal", default=True)
    used = fields.Integer(string="Redeemed", default=0, readonly=True, copy=False)
    redemption_ids = fields.One2many(
        "cn285.promotion.redemption", "pass_id", string="Redemptions", readonly=True
    )

    _code_once = models.Constraint(
        "unique(company_id, code_key)", "Another pass has this code already."
    )
    _used_within = models.Constraint(
        "CHECK(most = 0 OR used <= most)", "The pass was redeemed as often as it may be."
    )

    @api.depends("code")
    def _compute_code_key(self):
        for one in self:
            one.code_key = clean_code(one.code or "")

    @api.model
    def _bounds(self):
        return {
            **super()._bounds(),
            "percent": PERCENT,
            "amount": AMOUNT,
            "periods": COUNT,
            "most": COUNT,
            "most_each": COUNT,
            "date_start": DAY,
            "date_end": END,
        }

    @api.constrains("code", "percent", "amount", "periods", "most", "most_each")
    def _check_terms(self):
        for one in self:
            if not one.code_key:
                raise ValidationError(self.env._("Pass %s: give a code to redeem.", one.name))
            if not 0 <= one.percent <= 100 or one.amount < 0:
                raise ValidationError(
                    self.env._("Pass %s: a discount is from 0 to 100 %%, or an amount.", one.name)
                )
            if bool(one.percent) == bool(one.amount):
                raise ValidationError(
                    self.env._("Pass %s: give either a percentage or an amount.", one.name)
                )
            if min(one.periods, one.most, one.most_each) < 0:
                raise ValidationError(self.env._("Pass %s: counts are not negative.", one.name))

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        for one in self:
            if one.date_start and one.date_end and one.date_end < one.date_start:
                raise ValidationError(self.env._("Pass %s ends before it starts.", one.name))

    # === REDEEMING === #

    @api.model
    def _of_code(self, code, company):
        """The pass of a code in a company, archived or not; none where there is none."""
        key = clean_code(code) if isinstance(code, str) else ""
        if not key:
            return self.browse()
        # sudo: whoever has the code may redeem it; nothing else of it is told.
        return (
            self.sudo()
            .with_context(active_test=False)
            .search([("code_key", "=", key), ("company_id", "=", company.id)], limit=1)
        )

    def _redeem(self, contract, items=None, origin="clerk"):
        """Redeem the pass for a contract: discounts of its next billing periods.

        The pass is locked: limits hold when many redeem at once.

        :returns: the redemption
        :raises UserError: why it is not redeemed
        """
        self.ensure_one()
        self._lock()
        today = contract.company_id._cn285_today()
        self._check_redeemable(contract, today)
        windows = self._windows(contract, items, today)
        # sudo: what the pass promises; who may redeem it for the contract was asked before.
        discounts = self.env["cn285.contract.item.discount"].sudo()
        made = discounts.create(
            [
                {
                    "item_id": item.id,
                    "name": self.name,
                    "date_start": first,
                    "date_end": last or False,
                    **({"percent": self.percent} if self.percent else {"amount": self.amount}),
                }
                for item, (first, last) in windows
            ]
        )
        self._count(1)
        return (
            self.env["cn285.promotion.redemption"]
            .sudo()
            .create(
                {
                    "pass_id": self.id,
                    "contract_id": contract.id,
                    "partner_id": contract.partner_id.commercial_partner_id.id,
                    "date": today,
                    "origin": origin,
                    "discount_ids": [(6, 0, made.ids)],
                }
            )
        )

    def _lock(self):
        self.flush_recordset()
        self.env.execute_query(
            SQL("SELECT id FROM cn285_promotion_pass WHERE id = %s FOR UPDATE", self.id)
        )
        self.invalidate_recordset(["used"], flush=False)

    def _count(self, number):
        """Count a redemption: of two at once the second begins anew, and sees the first."""
        self.env.execute_query(
            SQL(
                "UPDATE cn285_promotion_pass SET used = coalesce(used, 0) + %s"
                " WHERE id = %s RETURNING id",
                number,
                self.id,
            )
        )
        self.invalidate_recordset(["used"], flush=False)

    def _check_redeemable(self, contract, today):
        """:raises UserError: why the pass is not redeemed for this contract"""
        redemptions = self.env["cn285.promotion.redemption"].sudo()
        mine = redemptions.search([("pass_id", "=", self.id)])
        payer = contract.partner_id.commercial_partner_id
        uses = Uses(
            all=len(mine),
            customer=len(mine.filtered(lambda one: one.partner_id == payer)),
            contract=len(mine.filtered(lambda one: one.contract_id == contract)),
        )
        terms = Pass(
            active=self.active and self.company_id == contract.company_id,
            first_day=self.date_start or None,
            last_day=self.date_end or None,
            most=self.most,
            most_each=self.most_each,
        )
        reason = refusal(terms, uses, today)
        if reason:
            raise UserError(self._refusal_text(reason))
        if self.amount and self.currency_id != contract.currency_id:
            raise UserError(
                self.env._(
                    "This pass is in %(pass)s, the contract in %(contract)s.",
                    **{"pass": self.currency_id.name, "contract": contract.currency_id.name},
                )
            )
        if contract.state not in ("draft", *LIVE_STATES):
            raise UserError(self.env._("Contract %s is over: no period follows.", contract.name))

    def _refusal_text(self, reason):
        texts = {
            "unknown": self.env._("There is no pass with this code."),
            "early": self.env._(
                "This pass can be redeemed from %s on.", format_date(self.env, self.date_start)
            ),
            "over": self.env._(
                "This pass could be redeemed until %s.", format_date(self.env, self.date_end)
            ),
            "redeemed": self.env._("This contract has this pass already."),
            "used_up": self.env._("This pass was redeemed as often as it may be."),
            "customer_limit": self.env._("You have redeemed this pass as often as you may."),
        }
        return texts[reason]

    def _windows(self, contract, items, today):
        """The items that cost less, and on which days: ``[(item, (first, last))]``.

        :raises UserError: where no item has a next period that is free for a discount
        """
        candidates = contract.sudo().item_ids.filtered(
            lambda item: (
                item.billing_type == "fixed"
                and item.state in ("draft", *LIVE_STATES)
                and (not items or item in items)
                and (not self.product_ids or item.product_id in self.product_ids)
            )
        )
        found, taken = [], None
        for item in candidates.sorted(lambda one: (-one.price_unit * one.quantity, one.id)):
            window = next_periods(self._periods_of(item, today), today, self.periods)
            if not window:
                continue
            if self._is_taken(item, window):
                taken = item
                continue
            found.append((item, window))
        if not found and taken:
            raise UserError(
                self.env._(
                    "Item “%s” costs less in its next periods already: no second discount is given "
                    "on top.",
                    taken.name,
                )
            )
        if not found:
            raise UserError(
                self.env._(
                    "Nothing of contract %s has a next billing period that this pass is for.",
                    contract.name,
                )
            )
        # An amount is off one item, the one that costs most: not off each of them.
        return found if self.percent else found[:1]

    def _periods_of(self, item, today):
        """First and last days of the item's periods that are not billed, as far as needed."""
        ahead = self.periods + 2
        until = today + relativedelta(
            **{
                name: value * item.recurring_interval * ahead
                for name, value in UNITS[item.recurring_unit].items()
            }
        )
        items = self.env["cn285.contract.item"].sudo().with_company(item.company_id)
        items._extend_items(item, until)
        rows = item.schedule_ids.filtered(
            lambda row: row.kind == "fixed" and row.state == "planned"
        ).sorted("period_start")
        return [(row.period_start, row.period_end) for row in rows]

    def _is_taken(self, item, window):
        first, last = window
        return any(
            (not last or one.date_start <= last) and (not one.date_end or one.date_end >= first)
            for one in item.discount_ids
        )

    def action_view_redemptions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_payment.action_promotion_redemption"
        )
        action["domain"] = [("pass_id", "=", self.id)]
        return action


class PromotionRedemption(models.Model):
    """A pass that was redeemed for a contract, and the discounts that it gave."""

    _name = "cn285.promotion.redemption"
    _description = "Redeemed Pass"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"

    pass_id = fields.Many2one(
        "cn285.promotion.pass", required=True, ondelete="restrict", index=True
    )
    contract_id = fields.Many2one("cn285.contract", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="pass_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="restrict"
    )
    date = fields.Date(required=True, readonly=True)
    origin = fields.Selection(
        [("clerk", "By Hand"), ("portal", "By the Customer")], required=True, readonly=True
    )
    discount_ids = fields.Many2many("cn285.contract.item.discount", string="Discounts")

    _once = models.Constraint(
        "unique(pass_id, contract_id)", "This contract has this pass already."
    )

    @api.depends("pass_id.name", "contract_id.name")
    def _compute_display_name(self):
        for one in self:
            one.display_name = f"{one.pass_id.name}: {one.contract_id.name}"


class Contract(models.Model):
    _inherit = "cn285.contract"

    def redeem_pass(self, code):
        """Redeem a promotion pass: the contract's next billing periods cost less.

        :returns: id of the redemption
        :raises UserError: why it is not redeemed
        """
        self.ensure_one()
        self.check_access("write")
        found = self.env["cn285.promotion.pass"]._of_code(code, self.company_id)
        if not found:
            raise UserError(self.env._("There is no pass with this code."))
        return found._redeem(self).id

    def action_redeem_pass(self):
        """Open the dialog where a code is typed."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Redeem a Pass"),
            "res_model": "cn285.promotion.redeem",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contract_id": self.id},
        }
