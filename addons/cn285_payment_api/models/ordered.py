"""Money that is moved by jobs: an answer of the API is given in one transaction, with what makes it
be given once; a provider is called only after a commit.
"""

from odoo import api, fields, models

from ..routers.ordering import ORDERED


class Collection(models.AbstractModel):
    _inherit = "cn285.collection"

    @api.model
    def _job_refund(self, note_ids):
        """Job: pay credit notes back to the means. Run again, nothing is refunded twice."""
        notes = self.env["account.move"].browse(note_ids).exists()
        # sudo: who ordered it was asked; transactions and means are the program's.
        self.sudo()._refund(notes.sudo())


class WalletTopup(models.Model):
    _inherit = "cn285.wallet.topup"

    ordered_at = fields.Datetime(
        string="Charge Begun",
        readonly=True,
        copy=False,
        help="When the job that a program ordered began to charge: none charges a second time.",
    )

    def _charge(self, token):
        """What a program orders is charged by a job, after this transaction."""
        if self.env.context.get("cn285_ordered") is not ORDERED:
            return super()._charge(token)
        self.ensure_one()
        topup = self.sudo()  # sudo: as in the original; whose token it is was checked
        topup._prepare_charge(token.sudo())
        topup.with_delay(
            channel="root.collection",
            description=self.env._("Charge top-up %s", topup.name),
        )._job_charge()
        return None

    def _job_charge(self):
        """Job: charge what was ordered, once; run again it only asks what became of it."""
        topup = self.exists().sudo()  # sudo: what _charge has ordered, where rights were asked
        if topup.state != "pending":
            return
        if topup.ordered_at:
            topup._refresh()
            return
        # Committed before the provider is called, as ``_send`` begins with a commit.
        topup._inside().write({"ordered_at": fields.Datetime.now()})
        topup._send()
