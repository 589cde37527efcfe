from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import AMOUNT
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date


class BillingTerms(models.AbstractModel):
    _inherit = "cn285.billing.terms"

    cn285_revrec_rule_id = fields.Many2one(
        "cn285.revrec.rule",
        string="Recognition Rule",
        check_company=True,
        help="When the revenue of this item is earned. Empty: as the product says.",
    )

    @api.model
    def _terms_fields(self):
        return [*super()._terms_fields(), "cn285_revrec_rule_id"]


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    cn285_service_start = fields.Date(
        string="Service Starts On",
        copy=False,
        help="First day of the item's own service period, over which its revenue is earned. "
        "Empty: as the recognition rule says.",
    )
    cn285_service_end = fields.Date(
        string="Service Ends On", copy=False, help="Last day of the item's own service period."
    )

    cn285_deferred_before = fields.Monetary(
        string="Deferred at the Take-Over",
        copy=False,
        help="What another system had invoiced of this item and not recognised by the first day "
        "that is recognised here, excluding tax. 0: what its last invoice leaves by the rule.",
    )

    @api.constrains("cn285_service_start", "cn285_service_end", "date_start")
    def _check_cn285_service(self):
        for item in self:
            start, end = item.cn285_service_start, item.cn285_service_end
            reason = None
            if start and end and end < start:
                reason = self.env._(
                    "its service ends on %(end)s, before it starts on %(start)s.",
                    end=format_date(self.env, end),
                    start=format_date(self.env, start),
                )
            elif start and item.date_start and start < item.date_start:
                reason = self.env._(
                    "its service starts on %(start)s, before the item does on %(item_start)s.",
                    start=format_date(self.env, start),
                    item_start=format_date(self.env, item.date_start),
                )
            if reason:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s, item “%(item)s”: %(reason)s",
                        contract=item.contract_id.name,
                        item=item.name,
                        reason=reason,
                    )
                )

    @api.model
    def _replanning_fields(self):
        return super()._replanning_fields() - {"cn285_revrec_rule_id"}

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "cn285_deferred_before": AMOUNT}

    def _forget_taken(self):
        """:raises UserError: where revenue of what was billed elsewhere was recognised here"""
        # sudo: whoever corrects what was billed elsewhere need not read what was recognised of it.
        openings = (
            self.env["cn285.revrec.schedule"]
            .sudo()
            .search([("is_opening", "=", True), ("item_id", "in", self.ids)])
        )
        held = openings.line_ids.filtered(lambda line: line.state == "recognised")
        if held:
            item = held[0].schedule_id.item_id
            raise UserError(
                self.env._(
                    "Contract %(contract)s, item “%(item)s”: revenue of what was billed elsewhere "
                    "was recognised here. Reverse the run first.",
                    contract=item.contract_id.name,
                    item=item.name,
                )
            )
        return super()._forget_taken()
