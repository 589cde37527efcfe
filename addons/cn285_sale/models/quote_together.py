"""Many quotations that were accepted become their contracts together, in a few queries."""

from odoo import models
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.addons.cn285_sign.models.contract import SIGNED

# So many are activated one by one.
FEW = 2


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _cn285_activate_all(self):
        """Activate accepted quotations, together where nothing sets one of them apart."""
        together = self._cn285_alike() if len(self) > FEW else self.browse()
        for order in self - together:
            order._cn285_activate()
        if together:
            together._cn285_activate_together()

    def _cn285_alike(self):
        """Those of these that become contracts by the same steps, without a step of their own.

        Hook: an addon takes out those that wait for something.
        """
        # sudo: whether anything has to be signed, whoever accepts.
        rules = self.env["cn285.sign.rule"].sudo()
        signing = rules.search([("what", "in", ("quote", "contract"))]).company_id
        return self.filtered(
            lambda order: (
                order.cn285_kind == "new"
                and not order.cn285_contract_id
                and order.company_id not in signing
            )
        )

    def _cn285_activate_together(self):
        """As :meth:`_cn285_activate` of each; one that fails stops none of the others."""
        orders = self.sudo()  # sudo: as there
        orders.flush_recordset()
        orders.lock_for_update(allow_referencing=True)
        orders.invalidate_recordset(["cn285_activation", "cn285_contract_id"])
        orders = orders.filtered(lambda order: order.cn285_activation != "done")
        _done, failed = each_or_apart(orders, type(orders)._cn285_take_effect_together)
        for order, reason in failed.items():
            order._cn285_not_activated(reason)
        active = orders.filtered(lambda order: order not in failed)
        active.write({"cn285_activation": "done", "cn285_activation_error": False})

    def _cn285_take_effect_together(self):
        """Contracts of all of these, made and confirmed."""
        for company, orders in self.grouped("company_id").items():
            fresh = orders.with_company(company).filtered(lambda one: not one.cn285_contract_id)
            fresh._cn285_make_contracts()
            contracts = orders.cn285_contract_id.with_context(cn285_signed=SIGNED)
            undated = contracts.filtered(lambda contract: not contract.date_concluded)
            undated.date_concluded = company._cn285_today()
            contracts.action_confirm()
            for start, same in orders.grouped(lambda one: one.cn285_contract_id.date_start).items():
                same.filtered(lambda one: not one.cn285_date_start).cn285_date_start = start
        self.env.flush_all()
