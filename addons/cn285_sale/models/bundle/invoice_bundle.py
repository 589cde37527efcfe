"""Bundles on invoices: one line with its components as text, or a line for each component."""

from odoo import api, models
from odoo.addons.cn285_contract.engine.line_factors import line_factors
from odoo.addons.cn285_contract.models.billing.batch_memory import BatchMemory
from odoo.addons.cn285_contract.models.common import as_decimal


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _cn285_billed_as_one(self):
        """The bundle on whose line this item is billed; empty where it has lines of its own."""
        self.ensure_one()
        bundle = self.cn285_bundle_line_id
        # sudo: a setting of the product.
        one = bundle and bundle.product_id.sudo().cn285_bundle_invoice == "one"
        return bundle if one else self.browse()


class InvoiceBuilder(models.AbstractModel):
    _inherit = "cn285.invoice.builder"

    @api.model
    def _cn285_one_line(self, row):
        """The bundle on whose line a row is billed; empty where it has lines of its own.

        What was used is told in lines of its own.
        """
        item = row.item_id
        one = item.cn285_bundle_line_id and row.kind in ("fixed", "one_shot", "credit")
        return item._cn285_billed_as_one() if one else item.browse()

    @api.model
    def _line_key(self, row):
        """Components of a bundle share a line where all of it is alike but the product.

        One line of an invoice has one account and the same taxes: a bundle of several has several.
        """
        bundle = self._cn285_one_line(row)
        if not bundle:
            return super()._line_key(row)
        # sudo: as in the method above; which taxes and which account parts the lines.
        credited = row.sudo().credited_id.move_line_id.id if row.kind == "credit" else 0
        return (
            "bundle",
            bundle.id,
            row.period_start,
            row.period_end,
            row.kind,
            credited,
            str(sorted((row.item_id.analytic_distribution or {}).items())),
            *self._cn285_taxes_and_account(row.item_id),
            *self._line_traits(row),
        )

    @api.model
    def _cn285_taxes_and_account(self, item):
        product, company = item.product_id, item.company_id

        def found():
            own = product.with_company(company).sudo()  # sudo: whoever bills
            taxes = own.taxes_id._filter_taxes_by_company(company)
            account = own.product_tmpl_id.get_product_accounts()["income"]
            return tuple(sorted(taxes.ids)), account.id or 0

        key = ("bundle_terms", product.id, company.id)
        return BatchMemory.of(self.env).once(key, found)

    @api.model
    def _prepare_line(self, key, rows, terms, credit=False):
        """The line is the bundle's, with taxes and account of its components."""
        vals = super()._prepare_line(key, rows, terms, credit)
        bundle = self._cn285_one_line(rows[:1])
        if bundle:
            product = bundle.product_id
            vals.update(product_id=product.id, product_uom_id=product.uom_id.id)
        return vals

    @api.model
    def _line_factors(self, rows, rounding):
        """Of a bundle the quantity is that of bundles, whatever its components count."""
        row = rows[:1]
        bundle = self._cn285_one_line(row)
        if not bundle:
            return super()._line_factors(rows, rounding)
        quantity = as_decimal(bundle._price_terms_on(row.period_start).quantity)
        discounts = set(rows.mapped("discount"))
        return line_factors(
            sum((as_decimal(one.net) for one in rows), start=as_decimal(0)),
            -quantity if row.kind == "credit" else quantity,
            as_decimal(discounts.pop()) if len(discounts) == 1 else as_decimal(0),
            rounding,
        )

    # === TEXTS === #

    @api.model
    def _line_text(self, rows):
        """The bundle and its period, and below it what it consists of."""
        row = rows[:1]
        bundle = self._cn285_one_line(row)
        if not bundle:
            return super()._line_text(rows)
        lang = self._invoice_lang(row.contract_id)
        builder = self.with_context(lang=lang)
        title = super()._line_title(bundle, lang)  # pylint: disable=super-method-mismatch
        items, first = rows.item_id, self._cn285_first_billed(bundle, row)
        names = [super(InvoiceBuilder, self)._line_title(item, lang) for item in items]  # pylint: disable=super-method-mismatch
        if first in items:
            free = bundle._cn285_members(row.period_start) - items
            names += [
                super(InvoiceBuilder, self)._line_title(item, lang)  # pylint: disable=super-method-mismatch
                for item in free.filtered(lambda item: item.billing_type == "none")
            ]
        if self._cn285_is_parted(bundle, row):
            title = builder.env._("%s (in part: taxes or accounts differ)", title)
        if row.kind != "one_shot":
            title = f"{title} – {self._period_text(row.period_start, row.period_end, lang)}"
        text = "\n".join([title, *(f"- {name}" for name in dict.fromkeys(names))])
        contract = row.contract_id
        if contract.reseller_id and contract.reseller_id != contract.partner_id:
            text += "\n" + builder.env._("End customer: %s", contract.partner_id.display_name)
        return builder.env._("Credit: %s", text) if row.kind == "credit" else text

    @api.model
    def _cn285_first_billed(self, bundle, row):
        """The first component that is billed for a row's period: its line names what is free."""
        billed = self._cn285_billed_members(bundle, row)
        return billed.sorted(lambda item: (item.sequence, item.id))[:1]

    @api.model
    def _cn285_billed_members(self, bundle, row):
        members = bundle._cn285_members(row.period_start) | row.item_id
        return members.filtered(lambda item: item.billing_type in ("fixed", "one_shot"))

    @api.model
    def _cn285_is_parted(self, bundle, row):
        """Whether other components of the bundle have other taxes, or another account."""
        billed = self._cn285_billed_members(bundle, row)
        return len({self._cn285_taxes_and_account(item) for item in billed}) > 1

    @api.model
    def _line_title(self, item, lang, by_product=False):
        """A component with a line of its own says of which bundle it is."""
        title = super()._line_title(item, lang, by_product)
        bundle = item.cn285_bundle_line_id
        if not bundle or by_product:
            return title
        return f"{super()._line_title(bundle, lang)} · {title}"


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _attach_details(self, moves, lines):
        """No file that lists what a bundle's line sums up: the line itself says it."""
        rows = self.env["cn285.billing.schedule"].browse(lines)
        own = rows.filtered(lambda row: not self.env["cn285.invoice.builder"]._cn285_one_line(row))
        return super()._attach_details(moves, {row_id: lines[row_id] for row_id in own.ids})
