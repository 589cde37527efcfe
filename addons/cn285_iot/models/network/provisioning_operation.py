import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.exceptions import UserError

from ...engine.provisioning import MAX_ATTEMPTS, pause_minutes

NETWORK_STATES = [("on", "On"), ("off", "Off"), ("gone", "Gone")]
OPEN = ("queued", "sent")
STATES = [
    ("queued", "Queued"),
    ("sent", "Sent"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]


class ProvisioningOperation(models.Model):
    """Something asked of a network about a device: one at a time, until it answers."""

    _name = "cn285.provisioning.operation"
    _description = "Network Operation"
    _inherit = ["cn285.editable", "cn285.guarded"]
    _is_history = True
    _order = "id desc"
    _rec_name = "key"

    device_id = fields.Many2one(
        "cn285.device", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="device_id.company_id", store=True, precompute=True, index=True
    )
    provider_id = fields.Many2one(
        "cn285.provisioning.provider", string="Network", readonly=True, ondelete="set null"
    )
    wanted = fields.Selection(NETWORK_STATES, required=True, readonly=True)
    state = fields.Selection(
        STATES, string="Status", default="queued", required=True, readonly=True, index=True
    )
    key = fields.Char(
        required=True, readonly=True, default=lambda self: str(uuid.uuid4()), copy=False
    )
    reference = fields.Char(readonly=True, help="How the network names it.")
    attempts = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True)
    error = fields.Char(readonly=True)

    _one_open = models.UniqueIndex(
        "(device_id) WHERE state IN ('queued', 'sent')",
        "Something is asked about this device already.",
    )
    _waiting_idx = models.Index("(next_try) WHERE state IN ('queued', 'sent')")

    def _delay(self):
        for operation in self:
            operation.with_delay(
                channel="root.fleet",
                description=self.env._("Network, device %s", operation.device_id.serial),
                identity_key=f"cn285.provisioning-{operation.id}-{operation.attempts}",
            )._job_ask()

    def _job_ask(self):
        """Job: ask the network, or ask what became of it. Safe to run again: the key is the same.

        Whatever goes wrong there is tried again later; after many attempts a person is told.
        """
        operation = self.exists()
        if not operation or operation.state not in OPEN:
            return
        # sudo: history of the program's own; who holds it asks already
        operation = operation.sudo().try_lock_for_update()
        if not operation:
            return
        provider = operation.provider_id
        now = fields.Datetime.now()
        attempts = operation.attempts + 1
        operation.write(
            {"attempts": attempts, "next_try": now + timedelta(minutes=pause_minutes(attempts))}
        )
        try:
            with self.env.cr.savepoint():
                answer = operation.state == "sent" and provider._prov_fetch(operation)
                answer = answer or provider._prov_send(operation) or {}
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # whatever a network does must not lose what is wanted of it
            operation.error = reason_of(self.env, error)
            if attempts >= MAX_ATTEMPTS and provider.code != "manual":
                operation._give_up(operation.error)
            return
        operation.write({"state": "sent", "reference": answer.get("reference"), "error": False})
        if answer.get("done") or answer.get("failed"):
            operation._answer(answer.get("failed"))

    def _give_up(self, reason):
        """The network will not do it: told in the device's history, and in its messages."""
        self.write({"state": "failed", "error": reason, "next_try": False})
        self.device_id._log_events("network", data={"failed": reason})
        for operation in self:
            operation.device_id.message_post(
                body=self.env._("The network did not do what was asked: %s", reason)
            )

    def _answer(self, failed=None):
        """The network says that what was asked is so, or never will be; told twice it is once.

        What is wanted may be another thing by now: that is asked next.
        """
        # sudo: the network's word counts, whoever's process hears it
        for operation in self.sudo().filtered(lambda one: one.state in OPEN):
            if failed:
                operation._give_up(failed)
                continue
            operation.write({"state": "done", "error": False, "next_try": False})
            operation.device_id._heard(operation.wanted)
            operation.device_id._ask_network()

    def action_done(self):
        """Somebody has done it at the network by hand."""
        self.device_id.check_access("write")
        if any(one.state not in OPEN for one in self):
            raise UserError(self.env._("What is closed cannot be done again."))
        self._answer()
        return True

    @api.model
    def _cron_ask_again(self):
        """Operations without an answer are asked about again when their pause is over."""
        waiting = self.search(
            [("state", "in", OPEN), ("next_try", "<=", fields.Datetime.now())], limit=5000
        )
        waiting.filtered(lambda one: one.provider_id.code != "manual")._delay()
