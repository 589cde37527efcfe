from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..common import day_after, in_language_of, in_some_language

# Whom users may speak for: themselves, or a program of theirs.
OWN_ORIGINS = ("staff", "api")
APPROVERS = "cn285_contract.group_billing_manager"
ACTIVITY = "cn285_contract.mail_activity_approval"


class ContractChange(models.Model):
    """Who has to agree to a change, who is told of it, and what waits until somebody decides."""

    _inherit = "cn285.contract.change"

    awaiting_told = fields.Boolean(
        readonly=True,
        copy=False,
        help="Approvers were reminded on the day from which on it holds back billing.",
    )

    # === WHO ASKS === #

    def _with_requester(self, vals):
        """The values of a new change, with who asks for it: whoever makes it.

        What customers and the system ask for is made in the superuser's name, after it was checked
        who they are.

        :raises AccessError: where a user speaks for somebody else
        """
        if self.env.su:
            return vals
        self._check_requester(vals)
        return {
            **vals,
            "origin": vals.get("origin") or "staff",
            "requested_by": self.env.uid,
        }

    def _check_requester(self, vals):
        """Refuse that a user asks in the name of another, of customers or of the system."""
        if self.env.su:
            return
        if vals.get("origin", "staff") not in OWN_ORIGINS:
            raise AccessError(
                self.env._(
                    "A contract change of the system's own is not made by a user, nor is one of a "
                    "customer: they ask for it themselves, in the portal."
                )
            )
        if vals.get("requested_by", self.env.uid) != self.env.uid:
            raise AccessError(
                self.env._("A contract change is requested by whoever makes it, not by others.")
            )

    def _note_requester(self):
        """Who schedules a draft asks for it, and does not approve it."""
        if not self.env.su:
            own = self.filtered(lambda change: change.origin in OWN_ORIGINS)
            own._write_inside({"requested_by": self.env.uid})

    # === WHETHER === #

    def _approval_reason(self):
        """Why this change needs approval, in words; None if it does not.

        What customers do by right needs none: nobody may keep them from it.
        """
        if self._type().is_statutory(self):
            return None
        return self._approval_by_template() or self._type().approval_reason(self)

    def _approval_by_template(self):
        """Why the template's rules want this change approved; None if they do not."""
        if self.origin == "system":
            return None
        # sudo: rules hold whether or not whoever asks may read them.
        rules = self.contract_id.template_id.sudo().approval_ids.filtered(
            lambda rule: (
                (not rule.type or rule.type == self.type)
                and (not rule.customers_only or self.origin == "customer")
            )
        )
        if not rules:
            return None
        if any(not rule.amount for rule in rules):
            return self.env._("Changes of this type need approval.")
        amount = self._company_amount(abs(self._preview_money()["amount"]))
        if amount is None:
            return self.env._(
                "Changes from an amount on need approval, and %s has no rate to tell it.",
                self.currency_id.name,
            )
        reached = [rule.amount for rule in rules if amount >= rule.amount]
        if not reached:
            return None
        return self.env._(
            "Changes from %s on need approval.",
            self.company_id.currency_id.format(min(reached)),
        )

    def _company_amount(self, amount):
        """An amount of the contract in its company's currency, at today's rate; None without one.

        Bounds of approval are in the company's currency, whatever the contract's is.
        """
        self.ensure_one()
        currency, company = self.currency_id, self.company_id
        if currency == company.currency_id:
            return amount
        # sudo: whether there is a rate at all; Odoo counts 1:1 where there is none.
        rated = self.env["res.currency.rate"].sudo()
        known = rated.search_count(
            [
                ("currency_id", "=", currency.id),
                ("company_id", "in", (company.root_id.id, False)),
            ],
            limit=1,
        )
        if not known:
            return None
        return currency._convert(amount, company.currency_id, company, company._cn285_today())

    # === WHO DECIDES === #

    def action_approve(self):
        """Let changes that wait for approval go ahead.

        :raises AccessError: for users who are not billing managers
        :raises UserError: for those who asked for one of them themselves
        """
        self._check_approver()
        self._check_not_own()
        for change in self:
            change._check()
        self._write_inside({"approved_by": self.env.user.id})
        self._to_schedule(("to_approve",))
        self._close_approval(self.env._("Approved"))
        self._apply_if_due()
        return True

    def action_reject(self, note=None):
        """Refuse changes that wait for approval."""
        self._check_approver()
        self._update_state(("to_approve",), "rejected", approved_by=self.env.user.id)
        self._close_approval(self.env._("Rejected"))
        if note:
            for change in self:
                change.message_post(body=note)
        return True

    def _check_approver(self):
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(APPROVERS):
            raise UserError(self.env._("Only a billing manager approves contract changes."))

    def _check_not_own(self):
        """Nobody approves what he asked for himself."""
        for change in self:
            if change.requested_by == self.env.user and not self.env.su:
                raise UserError(
                    self.env._(
                        "%s was requested by yourself: another billing manager has to approve it.",
                        change.display_name,
                    )
                )

    def _may_decide(self):
        """Whether this user's own doing is an approval: a manager, of what others asked for."""
        self.ensure_one()
        manager = self.env.su or self.env.user.has_group(APPROVERS)
        return manager and (self.env.su or self.requested_by != self.env.user)

    def _approvers(self):
        """The users who may approve this change, the one who asked for it left out."""
        self.ensure_one()
        # sudo: who has the right to decide is found out for whoever asks.
        users = self.env.ref(APPROVERS).sudo().all_user_ids
        company, requester = self.company_id, self.requested_by
        return users.filtered(
            lambda user: (
                user.active
                and not user._is_superuser()
                and company in user.company_ids
                and user != requester
            )
        )

    # === WHO IS TOLD === #

    def _ask_approval(self, reason):
        """Tell those who may approve that a change waits for them: an activity, and its mail."""
        self.ensure_one()
        self.message_post(body=reason)
        self._tell_approvers(lambda change: change._approval_reason() or reason)

    def _tell_approvers(self, words):
        """Give each approver an activity, in his language; its mail names the change by itself.

        :param words: function from this change, as an approver reads it, to why he is asked
        """
        self.ensure_one()
        approvers = self._approvers()
        if not approvers:
            self.message_post(
                body=self.env._(
                    "There is no other billing manager in %s who could approve it.",
                    self.company_id.name,
                )
            )
        deadline = max(self._held_from() or self.date_effective, self.company_id._cn285_today())
        for readers in approvers.grouped("lang").values():
            change = in_language_of(self, readers[0])
            note = words(change)
            for user in readers:
                # sudo: activities of others are made for whoever asks. The type's own summary.
                change.sudo().activity_schedule(ACTIVITY, deadline, note=note, user_id=user.id)

    def _close_approval(self, feedback=None):
        """What approvers were asked is decided, or not asked any more."""
        # sudo: the activities of all who were asked, whoever decides.
        changes = self.sudo()
        if feedback is None:
            changes.activity_unlink([ACTIVITY])
        else:
            changes.activity_feedback([ACTIVITY], feedback=feedback)

    # === WHAT WAITS === #

    def _held_from(self):
        """The day from which on this change, where it awaits approval, holds what it is about.

        :returns: date, or None where it holds nothing
        """
        self.ensure_one()
        return self._type().held_from(self)

    def _awaiting(self, contracts):
        """Changes of these contracts that await approval, in order of their days."""
        # sudo: what waits is held back whoever bills.
        if len(contracts) == 1:
            # One of many that are checked in a row: their changes are read together.
            waiting = contracts.sudo().change_ids.filtered(lambda one: one.state == "to_approve")
            return waiting.sorted(lambda one: (one.date_effective, one.id)).with_env(
                self.sudo().env
            )
        return self.sudo().search(
            [("contract_id", "in", contracts.ids), ("state", "=", "to_approve")],
            order="date_effective, id",
        )

    def _remind_awaiting(self, company):
        """Tell approvers again, and the contracts, of what awaits approval on its day."""
        today = company._cn285_today()
        waiting = self.search(
            Domain(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "to_approve"),
                    ("awaiting_told", "=", False),
                    ("date_effective", "<=", today),
                ]
            )
        )
        for change in in_some_language(waiting):
            change._close_approval()
            change._tell_approvers(lambda one: one._awaiting_text())
            change.contract_id.message_post(body=change._awaiting_text())
        waiting._write_inside({"awaiting_told": True})

    def _awaiting_text(self):
        return self.env._(
            "%(change)s should take effect, and awaits approval: renewal and billing of what it is "
            "about wait for it.",
            change=self.display_name,
        )


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _held_by(self, day, but=None):
        """What awaits approval and has to be decided before anything else happens on a day.

        :param day: function from a contract to a date
        :param but: a change that does not wait for itself
        :returns: ``{contract: change}``, contracts that nothing holds are absent
        """
        held, changes = {}, self.env["cn285.contract.change"]
        for change in changes._awaiting(self) - (but or changes):
            contract, since = self.browse(change.contract_id.id), change._held_from()
            if since and since <= day(contract):
                held.setdefault(contract, change)
        return held


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _held_for_approval(self):
        """Rows that are not billed until somebody decides on a change that awaits approval.

        These are rows of what the change is about that hold days on which it would be in effect;
        what is credited to customers is not held.

        :returns: ``{row: change}``
        """
        waiting = self.env["cn285.contract.change"]._awaiting(self.contract_id)
        if not waiting:
            return {}
        by_contract = waiting.grouped("contract_id")
        held = {}
        for row in self.filtered(lambda row: row.kind != "credit"):
            for change in by_contract.get(row.contract_id.sudo(), ()):
                since = change._held_from()
                concerns = not change.item_id or change.item_id.id == row.item_id.id
                if since and concerns and day_after(row.period_end) > since:
                    held[row] = change
                    break
        return held


class BillingRunIssue(models.Model):
    _inherit = "cn285.billing.run.issue"

    kind = fields.Selection(
        selection_add=[("approval", "Awaits Approval")], ondelete={"approval": "cascade"}
    )


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _set_aside_awaiting(self, held):
        """Report the contracts of which rows wait for an approval.

        :param held: ``{row: change}`` of :meth:`cn285.billing.schedule._held_for_approval`
        """
        reasons = {}
        for row, change in held.items():
            reasons.setdefault(
                row.contract_id,
                self.env._(
                    "%(change)s awaits approval: what it is about is billed once somebody decides "
                    "(from %(day)s on).",
                    change=change.display_name,
                    day=format_date(self.env, change._held_from()),
                ),
            )
        self._set_aside(reasons, kind="approval")
