from decimal import Decimal

from odoo import api, fields, models

from ..engine.mrr import monthly_value


class ContractItem(models.Model):
    """What an item is worth in a month."""

    _inherit = "cn285.contract.item"

    mrr = fields.Monetary(
        string="MRR",
        compute="_compute_mrr",
        store=True,
        currency_field="currency_id",
        help="Value of one period, normalised to a month.",
    )

    @api.depends(
        "billing_type",
        "quantity",
        "price_source",
        "price_unit",
        "discount",
        "recurring_interval",
        "recurring_unit",
        "product_id",
        "contract_id.pricelist_id",
        "contract_id.currency_id",
        "date_start",
    )
    def _compute_mrr(self):
        fixed = self.filtered(lambda item: item.billing_type == "fixed" and item.product_id)
        (self - fixed).mrr = 0.0
        prices = fixed._unit_prices()
        for item in fixed:
            if item.recurring_interval < 1:
                item.mrr = 0.0
                continue
            net = Decimal(repr(item.quantity)) * Decimal(repr(prices.get(item.id, 0.0)))
            net *= 1 - Decimal(repr(item.discount)) / 100
            item.mrr = float(monthly_value(net, item.recurring_interval, item.recurring_unit))


class Contract(models.Model):
    """What a contract is worth in a month."""

    _inherit = "cn285.contract"

    mrr = fields.Monetary(
        string="MRR",
        compute="_compute_mrr",
        store=True,
        currency_field="currency_id",
        help="Monthly recurring revenue: the running subscriptions, normalised to a month.",
        groups="cn285_contract.group_contract_user_own,cn285_contract.group_contract_reader",
    )

    @api.depends("item_ids.mrr", "item_ids.state")
    def _compute_mrr(self):
        for contract in self:
            contract.mrr = sum(contract._mrr_items().mapped("mrr"))

    def _mrr_items(self):
        """The items that count into the contract's MRR: those that run. Hook.

        The MRR is stored. Whoever leaves out items by other fields adds these to the dependencies
        of :meth:`_compute_mrr`, and has what depends on the day computed anew by a daily cron.
        """
        self.ensure_one()
        return self.item_ids.filtered(lambda item: item.state == "active")
