from odoo import api, fields, models
from odoo.fields import Domain

from ..engine.rhythm import Rhythm


class IrCron(models.Model):
    _inherit = "ir.cron"

    cn285_time_travel = fields.Selection(
        [("always", "Always"), ("never", "Never")],
        string="Run by Time Travel",
        help="Empty: the scheduled actions of contracts, and of apps that build on them, are run "
        "on each day of a journey on which they are due; those of other apps are not.",
    )

    @api.model
    def _cn285_of_journeys(self):
        """The active scheduled actions that a journey runs, in the order of the scheduler.

        Those of the addons that depend on cn285_contract, as the database knows them, and those
        that a user has marked; not those that a user has taken out.
        """
        names = self.env["ir.model.data"].search(
            [("model", "=", "ir.cron"), ("module", "in", list(self._cn285_addons()))]
        )
        ours = Domain("id", "in", names.mapped("res_id")) & Domain("cn285_time_travel", "=", False)
        return self.search(ours | Domain("cn285_time_travel", "=", "always"), order="priority, id")

    @api.model
    def _cn285_addons(self):
        """Names of the installed addons whose scheduled actions and jobs are part of a journey."""
        contract = self.env["ir.module.module"].search([("name", "=", "cn285_contract")])
        return set((contract | contract.downstream_dependencies()).mapped("name"))

    def _cn285_rhythm(self, company):
        """On which days it is due, by the company's time zone."""
        self.ensure_one()
        there = self.with_context(tz=company.cn285_tz)
        first = fields.Datetime.context_timestamp(there, self.nextcall).date()
        return Rhythm(first, self.interval_number, self.interval_type)
