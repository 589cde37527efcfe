"""Figures that would be ignored: what nothing reads is refused, and cleared in forms."""

from collections import defaultdict

from odoo import Command, api, models
from odoo.exceptions import ValidationError


class UsageCalculator(models.Model):
    """A figure that its calculator does not read would be given, or charged, by nobody."""

    _inherit = "cn285.usage.calculator"

    @api.model
    def _figures_of_models(self):
        """The fields that charge models read: ``{name: [charge models]}``."""
        readers = defaultdict(list)
        for model, entry in self._charge_models().items():
            for name in entry.figures:
                readers[name].append(model)
        return readers

    @api.model
    def _optional_figures(self):
        """As above, without what stands on its default: that says nothing where it is not read."""
        return {
            name: models
            for name, models in self._figures_of_models().items()
            if not self._fields[name].default
        }

    def _unread_figures(self, vals):
        """Empty values for what another charge model in ``vals`` does not read."""
        other = vals.get("charge_model")
        if not other or set(self.mapped("charge_model")) == {other}:
            return {}
        return {
            name: [Command.clear()] if self._fields[name].type.endswith("2many") else False
            for name, readers in self._optional_figures().items()
            if name not in vals and other not in readers
        }

    @api.constrains(
        lambda self: (
            "charge_model",
            "rollover",
            "allowance_scope",
            "pool_id",
            *self._optional_figures(),
        )
    )
    def _check_figures_count(self):
        for calculator in self:
            reason = calculator._ignored_figure() or calculator._entry().missing_figure(calculator)
            if reason:
                raise ValidationError(
                    self.env._(
                        "Calculator “%(name)s”: %(reason)s", name=calculator.name, reason=reason
                    )
                )

    def _ignored_figure(self):
        """Which figure would be ignored, in a clerk's words; None if all of them count."""
        self.ensure_one()
        for name, readers in self._optional_figures().items():
            if self[name] and self.charge_model not in readers:
                return self.env._(
                    "the charge model “%(model)s” takes no “%(figure)s”; leave it empty.",
                    model=self._charge_model_label(),
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

    def _has_price_for_nothing(self):
        """Whether a unit price that is for other values stands there where these have none."""
        reads = self._entry().figures
        return "has_default_price" in reads and self.price_unit and not self.has_default_price

    def _has_rollover_of_nothing(self):
        """Whether unused units are to be kept where there are none; a pool keeps its own."""
        if self.rollover == "no":
            return False
        if self.allowance_scope == "pool":
            # sudo: one choice of the pool, for who may edit the calculator but not see the pool.
            return self.pool_id and self.pool_id.sudo().rollover != self.rollover
        return self.allowance_scope == "own" and not self.allowance_units

    @api.onchange("charge_model", "has_default_price", "allowance_units", "allowance_scope")
    def _onchange_figures(self):
        """A form hides what the charge model does not read: it must not stay behind."""
        for name, readers in self._optional_figures().items():
            if self[name] and self.charge_model not in readers:
                self[name] = False
        if not self._rates_a_quantity() and self.allowance_scope != "own":
            self.allowance_scope = "own"
        if self._has_price_for_nothing():
            self.price_unit = 0.0
        if self._has_rollover_of_nothing():
            self.rollover = "no"
