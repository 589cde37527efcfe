from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ..common import LIVE_STATES
from .change_type import ChangeType, Value


class ContractChange(models.Model):
    """Changes of with whom and how a contract is settled: its holder, its payment terms."""

    _inherit = "cn285.contract.change"

    type = fields.Selection(
        selection_add=[("holder", "Change of Holder"), ("payment_terms", "Payment Terms")],
        ondelete={"holder": "cascade", "payment_terms": "cascade"},
    )

    @api.model
    def _change_types(self):
        return {
            **super()._change_types(),
            "holder": ChangeType(
                on="contract",
                values={
                    "partner_id": Value("record", required=True, model="res.partner"),
                    "client_ref": Value("text"),
                },
            ),
            "payment_terms": ChangeType(
                on="contract",
                values={"payment_term_id": Value("record", model="account.payment.term")},
            ),
        }

    # === HOLDER === #

    def _check_holder(self):
        """Somebody else, of the same company, from a day within the contract."""
        contract, partner = self.contract_id, self._parsed()["partner_id"]
        day = self._first_day()
        reason = None
        if partner == contract.partner_id:
            reason = self.env._("%s holds the contract already.", partner.display_name)
        elif partner.company_id and partner.company_id != self.company_id:
            reason = self.env._("%s belongs to another company.", partner.display_name)
        elif day <= contract.date_start:
            reason = self.env._(
                "the contract starts only on %s.", format_date(self.env, contract.date_start)
            )
        elif contract.date_end and day > contract.date_end:
            reason = self.env._("it ends on %s already.", format_date(self.env, contract.date_end))
        if reason:
            raise self._refusal(reason)
        if partner.commercial_partner_id != contract.partner_id.commercial_partner_id:
            self._check_item_limit(partner, len(self._going_on(day)))

    def _going_on(self, day):
        """The contract's items that a new holder takes over; fees due before are the old one's."""
        return self.contract_id.item_ids.filtered(
            lambda item: (
                item.state == "draft"
                or (
                    item.state in LIVE_STATES
                    and not (item._last_day() and item._last_day() < day)
                    and not item._is_due_before(day)
                )
            )
        )

    def _apply_holder(self):
        """The contract goes on as one of the new holder's own, with all that runs on it.

        The old holder's ends the day before: what was billed to him beyond is credited to him. So
        neither sees the other's invoices. If he had planned to leave later, that is given up: his
        contract is over by then, and the new holder stays until he leaves himself.
        """
        for change in self:
            contract, day = change.contract_id, change._first_day()
            heir = contract._create_heir(change)
            for item in change._going_on(day):
                if item.state == "draft":
                    item.copy({"contract_id": heir.id})
                else:
                    item._succeed(change, {"contract_id": heir.id})
            change._hand_over_planned(heir)
            change._give_up_plans()
            contract.with_context(cn285_no_replan=True)._end_on(day - timedelta(days=1))
            change._write_inside({"result_contract_id": heir.id})
        changes = {item: change for change in self for item in change.contract_id.item_ids}
        self.contract_id.item_ids._settle(changes)
        heirs = {i: change for change in self for i in change.result_contract_id.item_ids}
        items = self.result_contract_id.item_ids
        items._mark_caused(heirs, items.schedule_ids.browse())

    def _hand_over_planned(self, heir):
        """What is planned of the contract's items and prices from then on concerns the heir.

        Other plans were between the old holder and the company: they stay with his contract.
        """
        self.contract_id.change_ids.filtered(
            lambda other: (
                other.type in ("add_item", "pricelist")
                and other.state in ("draft", "to_approve", "scheduled")
                and other.date_effective >= self.date_effective
            )
        )._write_inside({"contract_id": heir.id})

    def _plans_given_up(self):
        """Terminations that the old holder had planned for the day or later."""
        plans = super()._plans_given_up()
        for change in self.filtered(lambda change: change.type == "holder"):
            plans |= change.contract_id.change_ids.filtered(
                lambda other, change=change: (
                    other.type == "terminate"
                    and other.state in ("draft", "to_approve", "scheduled")
                    and other.date_effective >= change.date_effective
                )
            )
        return plans

    def _give_up_plans(self):
        """Cancel :meth:`_plans_given_up`, and say why where their history is read."""
        plans = self._plans_given_up()
        plans.with_context(cn285_no_replan=True).action_cancel()
        for plan in plans:
            reason = self.env._(
                "%(plan)s is cancelled: %(holder)s takes over the contract on %(day)s.",
                plan=plan.display_name,
                holder=self._parsed()["partner_id"].display_name,
                day=format_date(self.env, self._first_day()),
            )
            plan.message_post(body=reason)
            plan.contract_id.message_post(body=reason)

    # === PAYMENT TERMS === #

    def _check_payment_terms(self):
        """Nothing to check: no payment terms means those of the payer."""

    def _apply_payment_terms(self):
        """Invoices of the day and later have these payment terms."""
        for change in self.filtered(lambda change: not change._is_superseded()):
            change.contract_id.payment_term_id = change._parsed().get("payment_term_id") or False


class Contract(models.Model):
    _inherit = "cn285.contract"

    predecessor_id = fields.Many2one(
        "cn285.contract",
        string="Takes the Place of",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    def _create_heir(self, change):
        """The contract by which a new holder goes on, without items, running from the day on."""
        self.ensure_one()
        values = change._parsed()
        partner = values["partner_id"]
        [vals] = self.copy_data({"item_ids": [], "partner_id": partner.id})
        # What Odoo finds for the new payer, not what was chosen for the old one.
        for name in ("partner_invoice_id", "fiscal_position_id", "payment_term_id"):
            vals.pop(name, None)
        vals.update(self._heir_values())
        vals.update(
            predecessor_id=self.id,
            date_start=change._first_day(),
            date_end=self.date_end,
            client_ref=values.get("client_ref") or False,
        )
        heir = self.create({**vals, "template_id": False})
        heir.template_id = self.template_id
        heir._update_state(("draft",), "active")
        return heir

    def _heir_values(self):
        """Hook: values of a new holder's contract that a copy does not have. Default: none."""
        self.ensure_one()
        return {}
