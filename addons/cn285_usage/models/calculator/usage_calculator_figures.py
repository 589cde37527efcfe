"""Figures that would be ignored: what nothing reads is refused, and cleared in forms."""

from odoo import Command, api, models
from odoo.exceptions import ValidationError

from .usage_calculator import TIERED

QUANTITY_MODELS = ("per_unit", "package", *TIERED)
# The charge models that read a figure. Those that stand on their defaults are left alone.
READ_BY = {
    "price_unit": ("per_unit", "package", "matrix"),
    "tier_ids": TIERED,
    "overage_price": ("stairstep",),
    "property_name": ("matrix",),
    "has_default_price": ("matrix",),
    "value_ids": ("matrix",),
    "percent": ("percentage",),
    "fixed_amount": ("percentage",),
    "event_minimum": ("percentage",),
    "event_maximum": ("percentage",),
    "free_events": ("percentage",),
    "free_units": ("percentage", "package"),
    "allowance_units": QUANTITY_MODELS,
    "formula": QUANTITY_MODELS,
    "smartcode_id": ("smartcode",),
    "metric_ids": ("smartcode",),
}


class UsageCalculator(models.Model):
    """A figure that its calculator does not read would be given, or charged, by nobody."""

    _inherit = "cn285.usage.calculator"

    def write(self, vals):
        """Another charge model begins without the figures of the one before, as in a form."""
        other = vals.get("charge_model")
        if other and set(self.mapped("charge_model")) != {other}:
            unread = {
                name: [Command.clear()] if self._fields[name].type.endswith("2many") else False
                for name, readers in READ_BY.items()
                if name not in vals and other not in readers
            }
            vals = {**unread, **vals}
        return super().write(vals)

    @api.constrains("charge_model", "rollover", "allowance_scope", "pool_id", *READ_BY)
    def _check_figures_count(self):
        for calculator in self:
            reason = calculator._ignored_figure() or calculator._missing_figure()
            if reason:
                raise ValidationError(
                    self.env._(
                        "Calculator “%(name)s”: %(reason)s", name=calculator.name, reason=reason
                    )
                )

    def _ignored_figure(self):
        """Which figure would be ignored, in a clerk's words; None if all of them count."""
        self.ensure_one()
        for name in READ_BY:
            if self[name] and self.charge_model not in READ_BY[name]:
                labels = dict(self._fields["charge_model"]._description_selection(self.env))
                return self.env._(
                    "the charge model “%(model)s” takes no “%(figure)s”; leave it empty.",
                    model=labels[self.charge_model],
                    figure=self._fields[name]._description_string(self.env),
                )
        if self._has_price_for_nothing():
            return self.env._(
                "its unit price would be that of other values; allow these, or leave it empty."
            )
        if self._has_rollover_of_nothing():
            return self.env._(
                "there are no included units of its own that could be kept: what is not used must "
                "lapse."
            )
        return None

    def _missing_figure(self):
        """What the charge model cannot do without; None if nothing is missing."""
        self.ensure_one()
        if self.charge_model == "matrix" and not self.property_name:
            return self.env._("name the property whose values decide the price.")
        return None

    def _has_price_for_nothing(self):
        return self.charge_model == "matrix" and self.price_unit and not self.has_default_price

    def _has_rollover_of_nothing(self):
        """Whether unused units are to be kept where there are none; a pool keeps its own."""
        if self.rollover == "no":
            return False
        if self.allowance_scope == "pool":
            return self.pool_id and self.pool_id.sudo().rollover != self.rollover
        return self.allowance_scope == "own" and not self.allowance_units

    @api.onchange("charge_model", "has_default_price", "allowance_units", "allowance_scope")
    def _onchange_figures(self):
        """A form hides what the charge model does not read: it must not stay behind."""
        for name, readers in READ_BY.items():
            if self[name] and self.charge_model not in readers:
                self[name] = False
        if self.charge_model not in QUANTITY_MODELS and self.allowance_scope != "own":
            self.allowance_scope = "own"
        if self._has_price_for_nothing():
            self.price_unit = 0.0
        if self._has_rollover_of_nothing():
            self.rollover = "no"
