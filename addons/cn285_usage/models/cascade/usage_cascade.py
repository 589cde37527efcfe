"""Cascades: calculators whose usage is what another item was rated with."""

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import STATE_DOOR, told_inside
from odoo.exceptions import UserError, ValidationError

from ...engine.cascades import levels
from ...engine.errors import UsageError
from ...engine.tariff import Feed


class UsageCalculator(models.Model):
    """A calculator of a triggered item: its source stands where others have a metric.

    The charge model says what is triggered: a package for each started 1,000, a percentage of the
    amount, tiers. Several levels deep is an item that is triggered and triggers others.
    """

    _inherit = "cn285.usage.calculator"

    @api.ondelete(at_uninstall=False)
    def _unlink_only_without_cascades(self):
        # sudo: whatever it triggers would be billed by other calculators, whoever may see it.
        triggered = self.sudo().search([("source_calculator_id", "in", self.ids)]) - self
        if triggered:
            raise UserError(
                self.env._(
                    "Calculator “%(name)s” triggers “%(target)s” and cannot be deleted.",
                    name=triggered[0].source_calculator_id.name,
                    target=triggered[0].item_id.display_name,
                )
            )

    # === WHAT IS REFUSED === #

    @api.constrains(
        "source_item_id",
        "source_template_item_id",
        "source_calculator_id",
        "source_measure",
        "charge_model",
        "is_payout",
        "item_id",
        "template_item_id",
    )
    def _check_source(self):
        for calculator in self:
            reason = calculator._source_error()
            if reason:
                raise ValidationError(
                    self.env._(
                        "Calculator “%(name)s”: %(reason)s", name=calculator.name, reason=reason
                    )
                )
        cascades = self.filtered(
            lambda calculator: calculator.source_item_id or calculator.source_template_item_id
        )
        cascades._check_loops("item_id", "source_item_id")
        cascades._check_loops("template_item_id", "source_template_item_id")

    def _source_error(self):
        """Why this calculator cannot be triggered, in a clerk's words; None if it can."""
        self.ensure_one()
        source, of_template = self.source_item_id, self.source_template_item_id
        if not source and not of_template:
            return self.env._("only a triggered item can be a payout.") if self.is_payout else None
        if self._feed() is Feed.values:
            return self.env._("what another item triggers has no property to decide its price.")
        owner = self.item_id or self.template_item_id
        if owner.usage_billing == "delivery":
            return self.env._("an item that is billed on delivery cannot be triggered by another.")
        template = self.template_item_id.template_id
        copying = told_inside(self.env, "cn285_copying_template")
        if template and of_template and template != of_template.template_id and not copying:
            return self.env._("its source belongs to another template.")
        if not source:
            return None
        if source.company_id != self.item_id.company_id:
            return self.env._("its source belongs to another company.")
        if source.billing_type != "usage":
            return self.env._("its source “%s” does not bill usage.", source.display_name)
        if self.source_calculator_id and self.source_calculator_id.item_id != source:
            return self.env._("it names a calculator of another item than its source.")
        if self.source_measure == "amount" and source.currency_id != self.item_id.currency_id:
            return self.env._(
                "its source is billed in %(other)s, this item in %(own)s: amounts of another "
                "currency cannot trigger.",
                other=source.currency_id.name,
                own=self.item_id.currency_id.name,
            )
        return None

    def _check_loops(self, target, source):
        """Refuse cascades that come back to where they began, and name the way.

        :param target: field with the item that is triggered
        :param source: field with the item that triggers
        """
        checked = self.filtered(source)
        if not checked:
            return
        # sudo: a loop is one also where its author may not see all of it.
        owners = checked.sudo().company_id.ids
        links = self.sudo()._read_group(
            [(source, "!=", False), (target, "!=", False), ("company_id", "in", [*owners, False])],
            [source, target],
        )
        try:
            levels([(one.id, other.id) for one, other in links])
        except UsageError as error:
            items = self.sudo()[source].browse(error.values["path"])
            path = " → ".join(item.display_name for item in map(items.browse, items.ids))
            raise ValidationError(
                self.env._("These items would trigger each other for ever: %s.", path)
            ) from error

    @api.model
    def _cascade_levels(self, company):
        """How far the items of a company are from where usage comes in: ``{item id: level}``.

        Items that have nothing to do with cascades are absent.
        """
        # sudo: the order of rating follows from all cascades, whoever rates.
        links = self.sudo()._read_group(
            [
                ("source_item_id", "!=", False),
                ("item_id", "!=", False),
                ("company_id", "=", company.id),
            ],
            ["source_item_id", "item_id"],
        )
        return levels([(source.id, target.id) for source, target in links])


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    usage_template_item_id = fields.Many2one(
        "cn285.contract.template.item",
        string="Made From",
        ondelete="set null",
        copy=False,
        help="The item of the template that this one was made from.",
    )
    triggered_ids = fields.One2many(
        "cn285.usage.calculator", "source_item_id", string="Triggers", copy=False, readonly=True
    )

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        items.contract_id._resolve_cascades()
        return items

    @api.ondelete(at_uninstall=False)
    def _unlink_only_without_cascades(self):
        self._check_triggers_nothing_beside(self)

    @api.constrains("billing_type")
    def _check_still_bills_usage(self):
        for item in self.filtered(lambda item: item.billing_type != "usage"):
            # sudo: what it triggers may belong to somebody else.
            triggered = item.sudo().triggered_ids
            if triggered:
                raise ValidationError(
                    self.env._(
                        "“%(item)s” triggers “%(target)s”: it must go on to bill usage.",
                        item=item.display_name,
                        target=triggered[0].item_id.display_name,
                    )
                )

    def _check_triggers_nothing_beside(self, deleted):
        """Refuse to delete what triggers items that stay.

        :param deleted: the items that are deleted together
        """
        # sudo: what stays behind without its source may belong to somebody else.
        for calculator in self.sudo().triggered_ids:
            if calculator.item_id not in deleted:
                raise UserError(
                    self.env._(
                        "“%(item)s” triggers “%(target)s” and cannot be deleted.",
                        item=calculator.source_item_id.display_name,
                        target=calculator.item_id.display_name,
                    )
                )


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _resolve_cascades(self):
        """Let calculators made from a template be triggered by the items of their contract."""
        open_ends = self.item_ids.calculator_ids.filtered(
            lambda calculator: calculator.source_template_item_id and not calculator.source_item_id
        )
        for calculator in open_ends:
            source = calculator.item_id.contract_id.item_ids.filtered(
                lambda item, calculator=calculator: (
                    item.usage_template_item_id == calculator.source_template_item_id
                )
            )
            if source:
                calculator.write({"source_item_id": source[0].id, "source_template_item_id": False})

    @api.ondelete(at_uninstall=False)
    def _unlink_only_without_cascades(self):
        self.item_ids._check_triggers_nothing_beside(self.item_ids)

    def copy(self, default=None):
        """The cascades of a copy are among its own items."""
        copies = super().copy(default)
        for contract, made in zip(self, copies, strict=True):
            if len(contract.item_ids) != len(made.item_ids):
                continue
            twins = dict(zip(contract.item_ids, made.item_ids, strict=True))
            for calculator in made.item_ids.calculator_ids.filtered("source_item_id"):
                twin = twins.get(calculator.source_item_id)
                if twin:
                    calculator.write({"source_item_id": twin.id, "source_calculator_id": False})
        return copies


class ContractTemplate(models.Model):
    _inherit = "cn285.contract.template"

    def copy(self, default=None):
        """The cascades of a copy are among its own items."""
        # Until then they name those of the original.
        copying = self.with_context(cn285_copying_template=STATE_DOOR)
        copies = super(ContractTemplate, copying).copy(default).with_env(self.env)
        for template, made in zip(self, copies, strict=True):
            twins = dict(zip(template.item_ids, made.item_ids, strict=False))
            for calculator in made.item_ids.calculator_ids.filtered("source_template_item_id"):
                twin = twins.get(calculator.source_template_item_id)
                if twin:
                    calculator.source_template_item_id = twin
        return copies
