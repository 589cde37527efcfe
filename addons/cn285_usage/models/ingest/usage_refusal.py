from odoo import fields, models
from odoo.addons.cn285_contract.models.common import STATE_DOOR
from odoo.exceptions import UserError


class UsageRefusal(models.Model):
    """A row that was refused, with the reason and what was sent."""

    _name = "cn285.usage.refusal"
    _description = "Refused Usage Event"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"
    _rec_name = "transaction_id"

    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    source = fields.Char(readonly=True)
    transaction_id = fields.Char(readonly=True)
    reason_code = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)
    payload = fields.Json(string="Sent", readonly=True)
    state = fields.Selection(
        string="Status",
        selection=[("open", "Open"), ("accepted", "Accepted Since"), ("dismissed", "Dismissed")],
        default="open",
        required=True,
        readonly=True,
        index=True,
    )

    def action_retry(self):
        """Send the rows once more, for example when the contract has been made since.

        What is refused again stays open with its new reason.
        """
        self._send_again({refusal: refusal.payload for refusal in self})
        return True

    def _send_again(self, payloads):
        """Record the rows of open refusals.

        :param payloads: what is sent for each of these refusals
        """
        events = self.env["cn285.usage.event"]
        events.check_access("create")
        for company, refusals in (
            self.filtered(lambda r: r.state == "open").grouped("company_id").items()
        ):
            report = (
                events.with_company(company)
                .with_context(cn285_no_refusals=STATE_DOOR)
                .ingest([payloads[refusal] for refusal in refusals])
            )
            refused = {entry["row"]: entry for entry in report["refused"]}
            for number, refusal in enumerate(refusals):
                entry = refused.get(number)
                if entry:
                    refusal._refuse_again(entry)
                else:
                    refusal._close("accepted")

    def action_accept_later(self):
        """Open the dialog by which events of closed months are accepted for a later day."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Accept for a Later Day"),
            "res_model": "cn285.usage.accept",
            "views": [(False, "form")],
            "target": "new",
            "context": {"active_ids": self.ids, "active_model": self._name},
        }

    def action_dismiss(self):
        """Close refusals that nobody will send again."""
        if self.filtered(lambda refusal: refusal.state != "open"):
            raise UserError(self.env._("Only open refusals can be dismissed."))
        self._close("dismissed")
        return True

    def _close(self, state):
        # Whoever may record events decides what becomes of those that were refused.
        self.check_access("read")
        self.env["cn285.usage.event"].check_access("create")
        # Nobody may edit a refusal; its two ways out are the actions.
        self.sudo().write({"state": state})

    def _refuse_again(self, entry):
        # As above: the reason is the program's, not the user's.
        self.sudo().write({"reason_code": entry["code"], "reason": entry["reason"]})
