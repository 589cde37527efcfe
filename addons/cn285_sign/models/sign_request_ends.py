"""How requests end that nobody signs, and who is told: signers by mail, owners by activities."""

from odoo import SUPERUSER_ID, api, models
from odoo.addons.cn285_contract.models.common import in_language_of
from odoo.exceptions import UserError
from odoo.tools import plaintext2html


class SignRequest(models.Model):
    _inherit = "cn285.sign.request"

    # === REPLACED BY A NEWER VERSION === #

    @api.model
    def _replace_running(self, target):
        """Make room for a new request of a contract or change: what is being signed is replaced.

        :raises UserError: where it says what the contract or change says: there is nothing new
        """
        of_change = target._name == "cn285.contract.change"
        # sudo: whoever sends the contract, its requests are the program's.
        running = self.sudo().search(
            [
                ("contract_id", "=", target.contract_id.id if of_change else target.id),
                ("change_id", "=", target.id if of_change else False),
                "|",
                ("state", "=", "sent"),
                "&",
                ("state", "=", "signed"),
                ("is_done", "=", False),
            ]
        )
        for request in running:
            signed = request.state == "signed"
            if not request._replace_if_changed():
                if signed:
                    reason = self.env._(
                        "%s was signed: try again to let it take effect.", request.name
                    )
                else:
                    reason = self.env._(
                        "%s is being signed: remind, or cancel it first.", request.name
                    )
                raise UserError(reason)
        running.flush_recordset(["state"])

    def _replace_if_changed(self):
        """Replace the request where what it is about has changed since it was sent.

        Who was asked is told: by the mail of the new version, where one follows at once; else by
        the link, which leads to the new version as soon as there is one.

        :returns: whether it was
        """
        self.ensure_one()
        if not self._waits() or self._still_says_the_same():
            return False
        self._update_state("replaced")
        self._note("replaced")
        self.provider_id._sign_cancel(self)
        self._tell_signers()
        return True

    def _tell_replaced(self):
        """Ask the owner for the new version, where none follows at once."""
        env = self._owners().env
        self._tell_owner(
            env._("%s was replaced", self.name),
            note=env._("What it is about has changed since it was sent: send it anew."),
        )

    @api.model
    def _running(self, targets):
        """Requests that are being signed, of contracts (with their changes) or of changes."""
        name = "change_id" if targets._name == "cn285.contract.change" else "contract_id"
        # sudo: whoever moves the contract, its requests are the program's.
        return self.sudo().search([(name, "in", targets.ids), ("state", "=", "sent")])

    def _cancel(self):
        """Nobody signs these any more, and who was asked is told."""
        for request in self:
            request._update_state("cancelled")
            request._note("cancelled", by=self.env.user.name)
            request.provider_id._sign_cancel(request)
            request._tell_signers()

    @api.model
    def _refuse_running(self, targets):
        """Refuse what is being signed: it takes effect by the last signature, not by hand too.

        :raises UserError: naming the request
        """
        name = "change_id" if targets._name == "cn285.contract.change" else "contract_id"
        for request in self._running(targets):
            if request[name] == request._target():
                raise UserError(
                    self.env._("%s is being signed: remind, or cancel it first.", request.name)
                )

    def _newest(self):
        """The last request of the same contract or change: this one, or what replaced it."""
        self.ensure_one()
        same = [
            ("contract_id", "=", self.contract_id.id),
            ("change_id", "=", self.change_id.id),
            ("state", "in", ("sent", "signed")),
            ("id", ">", self.id),
        ]
        return self.search(same, order="id desc", limit=1) or self

    # === WHO IS TOLD === #

    def _tell_signers(self, but=None):
        """Write to all who were asked that nobody signs any more, and why.

        :param but: signers who know
        """
        self.ensure_one()
        asked = self.event_ids.filtered(lambda one: one.kind == "asked").signer_id
        for signer in asked - (but or asked.browse()):
            signer._mail("mail_template_sign_over")

    def _tell_declined(self):
        """Tell the others, and the owner with the reason."""
        self.ensure_one()
        declined = self.signer_ids.filtered(lambda one: one.state == "declined")
        self._tell_signers(but=declined)
        localised = self._owners()
        self._tell_owner(
            localised.env._(
                "%(request)s was declined by %(who)s",
                request=self.name,
                who=", ".join(declined.mapped("name")),
            ),
            note="\n".join(one.declined_reason for one in declined if one.declined_reason),
        )

    def _tell_signed(self):
        """Let the owner know that all have signed, and that it holds."""
        self.ensure_one()
        owner, env = self._owner(), self._owners().env
        self.message_notify(
            partner_ids=owner.partner_id.ids,
            author_id=self.env.ref("base.partner_root").id,
            subject=env._("%s was signed by everybody", self.name),
            body=env._(
                "%(document)s was signed by %(who)s, and has taken effect.",
                document=self.document_id.title,
                who=", ".join(one.signed_name or one.name for one in self.signer_ids),
            ),
        )

    def _owner(self):
        """Whoever follows the contract; of ours, where its customer made the request."""
        self.ensure_one()
        contract = self.contract_id
        ours = (contract.user_id | self.create_uid | contract.create_uid).filtered(
            lambda user: user.active and not user.share and user.id != SUPERUSER_ID
        )
        return ours[:1] or self.env.ref("base.user_admin")

    def _owners(self):
        """The request as its owner reads it."""
        return in_language_of(self, self._owner())

    def _tell_owner(self, summary, note=""):
        """Ask the owner to look at it.

        :param note: plain text: what strangers typed stays text
        """
        self.ensure_one()
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=plaintext2html(note) if note else "",
            user_id=self._owner().id,
        )
