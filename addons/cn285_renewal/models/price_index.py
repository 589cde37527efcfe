from odoo import api, fields, models
from odoo.addons.cn285_contract.engine.errors import EngineError
from odoo.addons.cn285_contract.models.bounds import DAY, PRICE
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..engine.revision import IndexValue, index_at


class PriceIndex(models.Model):
    """A published index (Syntec, consumer prices) by which contracts revise their prices."""

    _name = "cn285.price.index"
    _description = "Price Index"
    _inherit = ["cn285.guarded"]
    _order = "name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Short name by which files and programs refer to it.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Left empty, all companies may use it.")
    value_ids = fields.One2many("cn285.price.index.value", "index_id", string="Values", copy=True)
    last_value = fields.Float(
        compute="_compute_last_value", digits=(16, 6), help="The latest value that was entered."
    )

    _code_uniq = models.Constraint(
        "unique(code, company_id)", "A price index with this code already exists."
    )

    @api.depends("value_ids.date", "value_ids.value")
    def _compute_last_value(self):
        for index in self:
            index.last_value = index.value_ids.sorted("date")[-1:].value

    def _value_at(self, day):
        """The value in force on a day, as the engine's ``IndexValue``.

        :raises ValidationError: naming the index and the day, where there is none
        """
        self.ensure_one()
        values = [IndexValue(value.date, as_decimal(value.value)) for value in self.value_ids]
        try:
            return index_at(values, day)
        except EngineError as error:
            raise ValidationError(
                self.env._(
                    "Price index %(index)s has no value for %(day)s or before: add it.",
                    index=self.name,
                    day=format_date(self.env, day),
                )
            ) from error


class PriceIndexValue(models.Model):
    """The value of an index from a day until the next one's."""

    _name = "cn285.price.index.value"
    _description = "Price Index Value"
    _inherit = ["cn285.guarded", "cn285.bounded"]
    _order = "index_id, date desc"

    index_id = fields.Many2one("cn285.price.index", required=True, ondelete="cascade", index=True)
    date = fields.Date(string="In Force From", required=True)
    value = fields.Float(required=True, digits=(16, 6))

    _once = models.Constraint(
        "unique(index_id, date)", "The index already has a value from this day."
    )
    _positive = models.Constraint("CHECK(value > 0)", "An index value must lie above zero.")

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "value": PRICE, "date": DAY}
