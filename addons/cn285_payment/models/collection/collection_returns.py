from odoo import api, models


class Collection(models.AbstractModel):
    """What was paid and is taken back: direct debits that return, disputes of cards."""

    _inherit = "cn285.collection"

    @api.model
    def _returned(self, attempts, code, day):
        """Book the return of paid attempts; their invoices are open again, and it is a refusal.

        Attempts that were returned before are left alone.

        :param code: the bank's or the network's reason
        :param day: the day on which the money left
        """
