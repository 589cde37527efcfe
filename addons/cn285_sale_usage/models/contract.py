from odoo import api, models
from odoo.addons.cn285_sale.models.customer.kinds import by_name

from .tariff import Tariff, TariffForCustomers


class Contract(models.Model):
    _inherit = "cn285.contract"

    @api.model
    def _customer_kinds(self):
        return super()._customer_kinds() | by_name(Tariff())


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    @api.model
    def _change_types(self):
        types = super()._change_types()
        return {**types, "usage_terms": TariffForCustomers(types["usage_terms"])}
