"""Calculators as contract changes set their terms."""

from odoo import Command, api, fields, models
from odoo.addons.cn285_contract.models.common import STATE_DOOR, labelled
from odoo.exceptions import UserError

from ..calculator.usage_calculator_part import KEPT, PRICE_COLUMNS


class UsageCalculator(models.Model):
    _inherit = "cn285.usage.calculator"

    def _change_terms(self, change, vals, day):
        """Let a contract change set terms from a day on; what later ones have set stays.

        Days that were billed by other terms are rated anew: the next run bills the difference.
        """
        self.ensure_one()
        in_force = self._terms_on(day)
        kept = self.with_context(**{KEPT: STATE_DOOR})
        kept._write_terms(in_force)
        kept.write(vals)
        self._keep_history({self: in_force}, day, correct=True, change=change)
        last = self.version_ids[-1:].terms
        if last:
            self._write_terms(last)

    def _terms_on(self, day):
        """The terms of a day, as data."""
        self.ensure_one()
        versions = self.version_ids
        found = versions.filtered(lambda one: not one.date_from or one.date_from <= day)[-1:]
        return found.terms or self._terms()

    @api.model
    def _tier_commands(self, tiers):
        """Tiers as a change has them, as commands that put them in the place of others."""
        return [
            Command.clear(),
            *(
                Command.create(
                    {
                        "up_to": float(tier.get("up_to") or 0.0),
                        "price_unit": float(tier.get("price_unit") or 0.0),
                        "flat": float(tier.get("flat") or 0.0),
                    }
                )
                for tier in tiers
            ),
        ]

    @api.model
    def _value_commands(self, prices):
        """Prices by value, as above."""
        values = ({"value": value, "price_unit": float(price)} for value, price in prices.items())
        return [Command.clear(), *map(Command.create, values)]

    @api.model
    def _parts_data(self, vals):
        """Values of a change as :meth:`_terms` has them."""
        return {
            name: [[part[2][column] for column in PRICE_COLUMNS[name]] for part in value[1:]]
            if name in PRICE_COLUMNS
            else value
            for name, value in vals.items()
        }

    def _dialog_values(self):
        """With what the dialog of a change starts: the figures of today."""
        return {
            "calculator_id": self.id,
            "own_price": "price_unit" in (self.read_figures or ()),
            "price_unit": self.price_unit,
            "allowance_units": self.allowance_units,
            "minimum_amount": self.minimum_amount,
            "maximum_amount": self.maximum_amount,
            "usage_tier_ids": [
                Command.clear(),
                *(
                    Command.create(
                        {"up_to": tier.up_to, "price_unit": tier.price_unit, "flat": tier.flat}
                    )
                    for tier in self.tier_ids
                ),
            ],
        }


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    usage_terms = fields.Char(compute="_compute_usage_terms", help="What usage costs, in words.")

    @api.depends_context("lang")
    @api.depends(lambda self: self._usage_terms_depends())
    def _compute_usage_terms(self):
        for item in self:
            item.usage_terms = " | ".join(
                labelled(self.env, one._subject(), one._terms_text()) for one in item.calculator_ids
            )

    def _usage_needs_approval(self):
        """Whether what its usage costs changes by contract changes alone, as rules may hold them.

        Also by a rule with an amount: how much usage will come to is for the change to tell.
        """
        return bool(self._usage_approval_rules())

    def _usage_approval_rules(self):
        """The rules of approval that an edit of what its usage costs would go past."""
        self.ensure_one()
        # sudo: rules hold whether or not whoever asks may read them.
        rules = self.contract_id.template_id.sudo().approval_ids
        if self._edits_freely() or not self._is_traced():
            return rules.browse()
        return rules.filtered(
            lambda rule: rule.type in (False, "usage_terms") and not rule.customers_only
        )

    def _check_usage_approved(self):
        """Refuse that calculators of running items are edited past an approval."""
        for item in self:
            rules = item._usage_approval_rules()
            if not rules:
                continue
            names = {"item": item.name, "contract": item.contract_id.name}
            if all(rule.amount for rule in rules):
                raise UserError(
                    self.env._(
                        "Item “%(item)s” of contract %(contract)s: changes from an amount on need "
                        "approval. Change what usage costs by the button Change (Usage Terms).",
                        **names,
                    )
                )
            raise UserError(
                self.env._(
                    "Item “%(item)s” of contract %(contract)s: what usage costs changes only "
                    "after approval. Ask for it by the button Change (Usage Terms).",
                    **names,
                )
            )

    @api.model
    def _usage_terms_depends(self):
        own = self.env["cn285.usage.calculator"]._terms_names()
        parts = [
            f"{name}.{column}" for name, columns in PRICE_COLUMNS.items() for column in columns
        ]
        return [f"calculator_ids.{name}" for name in (*own, *parts)]


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    @api.model
    def _snapshot_item_fields(self):
        return [*super()._snapshot_item_fields(), "usage_terms"]

    def _value_label(self, name):
        """Figures of calculators are called as there."""
        labels = {"tiers": self.env._("Tiers"), "prices": self.env._("Prices")}
        field = self.env["cn285.usage.calculator"]._fields.get(name)
        if self.type != "usage_terms" or not (field or name in labels):
            return super()._value_label(name)
        return labels.get(name) or field._description_string(self.env)

    def _value_text(self, name, value):
        calculators = self.env["cn285.usage.calculator"]
        try:
            if name == "tiers" and self.type == "usage_terms":
                return calculators.new(
                    {"tier_ids": calculators._tier_commands(value)}
                )._figure_text("tier_ids")
            if name == "prices" and self.type == "usage_terms":
                values = calculators._value_commands(value)
                return calculators.new({"value_ids": values})._figure_text("value_ids")
        except (AttributeError, TypeError, ValueError):
            return value
        return super()._value_text(name, value)
