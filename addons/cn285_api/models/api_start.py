"""What becomes of what a program has made: the hooks by which another addon says otherwise."""

from odoo import models


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _api_start(self, call, body, tried=False):
        """Hook: go on with a new draft of a program: it is confirmed where the body says so.

        :param call: see ``core.call.Call``
        :param body: what was sent, with the fields that addons have added
        :param tried: it is a dry run: nothing may leave the database
        :raises Problem: where something of the body cannot be
        """
        self.ensure_one()
        if body.confirm:
            self.action_confirm()

    def _api_signatures(self):
        """Hook: ``{id: its last signature request}`` of those that were sent for signature.

        In one query, however many; who may read the contract is told number and state.
        """
        return {}


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    def _api_start(self, call, body, tried=False):
        """Hook: go on with a new draft of a program: it is scheduled. See the contract's.

        :param body: None where the change is made by an operation of its own, such as a pause
        """
        self.ensure_one()
        if not tried:
            self.action_schedule()
