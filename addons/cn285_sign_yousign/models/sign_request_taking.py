"""What Yousign says a request has come to is taken over, by the steps of ``sign_request_sync``."""

from odoo import fields, models

from ..engine.found import NotUnderstood, pair


class SignRequest(models.Model):
    _inherit = "cn285.sign.request"

    def _yousign_take(self, client, found):
        """Take over what a request has come to there."""
        state = found.state
        if state is None:
            return False
        if self.state == "expired":  # reactivated there, or signed on the last day
            self._update_state("sent")
        if state == "sent":
            self._yousign_sign({one.id for one in found.signers if one.state == "signed"})
            # Yousign writes to the next as soon as the one before has signed.
            self._yousign_note_asked(self._signers_in_turn())
            return False
        if state == "signed":
            self._yousign_signed(client, found)
        elif state == "declined":
            self._yousign_declined(found)
        else:
            self._update_state(state)
            self._note(state, by="yousign", status=found.status)
            self._tell_signers()
            localised = self._owners()
            labels = dict(localised._fields["state"]._description_selection(localised.env))
            self._tell_owner(
                localised.env._("%(request)s: %(state)s", request=self.name, state=labels[state])
            )
        return False

    def _yousign_note_asked(self, signers):
        """Note, once each, that Yousign has written to these, and what they are to read."""
        asked = self.event_ids.filtered(lambda one: one.kind == "asked").signer_id
        read = {one.name: one.sha256 for one in self._yousign_attached()}
        for signer in signers - asked:
            self._note(
                "asked",
                signer,
                email=signer.email,
                by="yousign",
                there=self.yousign_id,
                **({"attached": read} if read else {}),
            )

    def _yousign_sign(self, ids):
        """These have signed, there."""
        for signer in self.signer_ids.sorted("order"):
            if signer.yousign_id in ids and signer.state == "waiting":
                # Who signs was asked, whenever we hear of it.
                self._yousign_note_asked(signer)
                signer._write_inside(
                    {
                        "state": "signed",
                        "signed_name": signer.name,
                        "signed_at": fields.Datetime.now(),
                    }
                )
                self._note(
                    "signed",
                    signer,
                    by="yousign",
                    signer_id=signer.yousign_id,
                    sha256=self.document_id.sha256,
                )

    def _yousign_signed(self, client, found):
        """All have signed: it takes effect, once; unless it says something else by now."""
        self._yousign_match(client, found)
        self._yousign_sign(set(self.signer_ids.mapped("yousign_id")))
        if not self._still_says_the_same():
            self._update_state("replaced")
            self._note("replaced", by="yousign", status=found.status)
            self._tell_signers()
            self._yousign_tell(client, found)
            return
        self._go_on()

    def _yousign_match(self, client, found):
        """Know which signer is which, where the answer to the sending was lost."""
        if all(self.signer_ids.mapped("yousign_id")):
            return
        there = pair(self._yousign_people(), client.signers(found.id))
        for signer in self.signer_ids:
            if signer.id not in there:
                raise NotUnderstood("signers that are not ours")
            signer._write_inside({"yousign_id": there[signer.id].id})

    def _yousign_declined(self, found):
        self._yousign_sign({one.id for one in found.signers if one.state == "signed"})
        refused = {one.id for one in found.signers if one.state == "declined"} | {found.decliner}
        who = self.signer_ids.filtered(
            lambda one: one.yousign_id in refused and one.state == "waiting"
        )
        who = (who or self.signer_ids.filtered(lambda one: one.state == "waiting"))[:1]
        reason = found.decline_reason[:2000]
        who._write_inside({"state": "declined", "declined_reason": reason or False})
        self._note("declined", who or None, reason=reason, by="yousign")
        self._update_state("declined")
        self._tell_declined()

    def _yousign_expire(self):
        self._update_state("expired")
        self._note("expired")
        self._tell_signers()
        self._tell_owner(self._owners().env._("%s has expired", self.name))
