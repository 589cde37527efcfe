from odoo import api, fields, models
from odoo.addons.cn285_contract.models.clock import imagining
from odoo.exceptions import UserError

from .journey import current_journey


class ResCompany(models.Model):
    """A clock that can be set ahead, in a database that is marked as a test."""

    _inherit = "res.company"

    cn285_clock_date = fields.Date(
        string="Date of the Test Clock",
        readonly=True,
        help="In a database marked as a test: the day that billing takes for today.",
    )

    def _cn285_today(self):
        self.ensure_one()
        # sudo: whoever asks is told the day, customers too.
        shown = self.sudo().cn285_clock_date
        if shown and not imagining() and self._cn285_is_test_database():
            return shown
        return super()._cn285_today()

    @api.model
    def _cn285_is_imagined(self):
        return current_journey() is not None or super()._cn285_is_imagined()

    @api.model
    def _cn285_daily_companies(self):
        """On a journey, only the company whose clock moves."""
        journey = current_journey()
        return self.browse(journey.company_id) if journey else super()._cn285_daily_companies()

    @api.model
    def _cn285_need_test_database(self):
        """Refuse what must never happen in production."""
        if not self._cn285_is_test_database():
            raise UserError(
                self.env._(
                    "Time travel is for test databases: it makes invoices of days to come. This "
                    "database is not marked as a test (Contracts, Configuration, Settings)."
                )
            )

    @api.model
    def _cn285_mark_test_database(self, marked=True):
        """Clocks show the real day again in a database that is a test no more."""
        result = super()._cn285_mark_test_database(marked)
        if not marked:
            self.search([("cn285_clock_date", "!=", False)]).cn285_clock_date = False
        return result
