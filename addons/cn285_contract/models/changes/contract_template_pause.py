from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ContractTemplate(models.Model):
    """Limits of pauses, for the contracts that follow a template."""

    _inherit = "cn285.contract.template"

    pause_max_count = fields.Integer(
        string="Pauses a Year", help="How often an item may pause in a calendar year. 0: no limit."
    )
    pause_max_days = fields.Integer(
        string="Days of Pause a Year",
        help="How many days an item may pause in a calendar year. 0: no limit.",
    )
    pause_min_length = fields.Integer(string="Shortest Pause (days)")
    pause_max_length = fields.Integer(string="Longest Pause (days)", help="0: no limit.")

    @api.constrains("pause_max_count", "pause_max_days", "pause_min_length", "pause_max_length")
    def _check_pauses(self):
        for template in self:
            numbers = (
                template.pause_max_count,
                template.pause_max_days,
                template.pause_min_length,
                template.pause_max_length,
            )
            if min(numbers) < 0:
                raise ValidationError(self.env._("The limits of pauses cannot be negative."))

    def _pause_length_error(self, days):
        """Why a pause of so many days (None: until further notice) is too short or too long."""
        longest = self.pause_max_length
        if longest and (days is None or days > longest):
            return self.env._("a pause lasts at most %s days.", longest)
        if days is not None and days < self.pause_min_length:
            return self.env._("a pause lasts at least %s days.", self.pause_min_length)
        return None

    def _pause_year_error(self, number, days):
        """Why so many pauses and days of pause in a year are too many."""
        if self.pause_max_count and number > self.pause_max_count:
            return self.env._("an item pauses at most %s times a year.", self.pause_max_count)
        if self.pause_max_days and days > self.pause_max_days:
            return self.env._("an item pauses at most %s days a year.", self.pause_max_days)
        return None
