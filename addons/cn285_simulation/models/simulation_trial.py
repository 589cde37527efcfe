from typing import NamedTuple

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import RISE
from odoo.exceptions import ValidationError


class TrialKind(NamedTuple):
    """A kind of thing that is tried: its label, the field that it needs, what it changes."""

    label: str
    field: str
    of_prices: bool
    of_usage: bool


# Labels are worded by the field, so that they are translated.
KINDS = {
    "pricelist": TrialKind("A Pricelist", "pricelist_id", True, False),
    "calculator": TrialKind("The Terms of a Calculator", "calculator_id", False, True),
    "smartcode": TrialKind("A Version of a SmartCode", "smartcode_version_id", False, True),
    "plan": TrialKind("Another Plan", "plan_id", True, True),
    "percent": TrialKind("A Percentage on Prices", "percent", True, True),
}


class SimulationTrial(models.Model):
    """One thing that is tried, and of which items. Several are tried one after the other."""

    _name = "cn285.simulation.trial"
    _description = "Tried Price"
    _inherit = ["cn285.guarded"]
    _order = "simulation_id, sequence, id"
    _check_company_auto = True

    simulation_id = fields.Many2one(
        "cn285.simulation", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="simulation_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("pricelist", "A Pricelist"),
            ("calculator", "The Terms of a Calculator"),
            ("smartcode", "A Version of a SmartCode"),
            ("plan", "Another Plan"),
            ("percent", "A Percentage on Prices"),
        ],
        string="Tried",
        required=True,
        default="percent",
    )
    product_ids = fields.Many2many(
        "product.product",
        "cn285_simulation_trial_product_rel",
        string="Of Products",
        help="Left empty: of all items that it may concern.",
    )
    replaced_ids = fields.Many2many(
        "cn285.contract.template.item",
        "cn285_simulation_trial_replaced_rel",
        string="In Place Of",
        help="Items of contracts of this template, with this product. Left empty: of all items "
        "that it may concern.",
    )
    pricelist_id = fields.Many2one("product.pricelist", ondelete="restrict", index="btree_not_null")
    calculator_id = fields.Many2one(
        "cn285.usage.calculator",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('template_item_id', '!=', False), ('company_id', 'in', (company_id, False))]",
        help="A calculator of a template: its tiers, included units and bounds rate the usage of "
        "the same metrics instead of the terms that were in force.",
    )
    smartcode_version_id = fields.Many2one(
        "cn285.smartcode.version",
        string="SmartCode Version",
        ondelete="restrict",
        index="btree_not_null",
        help="It is run, be it a draft, instead of the version that billed.",
    )
    plan_id = fields.Many2one(
        "cn285.contract.template.item",
        ondelete="restrict",
        index="btree_not_null",
        help="An item of a template: its price, discount, length of period and calculators. The "
        "quantity, the dates and the discount periods are the customer's.",
    )
    percent = fields.Float(
        digits=(16, 4), help="So much more; negative: less. Of usage, all prices and bounds."
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "percent": RISE}

    @api.constrains("kind", "pricelist_id", "calculator_id", "smartcode_version_id", "plan_id")
    def _check_needed(self):
        for trial in self:
            name = KINDS[trial.kind].field
            if name != "percent" and not trial[name]:
                raise ValidationError(
                    self.env._("Choose what is tried: “%s”.", self._label_of(name))
                )

    @api.constrains(
        "simulation_id", "pricelist_id", "calculator_id", "smartcode_version_id", "plan_id"
    )
    def _check_company_of_tried(self):
        for trial in self:
            tried = trial[KINDS[trial.kind].field]
            company = tried.company_id if trial.kind != "percent" else None
            if company and company != trial.company_id:
                raise ValidationError(
                    self.env._(
                        "%(record)s belongs to another company than the simulation.",
                        record=tried.display_name,
                    )
                )

    @api.constrains("calculator_id")
    def _check_of_template(self):
        for trial in self:
            if trial.calculator_id and not trial.calculator_id.template_item_id:
                raise ValidationError(
                    self.env._("What is tried are the terms of a calculator of a template.")
                )

    def _label_of(self, name):
        return self._fields[name]._description_string(self.env)

    @api.depends("kind", "pricelist_id", "calculator_id", "smartcode_version_id", "plan_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for trial in self:
            name = KINDS[trial.kind].field if trial.kind else "percent"
            what = f"{trial.percent:+g} %" if name == "percent" else trial[name].display_name
            trial.display_name = f"{labels.get(trial.kind, '')}: {what}"

    # === WHICH ITEMS === #

    def _concerns(self, item):
        """Whether an item is among those that it is tried of, whatever then comes of it."""
        self.ensure_one()
        if self.product_ids and item.product_id not in self.product_ids:
            return False
        if not self.replaced_ids:
            return True
        if item.usage_template_item_id:
            return item.usage_template_item_id in self.replaced_ids
        template = item.contract_id.template_id
        return any(
            (one.template_id, one.product_id) == (template, item.product_id)
            for one in self.replaced_ids
        )

    def _is_limited(self):
        """Whether it is said of which items."""
        self.ensure_one()
        return bool(self.product_ids or self.replaced_ids)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        trials = super().create(vals_list)
        trials._refuse_after_draft()
        return trials

    def write(self, vals):
        self._refuse_after_draft()
        result = super().write(vals)
        self._refuse_after_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_of_drafts(self):
        self._refuse_after_draft()

    def _refuse_after_draft(self):
        """What was tried stays with what came out."""
        for simulation in self.simulation_id:
            if simulation.state != "draft" and not self._is_inside():
                raise ValidationError(
                    self.env._(
                        "%s is no draft any more: what it tries does not change.",
                        simulation.display_name,
                    )
                )
