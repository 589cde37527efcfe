from odoo import models
from odoo.addons.cn285_contract.models.common import PLANNED_STATES
from odoo.tools import format_date


class ContractChange(models.Model):
    """What a customer has asked for is taken back by the customer, before it takes effect."""

    _inherit = "cn285.contract.change"

    def _customer_may_take_back(self):
        """Whether the customer asked for it on his page, and nothing of it is done yet.

        Terminations and withdrawals are none of these: what was notified stands.
        """
        self.ensure_one()
        return bool(self.customer_key) and (
            self.state in PLANNED_STATES or (self.state == "draft" and self._customer_waits())
        )

    def _customer_waits(self):
        """Hook: whether, a draft still, it waits for what its customer is to give."""
        return any(request.state == "sent" for request in self.sign_request_ids)

    def _customer_take_back(self, user):
        """Cancel it in the customer's name, and say so in its log and in the contract's."""
        self.ensure_one()
        text = self._customer_text()
        self.action_cancel()
        author = user.partner_id.id
        self.message_post(body=self.env._("Taken back by the customer."), author_id=author)
        self.contract_id.message_post(
            body=self.env._("The customer has taken back what he asked for: %s", text),
            author_id=author,
        )
        return self

    def _customer_text(self):
        """What it is about, in a line: its day, its kind, what changes."""
        self.ensure_one()
        day, label = format_date(self.env, self.date_effective), self._type_label()
        said = self._portal_description()
        parts = [day, label] if said == label else [day, label, said]
        return " · ".join(parts)

    def _customer_sign_path(self):
        """Where the customer signs what he has asked for; None where nothing is to be signed."""
        self.ensure_one()
        waiting = self.sign_request_ids.filtered(lambda request: request.state == "sent")
        if self.state != "draft" or not waiting:
            return None
        signer = waiting[:1].signer_ids.filtered(lambda one: one.role == "customer")
        return signer[:1]._path() if signer else None

    def _customer_pay_path(self):
        """Hook: where the customer pays what is asked for before it takes effect; None: nothing."""
        self.ensure_one()
        return None
