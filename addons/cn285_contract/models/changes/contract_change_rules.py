from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_date

from ...engine.periods import boundary, index_at
from ..common import LIVE_STATES, as_record

MOMENTS = [
    ("now", "At Once"),
    ("next_billing", "With the Next Billing Period"),
    ("end_of_term", "At the End of the Term"),
]
COMMITTED_MOMENTS = [
    *MOMENTS,
    ("after_commitment", "After the Commitment"),
    ("never", "Not at All"),
]


class ContractTemplate(models.Model):
    """When changes of contracts from this template may take effect, and which need approval."""

    _inherit = "cn285.contract.template"

    upgrade_when = fields.Selection(MOMENTS, string="Upgrades", default="now", required=True)
    downgrade_when = fields.Selection(MOMENTS, string="Downgrades", default="now", required=True)
    cancellation_when = fields.Selection(
        MOMENTS, string="Ends of Items", default="now", required=True
    )
    upgrade_when_committed = fields.Selection(
        COMMITTED_MOMENTS, string="Upgrades, Committed", default="now", required=True
    )
    downgrade_when_committed = fields.Selection(
        COMMITTED_MOMENTS, string="Downgrades, Committed", default="now", required=True
    )
    cancellation_when_committed = fields.Selection(
        COMMITTED_MOMENTS, string="Ends of Items, Committed", default="now", required=True
    )
    approval_ids = fields.One2many(
        "cn285.change.approval", "template_id", string="Changes to Approve", copy=True
    )


class ChangeApproval(models.Model):
    """A kind of change that a billing manager has to approve."""

    _name = "cn285.change.approval"
    _description = "Approval of Contract Changes"
    _inherit = ["cn285.guarded"]
    _order = "template_id, id"

    template_id = fields.Many2one(
        "cn285.contract.template", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    type = fields.Selection(selection="_change_types_selection", help="Left empty: all types.")
    amount = fields.Monetary(
        string="From Amount",
        help="Only changes whose credits and charges come to this much or more, either way. "
        "0: all of them. In the currency of the contract's company.",
    )
    customers_only = fields.Boolean(help="Only changes that customers ask for.")

    @api.depends("template_id.company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for rule in self:
            company = rule.template_id.company_id or self.env.company
            rule.currency_id = company.currency_id

    @api.model
    def _change_types_selection(self):
        return self.env["cn285.contract.change"]._type_selection()


class ContractChange(models.Model):
    """What a change has to respect: dates, dependencies of products, limits; and who approves."""

    _inherit = "cn285.contract.change"

    override = fields.Boolean(
        string="Exception",
        copy=False,
        help="Made against the rules, by somebody who has the right to, for the reason given.",
    )

    # === DATES === #

    def _nature(self):
        """Whether this change is an upgrade, a downgrade, a cancellation, or none of them."""
        self.ensure_one()
        return self._type().nature_of(self)

    @api.model
    def first_allowed_date(self, contract_id, change_type, item_id=False, values=None):
        """The first day on which a change may take effect by the rules of the contract's template.

        :param int contract_id: the contract
        :param str change_type: a type of change
        :param int item_id: the item, for changes of one
        :param dict values: what changes: more units are an upgrade, less a downgrade
        :returns: date, or False where the rules do not allow it at all
        :raises UserError: for what is no contract, no item of it, no type, or no values
        """
        contract = as_record(self.env, "cn285.contract", contract_id)
        contract.check_access("read")
        spec = isinstance(change_type, str) and self._change_types().get(change_type)
        if not spec:
            raise UserError(self.env._("“%s” is no type of contract change.", change_type))
        item = as_record(self.env, "cn285.contract.item", item_id)
        if not contract:
            raise UserError(self.env._("Say which contract changes."))
        if spec.on == "item" and not item:
            raise UserError(self.env._("Say which item changes."))
        if spec.on == "item" and item.contract_id != contract:
            raise UserError(self.env._("That item belongs to another contract."))
        values = values or {}
        self._check_data({"values": values})
        change = self.new(
            {
                "contract_id": contract.id,
                "item_id": item.id,
                "type": change_type,
                "values": values,
                "date_effective": contract.company_id._cn285_today(),
            }
        )
        return change._first_allowed_date() or False

    def _first_allowed_date(self):
        """The first day on which this change may take effect; None where it may not at all."""
        self.ensure_one()
        today = self.company_id._cn285_today()
        return self._allowed_from(max(today, self.contract_id.date_start or today))

    def _first_allowed_for_its_date(self):
        """As :meth:`_first_allowed_date`, by the rule that holds when the change takes effect.

        What takes effect after a commitment is no matter of the commitment any more.
        """
        self.ensure_one()
        committed_until = self.contract_id.commitment_end
        if not committed_until or committed_until < self.company_id._cn285_today():
            return self._first_allowed_date()
        free = committed_until + timedelta(days=1)
        at_once = self._on_type_day(free)
        if self.date_effective < at_once:
            return self._first_allowed_date()
        return self._allowed_from(free, at_once)

    def _allowed_from(self, earliest, at_once=None):
        """The first day, not before ``earliest``, by the rule that holds then; None: no day.

        :param at_once: what "at once" comes to, where that is another day than ``earliest``
        """
        contract, at_once = self.contract_id, at_once or earliest
        nature, template = self._nature(), contract.template_id
        if not nature or not template:
            return at_once
        committed = contract.commitment_end and earliest <= contract.commitment_end
        moment = template[f"{nature}_when_committed" if committed else f"{nature}_when"]
        if moment == "never":
            return None
        if moment == "next_billing":
            return self._on_type_day(self._next_period_start(earliest))
        if moment == "end_of_term":
            return self._on_type_day(self._term_after(earliest))
        if moment == "after_commitment":
            return self._on_type_day(contract.commitment_end + timedelta(days=1))
        return at_once

    def _on_type_day(self, first_day):
        """The effective date that makes ``first_day`` the first one of the new terms."""
        if self._type().end_day:
            billed = self.company_id.cn285_end_day == "billed"
            return first_day - timedelta(days=1) if billed else first_day
        new = self.company_id.cn285_change_day == "new"
        return first_day if new else first_day - timedelta(days=1)

    def _next_period_start(self, day):
        """The first day of the item's next billing period, or of the contract's."""
        items = self.item_id or self.contract_id.item_ids
        starts = [item._period_start_from(day) for item in items if item.state in LIVE_STATES]
        return min(filter(None, starts), default=day)

    def _term_after(self, day):
        """The first day after the contract's current term, or after the contract."""
        ends = [end for end in self.contract_id._term_ends() if end and end >= day]
        return min(ends) + timedelta(days=1) if ends else self._next_period_start(day)

    # === KEEPING THE RULES === #

    def _check_rules(self):
        """Refuse dates that the rules do not allow; an exception needs the right and a reason."""
        self._check_rights()
        if self.override:
            self._check_override()
            return
        self._check_backdating()
        if self.origin == "system" or self._type().on_any_day:
            return
        allowed = self._first_allowed_for_its_date()
        if allowed is None:
            raise self._refusal(self.env._("the contract's template does not allow it."))
        backdating = self.origin != "customer" and not self._has_date_rule()
        if self.date_effective < allowed and not backdating:
            raise self._refusal(
                self.env._(
                    "it can take effect from %s on, by the rules of the contract's template.",
                    format_date(self.env, allowed),
                )
            )

    def _check_rights(self):
        """Refuse what may not be asked for at all."""
        if self.origin == "customer" and not self._type().for_customers:
            raise self._refusal(self.env._("customers cannot ask for it."))
        self._type().check_rights(self)

    def _has_date_rule(self):
        """Whether a rule of the template speaks of such changes."""
        template, nature = self.contract_id.template_id, self._nature()
        if not template or not nature:
            return False
        rules = (template[f"{nature}_when"], template[f"{nature}_when_committed"])
        return any(rule != "now" for rule in rules)

    def _check_override(self):
        user = self.env.user
        if not self.env.su and not user.has_group("cn285_contract.group_change_override"):
            raise AccessError(self.env._("You may not make exceptions from the rules of changes."))
        if not self.reason_id and not self.note:
            raise self._refusal(self.env._("an exception needs a reason or a note."))

    def _check_backdating(self):
        today, limit = self.company_id._cn285_today(), self.company_id.cn285_backdate_days
        earliest = today - relativedelta(days=limit)
        if self._type().earliest_day(self) < earliest:
            raise self._refusal(
                self.env._(
                    "changes may be dated back by %(days)s days, until %(date)s.",
                    days=limit,
                    date=format_date(self.env, earliest),
                )
            )

    @api.constrains("override", "origin")
    def _check_override_origin(self):
        for change in self:
            if change.override and change.origin == "customer":
                raise ValidationError(self.env._("Customers make no exceptions from the rules."))


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _period_start_from(self, day):
        """The first day from ``day`` on, on which one of the item's periods starts."""
        self.ensure_one()
        for stretch in self._engine_stretches():
            rhythm = stretch.terms.rhythm
            if rhythm is None or (stretch.end is not None and stretch.end <= day):
                continue
            index = index_at(rhythm, day)
            start = boundary(rhythm, index)
            return start if start >= day else boundary(rhythm, index + 1)
        return None
