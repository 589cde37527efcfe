"""Contracts that are not billed until somebody has looked at them: those that were taken over."""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .common import OPEN_STATES
from .responsible import MANAGERS

# What is due longer than that, and nobody has asked for it, is not billed without a question.
UNASKED_DAYS = 62


class Contract(models.Model):
    """The billing hold: planned, changed and renewed as any other, but no run bills it.

    An import sets it, because its file says so or because it would bill years back; a billing
    manager releases as many at once as he likes.
    """

    _inherit = "cn285.contract"

    billing_hold = fields.Boolean(
        copy=False,
        readonly=True,
        tracking=True,
        help="No billing run bills this contract until a billing manager releases it.",
    )
    billing_hold_reason = fields.Char(string="Held Because", copy=False, readonly=True)

    _billing_hold_idx = models.Index("(company_id) WHERE billing_hold")

    def action_hold_billing(self):
        """Keep contracts from being billed until they are released.

        :raises AccessError: for users who are not billing managers
        """
        self._check_holds_billing()
        self._hold_billing(dict.fromkeys(self, False))
        return True

    def action_release_billing(self):
        """Have contracts billed again, from the next run on.

        :raises AccessError: for users who are not billing managers
        """
        self._check_holds_billing()
        held = self.filtered("billing_hold")
        held._write_inside({"billing_hold": False, "billing_hold_reason": False})
        return True

    def _check_holds_billing(self):
        self.check_access("write")
        if not (self.env.su or self.env.user.has_group(MANAGERS)):
            raise AccessError(
                self.env._("Only a billing manager holds contracts back from billing.")
            )

    @api.model
    def _hold_billing(self, reasons):
        """Set the hold.

        :param reasons: ``{contract: reason in a clerk's words, or False}``
        """
        by_reason = {}
        for contract, reason in reasons.items():
            by_reason.setdefault(reason, []).append(contract.id)
        for reason, ids in by_reason.items():
            self.browse(ids)._write_inside({"billing_hold": True, "billing_hold_reason": reason})

    @api.model
    def _not_held(self):
        """Domain of schedule rows whose contract is not on billing hold."""
        return Domain("contract_id", "not any!", [("billing_hold", "=", True)])

    def _billed_back_unasked(self):
        """Why these contracts would be billed far back, in one query: ``{contract: reason}``.

        Those of which something has been due for more than two months.
        """
        if not self:
            return {}
        self.env["cn285.billing.schedule"].flush_model()
        found = self.env.execute_query(
            SQL(
                """SELECT row.contract_id, count(*), min(row.period_start)
                     FROM cn285_billing_schedule row
                     JOIN unnest(%s, %s::date[]) AS asked (id, day) ON asked.id = row.contract_id
                    WHERE row.state = ANY(%s) AND row.kind != 'credit'
                      AND row.billing_date <= asked.day
                 GROUP BY row.contract_id
                   HAVING min(row.billing_date) < min(asked.day) - %s""",
                self.ids,
                [contract.company_id._cn285_today() for contract in self],
                list(OPEN_STATES),
                UNASKED_DAYS,
            )
        )
        return {
            self.browse(contract_id): self.env._(
                "It would be billed back to %(day)s (%(count)s periods). Say until when its items "
                "were billed elsewhere, or release it to bill all of it.",
                day=format_date(self.env, day),
                count=count,
            )
            for contract_id, count, day in found
        }
