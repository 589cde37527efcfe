"""Bundles on a quotation: what is not complete is told, and neither sent nor accepted."""

from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class SaleOrder(models.Model):
    _inherit = "sale.order"

    cn285_bundle_warning = fields.Char(
        string="Bundle Not Complete",
        compute="_compute_cn285_bundle_warning",
        help="Why a bundle on it cannot be sold like this.",
    )

    @api.depends(
        "order_line.product_id",
        "order_line.combo_item_id",
        "order_line.linked_line_id",
        "order_line.cn285_bundle_count",
        "order_line.cn285_bundle_price",
    )
    @api.depends_context("lang")
    def _compute_cn285_bundle_warning(self):
        for order in self:
            order.cn285_bundle_warning = order._cn285_bundle_obstacle() or False

    def _cn285_bundle_obstacle(self):
        """Why a bundle cannot be sold like this, in a seller's words; None where all can."""
        self.ensure_one()
        for line in self.order_line:
            if line._cn285_is_bundle():
                reason = line._cn285_bundle_reason()
                if reason:
                    return reason
        return None

    def _cn285_refuse_bundles(self):
        """Refuse what is not complete, or breaks a rule, before a customer gets it.

        :raises UserError: in a seller's words
        """
        for order in self:
            reason = order._cn285_bundle_obstacle()
            if reason:
                raise UserError(reason)

    def action_quotation_send(self):
        """Odoo's dialog; not for a bundle that is not complete, or what no contract would bill."""
        self._cn285_refuse_bundles()
        self._cn285_refuse_unbillable()
        return super().action_quotation_send()

    # === ON THE SCREEN === #

    @api.onchange("order_line")
    def _onchange_order_line(self):
        """Odoo's; bundles bring their components, and these follow them."""
        # So the list tells that a line is about to be deleted, with its components.
        going = self.order_line.filtered(lambda line: line.selected_combo_items == "[]")
        result = super()._onchange_order_line()
        for line in self.order_line.filtered(lambda line: line._cn285_is_bundle()):
            if line in going or line._cn285_stands_for_item():
                if line not in going:
                    line._cn285_sync_components()
                continue
            offered = line.product_id.product_tmpl_id._cn285_choices()
            foreign = line._cn285_components().filtered(
                lambda component, offered=offered: (
                    component.combo_item_id._origin not in offered.sudo(False)
                )
            )
            if foreign or not line._cn285_components():
                self._cn285_show_defaults(line, foreign)
            line._cn285_sync_components()
        return result

    def _cn285_show_defaults(self, line, gone):
        """On a form: the default components below the line of a bundle, in place of others."""
        if not line._origin and not line.virtual_id:
            line.virtual_id = uuid4().hex
        defaults = line.product_id.product_tmpl_id._cn285_defaults()
        commands = [Command.delete(one.id) for one in gone]
        commands += [
            Command.update(other.id, {"sequence": other.sequence + len(defaults)})
            for other in self.order_line - gone
            if other.sequence > line.sequence
        ]
        for number, (choice, count) in enumerate(defaults.items(), start=1):
            commands.append(
                Command.create(
                    {
                        "product_id": choice.product_id.id,
                        "product_uom_qty": line.product_uom_qty * choice.cn285_quantity * count,
                        "combo_item_id": choice.id,
                        "cn285_bundle_count": count,
                        "sequence": line.sequence + number,
                        "linked_line_id": line.id if line._origin else False,
                        "linked_virtual_id": False if line._origin else line.virtual_id,
                    }
                )
            )
        self.order_line = commands

    # === SAVED === #

    def _cn285_put_in_order(self):
        """Let components stand directly below their bundle."""
        for order in self:
            wanted, lines = [], order.order_line.sorted(lambda line: (line.sequence, line.id))
            for line in lines.filtered(lambda line: not line._cn285_bundle_line()):
                wanted.append(line)
                if line._cn285_is_bundle():
                    wanted += line._cn285_components().sorted(
                        lambda one: (
                            one.combo_item_id.combo_id.sequence,
                            one.combo_item_id.combo_id.id,
                            one.combo_item_id.id,
                        )
                    )
            last = None
            for line in wanted:
                if last is not None and line.sequence <= last:
                    line._cn285_synced().sequence = last + 1
                last = line.sequence

    def _recompute_prices(self):
        """Odoo's; bundles cost again what they cost by their terms or the price list."""
        result = super()._recompute_prices()
        for line in self.order_line.filtered(lambda line: line._cn285_is_bundle()):
            line.cn285_bundle_price = line._cn285_usual_bundle_price()
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _cn285_bundle_reason(self):
        """Why this bundle cannot be sold like this, in a seller's words; None where it can."""
        self.ensure_one()
        bundle, taken = self.product_id.product_tmpl_id, self._cn285_taken()
        if self._cn285_stands_for_item():
            # Of what stays as it is nothing is asked.
            wanted = self._cn285_wanted_counts()
            return bundle._cn285_bundle_problem(wanted) if wanted else None
        reason = bundle._cn285_bundle_problem(taken)
        if reason:
            return reason
        for line in self._cn285_components():
            if line.product_id != line.combo_item_id.product_id:
                return self.env._(
                    "%(bundle)s: “%(line)s” stands for another product than the bundle offers. "
                    "Choose its components anew.",
                    bundle=bundle.display_name,
                    line=line._cn285_item_name(),
                )
        for choice in taken:
            if choice.product_id.type != "service" and not choice.cn285_no_billing:
                return bundle.sudo()._cn285_goods_error(choice)
        billed = any(choice._cn285_has_share() for choice in taken)
        if self.cn285_bundle_price and not billed:
            return self.env._(
                "%s has a price, and no component that is billed.", bundle.display_name
            )
        if self.cn285_bundle_price < 0 or self.product_uom_qty <= 0:
            return self.env._(
                "%s: a bundle's price is not negative, and its quantity more than 0.",
                bundle.display_name,
            )
        return None
