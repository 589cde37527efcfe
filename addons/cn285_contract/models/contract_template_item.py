from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ContractTemplateItem(models.Model):
    _name = "cn285.contract.template.item"
    _description = "Contract Template Item"
    _inherit = ["cn285.guarded", "cn285.billing.terms"]
    _order = "template_id, sequence, id"

    template_id = fields.Many2one(
        "cn285.contract.template", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True)
    currency_id = fields.Many2one(related="template_id.currency_id")
    discount_ids = fields.One2many(
        "cn285.contract.template.item.discount", "item_id", string="Discounts", copy=True
    )

    @api.constrains("start_condition")
    def _check_start_condition(self):
        for item in self:
            if item.start_condition == "date":
                raise ValidationError(
                    self.env._(
                        "Template item “%s”: a template has no dates, so its items start with the "
                        "contract or when they are activated.",
                        item.name,
                    )
                )

    def _prepare_contract_item_vals(self, date_start=None):
        """Values of the contract item made from this one.

        :param date_start: the contract's start, from which trial and discounts count until the item
            starts; then discounts are dated by its own first billed day
        """
        self.ensure_one()
        vals = {"filled_from_id": self.id}
        for name in self._terms_fields():
            value = self[name]
            vals[name] = value.id if isinstance(value, models.BaseModel) else value
        if self.price_source == "pricelist":
            vals["price_unit"] = False
        start = date_start or (self.company_id or self.env.company)._cn285_today()
        start += timedelta(days=self.trial_days)
        vals["discount_ids"] = [
            fields.Command.create(discount._prepare_discount_vals(start))
            for discount in self.discount_ids
        ]
        return vals


class ContractTemplateItemDiscount(models.Model):
    """A discount of a template item, counted from the first billed day: the day after the trial."""

    _name = "cn285.contract.template.item.discount"
    _description = "Contract Template Discount"
    _inherit = ["cn285.discount.by.month"]
    _order = "item_id, month_from, id"

    item_id = fields.Many2one(
        "cn285.contract.template.item", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="item_id.currency_id")

    def _beside(self):
        return self.item_id.discount_ids - self

    def _discount_refusal(self, reason):
        return self.env._(
            "Template item “%(item)s”, discount: %(reason)s",
            item=self.item_id.name,
            reason=reason,
        )
