"""What usage was billed by is kept: why something cannot be deleted, and what to do instead."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class UsageCalculator(models.Model):
    _inherit = "cn285.usage.calculator"

    @api.ondelete(at_uninstall=False)
    def _unlink_without_ratings(self):
        """Ratings of what is not invoiced yet go with their calculator; what was billed stays."""
        # sudo: that something was rated is true for whoever asks.
        ratings = self.env["cn285.usage.rating"].sudo().search([("calculator_id", "in", self.ids)])
        rows = ratings.schedule_id
        waiting = rows.filtered(lambda row: row.kind == "usage" and row.state == "planned")
        kept = ratings.filtered(lambda rating: rating.schedule_id not in waiting)
        if kept:
            first, last = min(kept.mapped("period_start")), max(rows.mapped("period_end"))
            calculator = kept[0].calculator_id
            raise UserError(
                self.env._(
                    "Calculator “%(calculator)s” of item “%(item)s” (%(contract)s) has rated usage "
                    "from %(first)s to %(last)s, which is kept with what was billed, so it cannot "
                    "be deleted. Change its prices, or give the item an end date and add another.",
                    calculator=calculator.name,
                    item=calculator.item_id.name,
                    contract=calculator.item_id.contract_id.name,
                    first=format_date(self.env, first),
                    last=format_date(self.env, last),
                )
            )
        waiting._unrate()


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    @api.ondelete(at_uninstall=False)
    def _unlink_without_ratings(self):
        # sudo: as for calculators.
        delivered = self.env["cn285.usage.delivery"].sudo().search([("item_id", "in", self.ids)])
        rated = self.env["cn285.usage.rating"].sudo().search([("item_id", "in", self.ids)])
        item = (delivered.item_id | rated.item_id)[:1]
        if item:
            raise UserError(
                self.env._(
                    "Item “%(item)s” of contract %(contract)s has rated usage and cannot be "
                    "deleted; give it an end date instead.",
                    item=item.name,
                    contract=item.contract_id.name,
                )
            )


class UsagePool(models.Model):
    _inherit = "cn285.usage.pool"

    @api.ondelete(at_uninstall=False)
    def _unlink_only_without_members(self):
        # sudo: a pool has members, whoever may see their contracts.
        for pool in self.sudo().filtered("calculator_ids"):
            member = pool.calculator_ids[0]
            raise UserError(
                self.env._(
                    "Pool “%(pool)s” is shared by calculator “%(calculator)s” (%(place)s) and "
                    "cannot be deleted. Take its members out first, or archive it.",
                    pool=pool.name,
                    calculator=member.name,
                    place=member._place(),
                )
            )


class SmartCode(models.Model):
    _inherit = "cn285.smartcode"

    @api.ondelete(at_uninstall=False)
    def _unlink_only_uncalculated(self):
        # sudo: a calculator uses it, whoever may see its contract.
        calculators = self.env["cn285.usage.calculator"].sudo()
        found = calculators.search([("smartcode_id", "in", self.ids)], limit=1)
        if found:
            raise UserError(
                self.env._(
                    "SmartCode “%(smartcode)s” is used by calculator “%(calculator)s” (%(place)s) "
                    "and cannot be deleted. Archive it instead.",
                    smartcode=found.smartcode_id.name,
                    calculator=found.name,
                    place=found._place(),
                )
            )


class StatementLayout(models.Model):
    _inherit = "cn285.statement.layout"

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unchosen(self):
        """Without its layout, a contract would have no statements, and nobody would know."""
        for model in ("cn285.contract", "cn285.contract.template"):
            # sudo: a contract names it, whoever may see the contract.
            owners = self.env[model].sudo().with_context(active_test=False)
            found = owners.search([("statement_layout_id", "in", self.ids)], limit=1)
            if found:
                raise UserError(
                    self.env._(
                        "Layout “%(layout)s” makes the statements of %(owner)s and cannot be "
                        "deleted. Choose another one there, or archive it.",
                        layout=found.statement_layout_id.name,
                        owner=found.display_name,
                    )
                )


class Partner(models.Model):
    _inherit = "res.partner"

    @api.ondelete(at_uninstall=False)
    def _unlink_only_without_usage(self):
        # sudo: usage was rated, whoever may see it.
        rated = self.env["cn285.usage.rating"].sudo()
        found = rated.search([("beneficiary_id", "in", self.ids)], limit=1)
        if found:
            raise UserError(
                self.env._(
                    "Usage of %(partner)s was rated in contract %(contract)s, so the contact "
                    "cannot be deleted. Archive it instead.",
                    partner=found.beneficiary_id.display_name,
                    contract=found.contract_id.name,
                )
            )
