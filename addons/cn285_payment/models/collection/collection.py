from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import in_one_transaction, in_test
from odoo.addons.cn285_contract.models.clock import imagining
from odoo.tools import split_every

# Invoices whose attempts are made, and whose payments are booked, together.
COLLECT_BATCH = 100


class Collection(models.AbstractModel):
    """Collects posted invoices: credit of the customer first, then his means.

    Whatever breaks, nobody is charged twice: an attempt is committed before the provider is called,
    a database index lets an invoice have one at a time, and what is not known is asked.
    """

    _name = "cn285.collection"
    _description = "Collection"

    @api.model
    def _collection_steps(self):
        """How invoices are collected, in order: functions of (invoices, origin)."""
        return [self._draw_wallets, self._charge_tokens]

    @api.model
    def _collect(self, moves, origin):
        """Collect what is due of these invoices; those that cannot be collected are left alone.

        Commits between its steps (not inside a test or on a journey): what comes before must be
        worth keeping.

        :param moves: posted invoices, in any number
        :param origin: what asks: ``run``, ``due``, ``retry``, ``means``, ``button`` …
        """
        # sudo: what follows from the contract; whoever asks was checked by the button or cron.
        collection = self.sudo()
        for ids in split_every(COLLECT_BATCH, moves.ids):
            part = collection.env["account.move"].browse(ids)
            for step in collection._collection_steps():
                collection._commit()
                step(part, origin)
            collection._commit()

    @api.model
    def _draw_wallets(self, moves, origin):
        """Pay from what customers hold, before any means are charged."""
        moves._cn285_draw_open()

    @api.model
    def _commit(self):
        """Commit; in a test, on a journey and while looking ahead, only write."""
        self.env.flush_all()
        if in_one_transaction():
            self.env.cr.flush()
        elif not in_test() and not imagining():
            self.env.cr.commit()  # pylint: disable=invalid-commit
            self.env.invalidate_all()
