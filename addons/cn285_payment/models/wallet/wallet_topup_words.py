from odoo import models
from odoo.fields import Domain


class WalletTopup(models.Model):
    """What customers see of their top-ups, and what clerks are told of those that they begin."""

    _inherit = "cn285.wallet.topup"

    def _for_customer(self):
        """Those that customers see: not what they began on a page of payment, and left."""
        left = self.filtered(
            lambda topup: (
                topup.state == "pending"
                and topup.origin == "portal"
                and not (topup.move_id.state == "posted" or topup.transaction_id)
            )
        )
        # sudo: whether he pays one just now; transactions are the program's.
        transactions = self.env["payment.transaction"].sudo()
        under_way = transactions.search(
            Domain("state", "in", ("pending", "authorized", "done"))
            & Domain.OR([Domain("reference", "=like", f"{topup.name}%") for topup in left])
        )
        names = {transaction.reference.split("-")[0] for transaction in under_way}
        return self - left.filtered(lambda topup: topup.name not in names)

    def _told(self):
        """What became of it, for the clerk who began it: an action of the client."""
        self.ensure_one()
        amount = self.currency_id.format(self.amount)
        if self.state == "done":
            kind, message = "success", self.env._("%s was added to the wallet.", amount)
        elif self.state == "failed":
            kind, message = (
                "danger",
                self.env._(
                    "%(amount)s was not paid: %(reason)s",
                    amount=amount,
                    reason=self.message or self.env._("the payment was refused."),
                ),
            )
        else:
            kind = "info"
            message = self.env._("%s counts once it is paid: see the top-ups.", amount)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "sticky": kind == "danger",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
