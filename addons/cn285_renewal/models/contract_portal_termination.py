from markupsafe import Markup
from odoo import fields, models
from odoo.addons.cn285_contract.models.common import LIVE_STATES, day_after, labelled
from odoo.exceptions import ConcurrencyError, LockError, UserError
from odoo.tools import format_datetime

from ..engine.termination import first_exit_from


class Contract(models.Model):
    """What customers do in the portal to end a contract, or to keep it from renewing.

    The controllers call these methods with sudo, after they have checked that the visitor is the
    contract's customer.
    """

    _inherit = "cn285.contract"

    def _portal_end(self):
        """The termination, refusal or withdrawal that is under way or done, the earliest of them.

        One of the staff's that awaits approval keeps no customer from his own, nor does one that
        ends later than he may; and one after which the contract was prolonged is none any more.

        :returns: one change, or none
        """
        self.ensure_one()
        ends = self.change_ids.filtered(
            lambda change: (
                change.type in ("terminate", "withdraw")
                and not change.item_id
                and change.state in ("scheduled", "applied")
                and not change._leaves_customer_free()
            )
        )
        # A withdrawal undoes the contract, whatever was to end it.
        return ends.sorted(lambda end: (end.type != "withdraw", end.date_effective, -end.id))[:1]

    def _portal_lock(self):
        """Let two clicks wait for each other: the second finds what the first has done.

        :raises ConcurrencyError: while another is at it; Odoo then repeats the request
        """
        try:
            self.lock_for_update()
        except LockError as error:
            raise ConcurrencyError(str(error)) from error
        self.invalidate_recordset()

    def _portal_may_terminate(self):
        self.ensure_one()
        return self.state in LIVE_STATES and not self._portal_end()

    def _portal_may_end_sooner(self):
        """Whether an end is planned, and the customer may ask for an earlier one.

        An end that he has notified himself takes no right from him: neither another one that his
        terms give him before, nor the one that a legitimate reason does.
        """
        self.ensure_one()
        end, today = self._portal_end(), self.company_id._cn285_today()
        planned = end.type == "terminate" and end.state == "scheduled"
        return self.state in LIVE_STATES and planned and end.date_effective > today

    def _portal_may_refuse(self):
        """Whether the customer may refuse the renewal today: it is not, by an end before it."""
        self.ensure_one()
        today, end = self.company_id._cn285_today(), self._portal_end()
        return (
            self.state in LIVE_STATES
            and self._may_renew()
            and (not end or (end.state == "scheduled" and end.last_day > self.term_end))
            and bool(self.last_day_to_refuse)
            and today <= self.last_day_to_refuse
        )

    def _portal_termination_date(self, wished=None):
        """The effective date of a termination that the customer wishes for a last day.

        The first one from that day on that the contract's terms allow; without a wish, the
        earliest that is free of charge.

        :param wished: the wished last day, or None
        """
        self.ensure_one()
        request = self.company_id._cn285_today()
        if not wished:
            return self.earliest_termination_date(request, free_of_charge=True)
        way = first_exit_from(self._exit_facts(), request, day_after(max(wished, request)))
        return self._as_effective(way, request) if way else self.earliest_termination_date(request)

    def _portal_terminate(self, declaration, reason="", user=None, evidence=None):
        """Terminate for the customer, as notified; once, whatever the number of clicks.

        What ends the contract already, and as early, stays; a reason given for an earlier day than
        that is examined for it.

        :param declaration: ``name``, ``address``, ``wished_date`` (ISO text or empty), ``phone``
        :param reason: legitimate reason in the customer's words; staff examines it
        :param evidence: attachments of :meth:`_keep_evidence` that go with the reason
        :returns: the termination
        """
        self.ensure_one()
        self._portal_lock()
        wished, end = fields.Date.to_date(declaration.get("wished_date")), self._portal_end()
        sooner = self._portal_may_end_sooner()
        if end and not (sooner and self._portal_termination_date(wished) < end.date_effective):
            if sooner and reason and (not wished or wished < end.last_day):
                end._take_up_reason(declaration, reason, user, evidence)
            return end
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": self.id,
                "type": "terminate",
                "date_effective": self._portal_termination_date(wished),
                "date_requested": self.company_id._cn285_today(),
                "origin": "customer",
                "requested_by": user.id if user else False,
                "declaration": declaration,
                "legitimate_reason": reason or False,
                "received_at": fields.Datetime.now(),
            }
        )
        change._add_evidence(evidence)
        change.action_schedule()
        if reason:
            change._ask_examination()
        return change

    def _portal_refuse(self):
        """Refuse the renewal for the customer; once.

        :raises UserError: when it is too late
        """
        self.ensure_one()
        self._portal_lock()
        if not self._portal_may_refuse():
            if self._portal_end():
                return self._portal_end()
            raise UserError(self.env._("The renewal cannot be refused any more."))
        change = self.action_refuse_renewal(origin="customer")
        return change

    def _portal_may_start(self):
        """Whether the customer may ask that the service begin at once: while he may withdraw."""
        self.ensure_one()
        return self.state in LIVE_STATES and self._may_withdraw() and not self.performance_requested

    def _performance_statement(self):
        """What the customer declares who wants to be served at once (L221-25, L221-28)."""
        self.ensure_one()
        return self.env._(
            "I ask that contract %s be served before the withdrawal period is over. If I withdraw, "
            "I owe what was served until then; once the service is fully performed, I lose the "
            "right to withdraw.",
            self.name,
        )

    def _portal_start(self, name, user=None):
        """Note the customer's request to be served at once, as it was declared; once."""
        self.ensure_one()
        self._portal_lock()
        if not self._portal_may_start():
            return
        when = format_datetime(self.env, fields.Datetime.now(), tz=self.company_id.cn285_tz)
        declaration = self.env._(
            "%(name)s, in the portal on %(when)s: %(statement)s",
            name=name,
            when=when,
            statement=self._performance_statement(),
        )
        self._write_inside(
            {
                "performance_requested": True,
                "performance_date": self.company_id._cn285_today(),
                "performance_declaration": declaration,
            }
        )
        author = (user or self.env.user).partner_id
        self.message_post(body=declaration, author_id=author.id)

    def _portal_withdraw(self, declaration, user=None):
        """Withdraw for the customer; once.

        :raises UserError: when the withdrawal period is over
        """
        self.ensure_one()
        self._portal_lock()
        done = self._portal_end()
        if done.type == "withdraw":
            return done
        return self.action_withdraw(
            origin="customer",
            declaration=declaration,
            date_requested=self._today_at_customer(),
            requested_by=user.id if user else False,
            received_at=fields.Datetime.now(),
        )


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    def _leaves_customer_free(self):
        """Whether the customer may end the contract all the same, and sooner than this end."""
        self.ensure_one()
        contract = self.contract_id
        if self.state == "applied":
            end = contract.date_end
            return contract.state in LIVE_STATES and not (end and end <= self._last_day())
        if self.origin == "customer":
            return False
        free = [contract.earliest_termination_date(free_of_charge=True)]
        if contract._may_renew() and self.company_id._cn285_today() <= contract.last_day_to_refuse:
            free.append(contract.term_end)
        return min(free) < self.date_effective

    def _add_evidence(self, evidence):
        """Let files of :meth:`_keep_evidence` go with the reason that is given."""
        self.ensure_one()
        if evidence:
            evidence.write({"res_model": self._name, "res_id": self.id})
            self._write_inside(
                {"evidence_ids": [fields.Command.link(file.id) for file in evidence]}
            )

    def _take_up_reason(self, declaration, reason, user=None, evidence=None):
        """Have a reason examined for which a planned end is to come sooner; once.

        What was declared before stays in the history, and the confirmation that told it with the
        contract.
        """
        self.ensure_one()
        if self.legitimate_reason == reason or self.is_legitimate:
            return
        if self.declaration or self.legitimate_reason:
            before = [
                labelled(self.env, label, value) for label, value in self._declaration_facts()
            ]
            self.message_post(body=Markup("<br/>").join(before))
        self._write_inside(
            {
                "declaration": declaration,
                "legitimate_reason": reason,
                "origin": "customer",
                "requested_by": user.id if user else False,
                "received_at": fields.Datetime.now(),
            }
        )
        self._add_evidence(evidence)
        self._confirm_to_customer()
        self._ask_examination()

    def _ask_examination(self):
        """Have somebody look at the reason for which the customer wants to leave free of charge."""
        self.ensure_one()
        self.contract_id._ask_responsible(
            self,
            lambda change: change.env._("Examine the customer's legitimate reason"),
            note=self.legitimate_reason,
        )

    def action_accept_reason(self):
        """The reason frees the customer: the contract ends on the day wished, or today."""
        self._check_approver()
        for change in self:
            if not change.legitimate_reason:
                raise UserError(self.env._("%s gives no reason.", change.display_name))
            today = change.company_id._cn285_today()
            wished = fields.Date.to_date((change.declaration or {}).get("wished_date"))
            change._write_inside({"is_legitimate": True, "fee_amount": 0.0})
            change.action_reschedule(max(wished or today, today))
            change._confirm_to_customer()
        return True
