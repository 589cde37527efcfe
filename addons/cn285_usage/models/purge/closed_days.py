"""Days of a contract whose usage was purged: what they were billed stays, nothing rates them."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class Contract(models.Model):
    _inherit = "cn285.contract"

    usage_purged_until = fields.Date(
        readonly=True,
        copy=False,
        help="Events of this day and of those before were purged: what was billed of them stays, "
        "and is not rated again.",
    )

    def _refuse_purged(self, day):
        """Refuse what would have usage of ``day``, or later, rated again that was purged.

        :raises UserError: naming the contract and its last closed day
        """
        # sudo: what was purged cannot be rated again, whoever asks.
        for contract in self.sudo():
            until = contract.usage_purged_until
            if until and day and day <= until:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s: usage up to %(until)s was purged, so what was "
                        "billed of %(day)s cannot be rated anew. Choose a later day; what is to "
                        "be put right before it, credit or charge by hand.",
                        contract=contract.name,
                        until=format_date(self.env, until),
                        day=format_date(self.env, day),
                    )
                )

    def _close_usage(self, day):
        """Close the days up to ``day``; what is closed stays so."""
        open_ = self.filtered(
            lambda contract: not contract.usage_purged_until or contract.usage_purged_until < day
        )
        open_._write_inside({"usage_purged_until": day})


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _of_closed_days(self):
        """Those of these rows that need usage that was purged.

        A delivery that nothing was billed of has all of its events: it is new.
        """
        # sudo: a fact of the program, whoever asks.
        contracts = self.contract_id.sudo().filtered("usage_purged_until")
        until = {contract.id: contract.usage_purged_until for contract in contracts}
        if not until:
            return self.browse()
        closed = self.filtered(
            lambda row: (
                row.contract_id.id in until and row.period_start <= until[row.contract_id.id]
            )
        )
        return closed.filtered(lambda row: not row.delivery_id or row.delivery_id.schedule_ids)

    def _closed_problem(self):
        """Why a row of closed days is not rated, for the clerk."""
        self.ensure_one()
        return self._rating_problem(
            self.env._(
                "its usage events were purged, up to %(until)s; what was billed of them stays. "
                "What is still to be put right, credit or charge by hand.",
                until=format_date(self.env, self.contract_id.sudo().usage_purged_until),
            )
        )

    def _closed_statement_problem(self, move):
        """Why no statement of an invoice can be made any more."""
        self.ensure_one()
        return self.env._(
            "%(invoice)s: no statement of its usage can be made any more, as its events were "
            "purged up to %(until)s.",
            invoice=move.display_name,
            until=format_date(self.env, self.contract_id.sudo().usage_purged_until),
        )

    def _tell_late_closed(self):
        """Note on the contracts that usage of closed days has come, and is not billed."""
        for contract, rows in self.grouped("contract_id").items():
            periods = ", ".join(sorted(set(rows.mapped("display_name"))))
            contract.message_post(
                body=self.env._(
                    "Usage has come, or was taken back, in periods whose events were purged up to "
                    "%(until)s: %(periods)s. It is not billed; what is still to be put right, "
                    "credit or charge by hand.",
                    until=format_date(self.env, contract.usage_purged_until),
                    periods=periods,
                )
            )

    def _refuse_closed(self):
        """Refuse to take back an invoice whose usage could not be rated again.

        :raises UserError: naming the invoice
        """
        closed = self.filtered("rating_ids")._of_closed_days()
        if closed:
            raise UserError(
                self.env._(
                    "%(invoice)s has billed usage whose events were purged up to %(until)s: it "
                    "could not be billed again. Credit its lines by Partial Credit instead.",
                    invoice=closed[0].move_id.display_name,
                    until=format_date(self.env, closed[0].contract_id.sudo().usage_purged_until),
                )
            )
