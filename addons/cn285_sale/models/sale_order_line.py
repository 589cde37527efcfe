from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.guarded import is_for_staff
from odoo.exceptions import UserError

from .rhythm_on_lines import RECURRING

# What was agreed of a line, beside its rhythm.
AGREED = frozenset(
    {
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "price_unit",
        "discount",
        "tax_ids",
        "cn285_template_item_id",
        "cn285_beneficiary_id",
        "cn285_bundle_price",
        "cn285_bundle_count",
        # Which contract bills it, and that it is the contract's and not the order's.
        "order_id",
        "display_type",
        "is_expense",
        "is_downpayment",
    }
)


class SaleOrderLine(models.Model):
    """A line of a quotation: goods as ever, or a service that the contract will bill."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "cn285.rhythm.on.lines", "cn285.kept.defaults"]

    cn285_beneficiary_id = fields.Many2one(
        "res.partner",
        string="Beneficiary",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        help="The user of the service, where it is not the customer.",
    )
    cn285_item_id = fields.Many2one(
        "cn285.contract.item", string="Contract Item", readonly=True, copy=False, index=True
    )
    cn285_rhythm = fields.Char(string="Rhythm", compute="_compute_cn285_rhythm")

    # === WHAT THE CONTRACT BILLS === #

    def _cn285_is_service(self):
        self.ensure_one()
        return (
            not self.display_type
            and not self.is_downpayment
            and bool(self.product_id)
            and (self.product_id.type == "service" or self._cn285_is_bundled())
            and not self.is_expense
        )

    def _cn285_recurs(self):
        """Whether the line makes a contract of its order."""
        self.ensure_one()
        return self._cn285_is_service() and self.billing_type in RECURRING

    def _cn285_is_contracted(self):
        """Whether the contract bills it: services, once or ever again; goods are the order's."""
        self.ensure_one()
        # What became a contract's item stays one, whatever becomes of its product.
        return bool(self.order_id.cn285_kind) and (
            bool(self.cn285_item_id) or self._cn285_is_service()
        )

    @api.depends("billing_type", "recurring_interval", "recurring_unit", "order_id.cn285_kind")
    @api.depends_context("lang")
    def _compute_cn285_rhythm(self):
        for line in self:
            contracted = line._cn285_is_contracted()
            line.cn285_rhythm = contracted and line._rhythm_label()

    # === PRICES === #

    def _get_display_price_ignore_combo(self):
        """The price of the item by whose terms it is sold, where that has a price of its own."""
        self.ensure_one()
        # sudo: prices of templates are what a seller offers.
        item = self.cn285_template_item_id.sudo()
        company = self.company_id or self.env.company
        if item.price_source != "manual" or item.product_id != self.product_id:
            return super()._get_display_price_ignore_combo()
        if item.company_id and item.company_id != company:
            return super()._get_display_price_ignore_combo()
        currency = self.currency_id or company.currency_id
        price = (item.currency_id or company.currency_id)._convert(
            item.price_unit, currency, company, self._get_order_date(), round=False
        )
        uom = self.product_uom_id or item.uom_id
        return item.uom_id._compute_price(price, uom)

    @api.depends("product_id", "product_uom_id", "product_uom_qty", "cn285_template_item_id")
    def _compute_price_unit(self):
        """Odoo's; also where the line gets other terms. What a contract's item costs stays."""
        own = self.filtered(lambda line: line._cn285_keeps_item())
        return super(SaleOrderLine, self - own)._compute_price_unit()

    def _cn285_has_own_rhythm(self):
        """A running item's rhythm, whatever product takes its place."""
        return bool(self.cn285_base)

    @api.model
    def _cn285_values_from(self, item):
        """Values of a line that offers an item of a contract template."""
        return {
            "product_id": item.product_id.id,
            "product_uom_qty": item.quantity,
            "discount": item.discount,
            "sequence": item.sequence,
            **self._cn285_values_of(item),
        }

    # === NO SECOND INVOICE === #

    @api.depends("order_id.cn285_kind", "product_id")
    def _compute_qty_to_invoice(self):
        """Odoo's; nothing of what the contract bills."""
        result = super()._compute_qty_to_invoice()
        self.filtered(lambda line: line._cn285_is_contracted()).qty_to_invoice = 0.0
        return result

    @api.depends("order_id.cn285_kind", "product_id")
    def _compute_invoice_status(self):
        result = super()._compute_invoice_status()
        self.filtered(lambda line: line._cn285_is_contracted()).invoice_status = "no"
        return result

    # === WHAT WAS AGREED STAYS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._cn285_refuse_kept(vals)
        lines = super().create(vals_list)
        for line in lines:
            if line._cn285_is_contracted() and line.order_id._cn285_is_fixed():
                line.order_id._cn285_refuse_agreed()
        lines._cn285_bring_components()
        return lines

    def write(self, vals):
        if (AGREED | set(self._rhythm_fields())) & vals.keys():
            for line in self.filtered(
                lambda line: line._cn285_is_contracted() and line.order_id._cn285_is_fixed()
            ):
                if any(line._cn285_differs(name, value) for name, value in vals.items()):
                    line.order_id._cn285_refuse_agreed()
        self._cn285_refuse_kept(vals)
        result = super().write(vals)
        self._cn285_follow_bundles(vals)
        return result

    def _cn285_refuse_kept(self, vals):
        """Refuse users to say of which item a line is, or what that was like.

        :raises UserError: in words
        """
        if self.env.su:
            return
        kept = ("cn285_item_id", "cn285_base")
        for name in kept:
            if name in vals and (self or vals[name]):
                raise UserError(
                    self.env._(
                        "“%s” of a line is noted by the program: amend the contract by a "
                        "quotation, which brings its items.",
                        self._fields[name]._description_string(self.env),
                    )
                )
        if "order_id" in vals:
            for line in self.filtered("cn285_base"):
                if line._cn285_differs("order_id", vals["order_id"]):
                    line._cn285_refuse_removal()

    def _cn285_refuse_removal(self):
        """Refuse to take a running item's line off its quotation.

        :raises UserError: saying what to do instead
        """
        self.ensure_one()
        raise UserError(
            self.env._(
                "“%s” is an item of the contract: leave it as it is, or set its quantity to 0 to "
                "end it.",
                self._cn285_item_name(),
            )
        )

    def _cn285_differs(self, name, value):
        """Whether a value that is written changes what was agreed."""
        if name not in AGREED and name not in self._rhythm_fields():
            return False
        field = self._fields[name]
        if field.type == "many2many":
            return True
        return field.convert_to_cache(value, self) != field.convert_to_cache(self[name], self)

    @api.ondelete(at_uninstall=False)
    def _unlink_cn285_agreed(self):
        for line in self:
            if line.cn285_base and not self.env.su:
                line._cn285_refuse_removal()
            if line._cn285_is_contracted() and line.order_id._cn285_is_fixed():
                line.order_id._cn285_refuse_agreed()

    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and not is_for_staff(self, field)

    # === TO THE CONTRACT === #

    def _cn285_item_vals(self, date_start):
        """Values of the contract item that this line becomes.

        Its price is what was agreed, also where the template would ask a price list.

        :param date_start: the contract's first day
        """
        self.ensure_one()
        # sudo: discounts and calculators of a template come with what is sold by it.
        template = self.cn285_template_item_id.sudo()
        vals = template._prepare_contract_item_vals(date_start) if template else {}
        vals.pop("filled_from_id", None)  # all of it is given
        if self.cn285_discount_ids:
            first = (date_start or self.env.company._cn285_today()) + timedelta(self.trial_days)
            vals["discount_ids"] = [
                fields.Command.create(discount._prepare_discount_vals(first))
                for discount in self.cn285_discount_ids
            ]
        if not template or template.period_count != self.period_count:
            vals.pop("in_mrr", None)
        uom, own = self.product_uom_id, self.product_id.uom_id
        quantity = self.product_uom_qty
        if uom:
            quantity = uom._compute_quantity(quantity, own, round=False)
        return {
            **vals,
            **{name: self[name] for name in self._rhythm_fields()},
            "product_id": self.product_id.id,
            "name": self._cn285_item_name(),
            "sequence": self.sequence,
            "quantity": quantity,
            "price_source": "manual",
            "price_unit": uom._compute_price(self.price_unit, own) if uom else self.price_unit,
            "discount": self.discount,
            "beneficiary_id": self.cn285_beneficiary_id.id,
            "analytic_distribution": self.analytic_distribution,
            **self._cn285_bundle_item_vals(date_start),
        }

    def _cn285_item_name(self):
        """The line's text in one line, as an item is named."""
        self.ensure_one()
        return " · ".join(text for text in (self.name or "").splitlines() if text.strip())
