import random
import time

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import (
    CONCURRENCY_ERRORS,
    in_one_transaction,
    in_test,
)
from odoo.addons.cn285_contract.models.clock import imagining
from odoo.addons.cn285_contract.models.common import in_users_language
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.tools import split_every

# Invoices whose attempts are made, and whose payments are booked, together.
COLLECT_BATCH = 100
# How often a step is tried again behind another process.
MAX_TRIES = 6
# What a person asks for is done whatever the retries' days and the due date say.
BY_HAND = "button"


class Collection(models.AbstractModel):
    """Collects posted invoices: credit of the customer first, then his means.

    Whatever breaks, nobody is charged twice: an attempt is committed before the provider is called,
    a database index lets an invoice have one at a time, and what is not known is asked.
    """

    _name = "cn285.collection"
    _description = "Collection"

    @api.model
    def _collection_steps(self):
        """How invoices are collected, in order: functions of (invoices, origin).

        Each returns those that go no further now, as something is wrong with them.
        """
        return [self._net_credits, self._draw_wallets, self._charge_tokens]

    @api.model
    def _collect(self, moves, origin):
        """Collect what is due of these invoices; those that cannot be collected are left alone.

        Commits between its steps (not inside a test or on a journey): what comes before must be
        worth keeping.

        :param moves: posted invoices, in any number
        :param origin: what asks: ``run``, ``due``, ``retry``, ``means``, ``button`` …
        """
        # sudo: what follows from the contract; whoever asks was checked by the button or cron.
        collection = in_users_language(self.sudo())
        for ids in split_every(COLLECT_BATCH, moves.ids):
            part = collection.env["account.move"].browse(ids)
            for step in collection._collection_steps():
                collection._commit()
                part -= step(part, origin)
            collection._commit()

    @api.model
    def _draw_wallets(self, moves, origin):
        """Pay from what customers hold, before any means are charged.

        What is held back, or on its way to be paid, is not drawn either.
        """
        return self._apart(moves, lambda part: part._cn285_collectable()._cn285_draw_open())

    @api.model
    def _apart(self, moves, step):
        """Do a step for invoices, in a transaction of its own; one that fails stops itself only.

        It is not charged today either, as what is to be charged is not known: its reason stands on
        it, somebody is asked to look at it, and it is tried again the next day.

        :param step: function of a part of the invoices
        :returns: the invoices for which the step failed
        """
        return self._persistently(lambda: self._each_apart(moves, step))

    @api.model
    def _each_apart(self, moves, step):
        _done, reasons = each_or_apart(moves, step)
        for move, reason in reasons.items():
            move._cn285_note_not_collected(reason)
        return moves.browse().union(*reasons)

    @api.model
    def _to_collect(self, moves):
        """Those of freshly posted invoices about which the collection has something to do."""
        wanted = moves.browse()
        for concerned in self._concerns():
            wanted |= concerned(moves - wanted)
        return wanted

    @api.model
    def _concerns(self):
        """What makes the collection look at fresh invoices: functions that return some of them."""
        return [self._automatic]

    @api.model
    def _automatic(self, moves):
        return moves.filtered(lambda move: move._cn285_is_automatic())

    # === TRANSACTIONS === #

    @api.model
    def _commit(self, forget=True):
        """Commit; in a test, on a journey and while looking ahead, only write.

        :param forget: whether to free what was read
        """
        self.env.flush_all()
        if in_one_transaction():
            self.env.cr.flush()
        elif not in_test() and not imagining():
            self.env.cr.commit()  # pylint: disable=invalid-commit
            if forget:
                self.env.invalidate_all()

    @api.model
    def _persistently(self, step):
        """Do a step in a transaction of its own and commit it; behind another process, once more.

        :returns: what the step returned
        :raises: one of ``CONCURRENCY_ERRORS`` where others do not make way
        """
        for tried in range(1, MAX_TRIES + 1):
            try:
                result = step()
                self._commit()
                return result
            except CONCURRENCY_ERRORS:
                if tried == MAX_TRIES or in_test() or in_one_transaction() or imagining():
                    raise
                self.env.cr.rollback()
                self.env.invalidate_all()
                time.sleep(0.05 * 2**tried * random.uniform(0.5, 1.0))

    # === JOBS === #

    @api.model
    def _delay_collect(self, moves, origin):
        """Order jobs that collect these invoices."""
        for ids in split_every(COLLECT_BATCH, moves.ids):
            self.with_delay(
                channel="root.collection",
                description=self.env._("Collect %s invoices", len(ids)),
            )._job_collect(list(ids), origin)

    @api.model
    def _job_collect(self, move_ids, origin):
        """Job: collect invoices. Safe to run again: what is under way is not collected twice."""
        self._collect(self.env["account.move"].browse(move_ids).exists(), origin)

    @api.model
    def _job_settle(self, attempt_ids):
        """Job: book what was paid, and do what follows from refusals, of attempts answered late."""
        self._settle(self.env["cn285.payment.attempt"].sudo().browse(attempt_ids).exists())
