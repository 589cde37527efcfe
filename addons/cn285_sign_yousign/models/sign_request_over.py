"""A request that is over here ends at Yousign too; where it was signed there, somebody is told."""

from odoo import models
from odoo.exceptions import UserError

from ..engine.found import NotUnderstood
from ..transport import CallFailed
from .sign_provider import CODE


class SignRequest(models.Model):
    _inherit = "cn285.sign.request"

    def _yousign_delete(self, client, found):
        client.delete(found.id)
        if self.state == "sent":
            self._yousign_expire()
        return False

    def _yousign_cancel(self, client, found):
        """Nobody signs there any more."""
        client.cancel(found.id, self.name)
        if self.state == "sent":
            self._yousign_expire()
        return True

    def _yousign_tell(self, _client, _found):
        """It was signed there, and is over here: somebody has to know, and the proof is kept."""
        if not self.yousign_told:
            self._write_inside({"yousign_told": True})
            env = self._owners().env
            self._tell_owner(
                env._("%s was signed all the same", self.name),
                note=env._(
                    "It was signed at Yousign, and here it had been replaced or cancelled. Nothing "
                    "took effect; what was signed is filed with the contract. Send it anew where "
                    "it is to hold as it reads now."
                ),
            )
            self._yousign_order_proof()
        return False

    def action_cancel(self):
        """Cancel here and there; not while a job is at it: it waits for Yousign's answers."""
        for request in self.filtered(lambda one: one.provider_id.code == CODE):
            request._check_may_manage()
            # sudo: locked only; who may was checked
            if not request.sudo().try_lock_for_update(allow_referencing=True):
                raise UserError(request._yousign_busy())
        return super().action_cancel()

    def _yousign_busy(self):
        return self.env._("%s is being sent at this moment: try again in a minute.", self.name)

    def _yousign_cancel_now(self):
        """Cancel it at Yousign within the button that cancels it here.

        :raises UserError: where it is over there, or Yousign does not answer
        """
        self.ensure_one()
        if not self.yousign_key:
            return
        if not self._yousign_lock(wait=False):
            raise UserError(self._yousign_busy())
        try:
            client = self.provider_id._yousign_client()
            found = self._yousign_find(client)
            if found and found.status == "draft":
                client.delete(found.id)
            elif found and found.state in ("sent", None):
                client.cancel(found.id, self.name)
        except (CallFailed, NotUnderstood) as error:
            raise UserError(
                self.env._(
                    "%(request)s is not cancelled. %(reason)s Its status here will be the one "
                    "there.",
                    request=self.name,
                    reason=self.provider_id._yousign_words(error),
                )
            ) from error
        if found and found.state in ("signed", "declined", "expired"):
            raise UserError(
                self.env._(
                    "%s is over at Yousign: it has been signed, declined or has expired there. "
                    "Ask Yousign for its status.",
                    self.name,
                )
            )
