from odoo import models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.exceptions import UserError


class SignRequest(models.Model):
    """What follows when all have signed: the contract is confirmed, the change scheduled. Once."""

    _inherit = "cn285.sign.request"

    def _complete(self):
        """Let what was signed take effect, in the transaction of the last signature.

        Where it cannot, the signatures stay; the reason is told and it is tried again each day.
        """
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset(["is_done", "state"])
        if self.state != "signed" or self.is_done:
            return
        localised = self._owners()
        try:
            with self.env.cr.savepoint():
                # What was altered while it waited is none of what was signed.
                if not self._still_says_the_same():
                    raise UserError(
                        localised.env._(
                            "It says something else by now than what was signed: send the new "
                            "version to be signed."
                        )
                    )
                # As its owner reads: what is told of it is told to staff, not to who signed.
                localised._target()._sign_completed(self)
                self._write_inside({"is_done": True, "error": False})
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # whatever keeps it from taking effect, it was signed
            reason = reason_of(localised.env, error)
            if reason != self.error:  # tried each day: told once
                self._write_inside({"error": reason})
                self._tell_owner(
                    localised.env._("%s was signed but not applied", self.name), note=reason
                )
        else:
            self._tell_signed()
        self._delay_proof()

    def _has_taken_effect(self):
        """Note that what was signed took effect by what it waited for, and tell its owner."""
        self.ensure_one()
        self._write_inside({"is_done": True, "error": False})
        self._tell_signed()
