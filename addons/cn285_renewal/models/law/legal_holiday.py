from odoo import fields, models

from ...engine.holidays import EasterHoliday, FixedHoliday


class LegalHoliday(models.Model):
    """A public holiday: on the same day each year, or so many days after Easter Sunday."""

    _name = "cn285.legal.holiday"
    _description = "Public Holiday"
    _inherit = ["cn285.law.part"]
    _order = "law_id, month, day, easter_offset"

    law_id = fields.Many2one("cn285.law", required=True, ondelete="cascade", index=True)
    name = fields.Char(required=True, translate=True)
    by_easter = fields.Boolean(string="Around Easter")
    month = fields.Integer()
    day = fields.Integer()
    easter_offset = fields.Integer(
        string="Days After Easter", help="Easter Sunday is 0, Good Friday -2."
    )
    region_id = fields.Many2one(
        "cn285.legal.region",
        ondelete="restrict",
        domain="[('law_id', '=', law_id)]",
        help="The part of the country that has it. Left empty: all of it.",
    )
    source = fields.Char(help="The article of the law.")

    _day_exists = models.Constraint(
        "CHECK(by_easter OR (month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31))",
        "A holiday is on a day of a month, or around Easter.",
    )

    def _engine_holiday(self):
        self.ensure_one()
        if self.by_easter:
            return EasterHoliday(self.easter_offset)
        return FixedHoliday(self.month, self.day)
