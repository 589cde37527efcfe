"""Names and terms of calculators in words: in their history, in changes, in explanations."""

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import labelled
from odoo.fields import Domain

from .usage_calculator_part import PRICE_COLUMNS

# Besides the figures of the charge model.
MORE_FIGURES = ("rollover", "pool_id", "minimum_amount", "maximum_amount")


class UsageCalculator(models.Model):
    _inherit = "cn285.usage.calculator"

    name = fields.Char(
        compute="_compute_name",
        inverse="_inverse_name",
        search="_search_name",
        readonly=False,
        help="Left empty, it is named after what it counts and how, in each reader's language.",
    )
    own_name = fields.Char(help="The name that somebody gave it.")

    @api.depends(
        "own_name",
        "metric_id.name",
        "formula",
        "charge_model",
        "source_item_id.name",
        "source_template_item_id.name",
    )
    @api.depends_context("lang")
    def _compute_name(self):
        for calculator in self:
            calculator.name = calculator.own_name or calculator._usual_name()

    def _inverse_name(self):
        """A name that is not the usual one is its own, and the same in all languages."""
        for calculator in self:
            name = calculator.name
            calculator.own_name = name if name and name != calculator._usual_name() else False
        # Read anew in all languages, where it may differ.
        self.invalidate_recordset(["name"])

    def _search_name(self, operator, value):
        if operator not in ("in", "ilike", "like", "=ilike", "=like"):
            return NotImplemented
        found = Domain("own_name", operator, value)
        for name in ("metric_id.name", "formula", "source_item_id.name"):
            found |= Domain("own_name", "=", False) & Domain(name, operator, value)
        return found

    def _usual_name(self):
        """After what it counts and how, in the user's language."""
        subject, label = self._counted_words(), self._charge_model_label()
        return labelled(self.env, subject, label) if subject else label

    def _counted_words(self):
        """What it counts, in the user's language."""
        self.ensure_one()
        if self.source_item_id:
            titles = self.env["cn285.invoice.builder"]
            return titles._line_title(self.source_item_id, self.env.lang)
        return self.source_template_item_id.name or self.metric_id.name or self.formula

    def _subject(self):
        """What its terms are told of: its own name, else what it counts."""
        return self.own_name or self._counted_words() or self.name

    def _terms_text(self):
        """What decides on the price, in a line, in the user's language."""
        self.ensure_one()
        figures = [name for name in self._entry().figures if name not in MORE_FIGURES]
        texts = [self._figure_text(name) for name in (*figures, *MORE_FIGURES)]
        return "; ".join(filter(None, (self._charge_model_label(), *texts)))

    def _line_label(self):
        """What the lines that it makes on an invoice are about."""
        self.ensure_one()
        if self.source_item_id:
            titles = self.env["cn285.invoice.builder"]
            source = titles._line_title(self.source_item_id, self.env.lang)
            return self.env._("Triggered by %s", source)
        return self.metric_id.name or self.name

    def _figure_text(self, name):
        """A figure with what it is called; None where there is none, or it says nothing."""
        field, value = self._fields[name], self[name]
        if not value or (name == "rollover" and value == "no"):
            return None
        label = field._description_string(self.env)
        if name in PRICE_COLUMNS:
            return ", ".join(self._part_text(part) for part in value.sorted())
        if field.relational:
            # sudo: the name of what prices go by; whoever may read these may read it.
            names = ", ".join(value._origin.sudo().mapped("display_name"))
            return labelled(self.env, label, names)
        if field.type == "selection":
            return labelled(self.env, label, dict(field._description_selection(self.env))[value])
        if field.type == "boolean":
            return label
        if field.type in ("float", "integer"):
            return labelled(self.env, label, self._number_text(value))
        return labelled(self.env, label, value)

    def _part_text(self, part):
        """A tier, or the price of a value."""
        price = self._number_text(part.price_unit)
        if "value" in part:
            return labelled(self.env, part.value, price)
        figures = {"bound": self._number_text(part.up_to), "price": price}
        text = (
            self.env._("up to %(bound)s: %(price)s", **figures)
            if part.up_to
            else self.env._("beyond: %(price)s", **figures)
        )
        return f"{text} + {self._number_text(part.flat)}" if part.flat else text

    def _number_text(self, value):
        return self.env["cn285.billing.schedule"]._plain(repr(value))
