import logging

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import AMOUNT, COUNT, DAY
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.exceptions import ValidationError

from ....cn285_contract.engine.calendar import Unit
from ...engine.declines import CUSTOMER, DECLINED, HARD
from ...engine.retries import Failure, next_attempt
from ...engine.topup import Amount, No, Rule, Standing, Trigger, top_up

_logger = logging.getLogger(__name__)


class WalletTopupRule(models.Model):
    """A customer's standing order: fill up by an interval, or as soon as little is left."""

    _name = "cn285.wallet.topup.rule"
    _description = "Wallet Top-Up Rule"
    _inherit = ["cn285.guarded", "cn285.editable"]
    _order = "wallet_id, id"

    wallet_id = fields.Many2one("cn285.wallet", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="wallet_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    active = fields.Boolean(default=True)
    trigger = fields.Selection(
        [("threshold", "Down to a Balance"), ("interval", "After an Interval")],
        string="When",
        required=True,
        default="threshold",
    )
    threshold = fields.Monetary(
        help="Tops up when what can be drawn is down to this, or less.", default=0.0
    )
    first_day = fields.Date(
        help="Intervals are counted from this day.", default=lambda self: self._default_day()
    )
    every = fields.Integer(default=1)
    unit = fields.Selection(
        [
            ("day", "Days"),
            ("week", "Weeks"),
            ("month", "Months"),
            ("quarter", "Quarters"),
            ("semester", "Half-Years"),
            ("year", "Years"),
        ],
        default="month",
        required=True,
    )
    amount_by = fields.Selection(
        [("fixed", "A Fixed Amount"), ("target", "Up to a Balance")],
        string="How Much",
        required=True,
        default="fixed",
    )
    value = fields.Monetary(string="Amount", required=True)
    capped = fields.Boolean(help="A calendar month has a cap.")
    cap = fields.Monetary(
        string="Cap per Month", help="Top-ups of a calendar month, by any way, count."
    )
    payment_token_id = fields.Many2one(
        "payment.token",
        string="Means of Payment",
        ondelete="restrict",
        help="Empty: the customer's own means.",
    )
    last_day = fields.Date(string="Last Top-Up", readonly=True, copy=False)
    message = fields.Char(string="Last Answer", readonly=True, copy=False)

    _value_positive = models.Constraint("CHECK(value > 0)", "Top up by more than nothing.")
    _every_positive = models.Constraint("CHECK(every > 0)", "An interval is at least one long.")
    _threshold_not_negative = models.Constraint(
        "CHECK(threshold >= 0)", "A wallet never goes below zero: nor does its threshold."
    )

    @api.model
    def _default_day(self):
        return self.env.company._cn285_today()

    @api.model
    def _bounds(self):
        return {
            **super()._bounds(),
            "threshold": AMOUNT,
            "value": AMOUNT,
            "cap": AMOUNT,
            "every": COUNT,
            "first_day": DAY,
        }

    @api.depends("wallet_id.display_name", "trigger")
    def _compute_display_name(self):
        names = dict(self._fields["trigger"]._description_selection(self.env))
        for rule in self:
            rule.display_name = f"{rule.wallet_id.display_name}: {names.get(rule.trigger, '')}"

    @api.constrains("payment_token_id", "wallet_id")
    def _check_token(self):
        for rule in self:
            if rule.payment_token_id:
                rule.wallet_id._own_token(rule.payment_token_id.id)

    @api.constrains("trigger", "threshold", "amount_by", "value", "first_day")
    def _check_rule(self):
        for rule in self:
            if rule.trigger == "interval" and not rule.first_day:
                raise ValidationError(
                    self.env._("%s: intervals need a first day.", rule.display_name)
                )
            target = rule.trigger == "threshold" and rule.amount_by == "target"
            if target and rule.value <= rule.threshold:
                raise ValidationError(
                    self.env._(
                        "%s: the balance to fill up to must be above the one that triggers.",
                        rule.display_name,
                    )
                )

    # === AT WORK === #

    @api.model
    def _cron_top_up(self):
        """Top up what is due; each by itself, so that one that fails stops no other."""
        waiting = self.env["cn285.wallet.topup"].search(
            [("state", "=", "pending"), ("transaction_id", "!=", False)]
        )
        waiting._refresh()
        self.env["cn285.wallet.topup"]._clear_up_refunds()
        self.env["cn285.wallet"]._follow_holders()
        self.env["cn285.collection"]._commit()
        companies = self.env["res.company"]._cn285_daily_companies()
        rules = self.search([("wallet_id.active", "=", True), ("company_id", "in", companies.ids)])
        for rule in rules:
            try:
                with self.env.cr.savepoint():
                    topup = rule._begin()
            except CONCURRENCY_ERRORS:
                raise
            except Exception as error:  # whatever one customer's data provoke stops that one only
                reason = reason_of(self.env, error)
                _logger.warning("Top-up by rule %s: %s", rule.id, reason)
                rule._inside().write({"message": reason})
                continue
            if topup:
                # Outside of the savepoint: it commits before the provider is called.
                topup._send()
                rule._inside().write({"message": topup.message})
            self.env["cn285.collection"]._commit()

    def _means(self):
        """The token to be charged; none where the customer has none that can be used."""
        self.ensure_one()
        # sudo: whose means are charged, whoever's rule it is.
        rule = self.sudo()
        token = (
            rule.payment_token_id
            or rule.wallet_id.partner_id.with_company(rule.company_id).cn285_payment_token_id
        )
        if token and not token._cn285_obstacle(rule.wallet_id.partner_id, rule.company_id):
            return token
        return self.env["payment.token"]

    def _begin(self):
        """A top-up that is due today, about to be charged; None where none is."""
        self.ensure_one()
        wallet, today = self.wallet_id, self.company_id._cn285_today()
        wallet._lock()
        amount = top_up(self._engine_rule(), self._standing(today), today)
        if isinstance(amount, No):
            return None
        # sudo: a mark of the customer, who is left alone.
        if wallet.sudo().partner_id.cn285_dunning_blocked:
            self._inside().write({"message": self.env._("Nothing is collected of the customer.")})
            return None
        means = self._means()
        if not means:
            self._inside().write(
                {"message": self.env._("There is no means of payment that can be charged.")}
            )
            return None
        if not self.env["cn285.collection"]._may_call(means.provider_id, self.company_id):
            return None  # on a journey none that moves money is called
        if not self._may_try(means, today):
            return None
        amount = as_decimal(wallet.currency_id.round(float(amount)))
        topup = self.env["cn285.wallet.topup"]._start(wallet, amount, "rule", rule=self)
        topup._prepare_charge(means)
        self._inside().write({"last_day": today, "message": False})
        return topup

    def _may_try(self, means, today):
        """Whether means that refused this rule may be charged today: by the days of retries of the
        customer's policy, and no oftener than the networks allow.
        """
        company, partner = self.company_id, self.wallet_id.partner_id
        policy = self.env["cn285.dunning.policy"]._of(partner, company)[partner.id]
        days, later = means._cn285_retry_terms(policy._retry_days_in(company))
        failures = self._refusals_by(means)
        verdict = next_attempt(failures, days, attempts=[one.day for one in failures], later=later)
        return not failures or bool(verdict.day and verdict.day <= today)

    def _refusals_by(self, means):
        """Refusals of this rule by means since it was paid, and since they were renewed."""
        found = []
        # sudo: the program's own records.
        topups = self.env["cn285.wallet.topup"].sudo()
        for topup in topups.search([("rule_id", "=", self.id)], order="id desc"):
            if topup.state != "failed":
                break
            transaction = topup.transaction_id
            renewed, told = means.cn285_renewed_at, transaction.last_state_change
            before = renewed and told and told <= renewed
            if transaction.token_id == means and not before:
                found.append(Failure(topup.date, transaction.cn285_outcome or DECLINED))
        return [one for one in reversed(found) if one.outcome in (DECLINED, CUSTOMER, HARD)]

    def _engine_rule(self):
        return Rule(
            trigger=Trigger(self.trigger),
            amount=Amount(self.amount_by),
            value=as_decimal(self.value),
            threshold=as_decimal(self.threshold),
            first_day=self.first_day or None,
            every=self.every,
            unit=Unit(self.unit),
            cap=as_decimal(self.cap) if self.capped else None,
        )

    def _standing(self, today):
        wallet = self.wallet_id
        topups = self.env["cn285.wallet.topup"].sudo().search([("wallet_id", "=", wallet.id)])
        month = topups.filtered(
            lambda one: (
                one.state in ("pending", "done")
                and (one.date.year, one.date.month) == (today.year, today.month)
            )
        )
        # What a customer began on a page, and may have left, holds up no rule.
        pending = topups.filtered(
            lambda one: one.state == "pending" and (one.origin == "rule" or one.transaction_id)
        )
        # Refused today already: it is tried again tomorrow.
        refused = topups.filtered(
            lambda one: one.rule_id == self and one.state == "failed" and one.date == today
        )
        counted = month.filtered(lambda one: one.origin != "portal" or one.state == "done")
        return Standing(
            balance=as_decimal(wallet.available),
            pending=bool(pending or refused),
            # What was refused is still due.
            last_day=max(
                (one.date for one in topups if one.rule_id == self and one.state != "failed"),
                default=None,
            ),
            this_month=sum((as_decimal(one.amount) for one in counted), as_decimal(0)),
        )
