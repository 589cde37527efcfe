from odoo import models
from odoo.exceptions import AccessError

from .common import LIVE_STATES, OPEN_STATES, labelled
from .isolation import each_or_apart


class Contract(models.Model):
    """What a schedule has lost is planned again."""

    _inherit = "cn285.contract"

    def action_plan_again(self):
        """Plan these contracts from their first day: rows that are missing are made.

        Each month's planning goes on from the day up to which an item is planned; what lies before
        it (a row lost by a restored backup) it does not miss. What was invoiced stays as it is;
        where the schedule is whole, nothing changes. A contract that cannot be planned stops itself
        only.

        :returns: an action that tells what was done
        :raises AccessError: for whoever does not manage billing
        """
        manages = self.env.user.has_group("cn285_contract.group_billing_manager")
        if not self.env.su and not manages:
            raise AccessError(self.env._("Only managers of the billing plan contracts again."))
        self.check_access("write")
        running = self.filtered(lambda contract: contract.state in LIVE_STATES)
        done, failed = each_or_apart(running, lambda contracts: contracts._plan_again())
        made = sum(rows for rows, _gone in done)
        gone = sum(rows for _rows, rows in done)
        texts = [
            self.env._(
                "%(made)s rows were missing and are planned, %(gone)s were not due and are gone.",
                made=made,
                gone=gone,
            )
        ]
        texts += [labelled(self.env, one.display_name, reason) for one, reason in failed.items()]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Planned Again"),
                "message": "\n".join(texts),
                "type": "warning" if failed else "success",
                "sticky": bool(failed),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _plan_again(self):
        """The numbers of rows that were made and that are gone; noted in the chatter."""
        # sudo: schedules follow from the items of contracts that the caller may write.
        contracts = self.sudo()
        contracts.item_ids.lock_for_update(allow_referencing=True)
        before = contracts._open_row_ids()
        contracts.item_ids._replan()
        after = contracts._open_row_ids()
        notes = {}
        for contract in contracts:
            made = len(after[contract] - before[contract])
            gone = len(before[contract] - after[contract])
            if made or gone:
                notes[contract.id] = self.env._(
                    "Planned again: %(made)s rows were missing, %(gone)s were not due.",
                    made=made,
                    gone=gone,
                )
        if notes:
            contracts.browse(notes)._message_log_batch(notes)
        return tuple(
            sum(len(one[contract] - other[contract]) for contract in contracts)
            for one, other in ((after, before), (before, after))
        )

    def _open_row_ids(self):
        """Ids of rows that planning may change, ``{contract: set}``."""
        groups = self.env["cn285.billing.schedule"]._read_group(
            [("contract_id", "in", self.ids), ("state", "in", OPEN_STATES)],
            ["contract_id"],
            ["id:array_agg"],
        )
        found = {contract: set(ids) for contract, ids in groups}
        return {contract: found.get(contract, set()) for contract in self}
