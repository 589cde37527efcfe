"""Royalties as purchases: the invoice of a third party to us, which we make out ourselves.

Source: CGI art. 289 I-2 (invoices made out by the customer, in the name and on behalf of the
supplier), art. 271 (deductible tax, account 44566).
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class UsageCalculator(models.Model):
    _inherit = "cn285.usage.calculator"

    @api.constrains("is_payout", "payout_document", "item_id", "template_item_id")
    def _check_purchases_alone(self):
        """A row is invoiced whole: an item buys, or it sells."""
        for owner in (*self.item_id, *self.template_item_id):
            buys = {calculator._is_purchase() for calculator in owner.calculator_ids}
            if len(buys) > 1:
                raise ValidationError(
                    self.env._(
                        "“%(item)s”: its calculators are all paid by a purchase invoice, or none "
                        "is. Give what is sold an item of its own.",
                        item=owner.display_name,
                    )
                )

    def _is_purchase(self):
        self.ensure_one()
        return self.is_payout and self.payout_document == "purchase"


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _is_purchase(self):
        # sudo: whether we buy or sell does not depend on who bills, or recognises revenue.
        calculators = self.sudo().calculator_ids
        return super()._is_purchase() or any(one._is_purchase() for one in calculators)

    def _product_taxes(self):
        """Of what is bought: the purchase taxes of the product."""
        if not self._is_purchase():
            return super()._product_taxes()
        company = self.contract_id.company_id
        product = self.product_id.with_company(company)
        return product.supplier_taxes_id._filter_taxes_by_company(company)


class InvoiceBuilder(models.AbstractModel):
    _inherit = "cn285.invoice.builder"

    @api.model
    def _group_rows(self, rows, invoice_date=None):
        """What is bought never shares an invoice with what is sold."""
        groups, parted = super()._group_rows(rows, invoice_date), {}
        for key, members in groups.items():
            bought = members.filtered(lambda row: row.item_id._is_purchase())
            # What all the rows need is still read for all of them at once.
            if sold := (members - bought).with_prefetch(members._prefetch_ids):
                parted[key] = sold
            if bought:
                bought = bought.with_prefetch(members._prefetch_ids)
                parted[self._purchase_key(key, bought)] = bought
        return {key: parted[key] for key in sorted(parted)}

    @api.model
    def _purchase_key(self, key, rows):
        company = self.env["res.company"].browse(key.company_id)
        supplier = rows.contract_id[:1]._get_invoice_address().with_company(company)
        return key._replace(
            journal_id=company._cn285_royalty_journal().id or 0,
            payment_term_id=supplier.property_supplier_payment_term_id.id or 0,
        )

    @api.model
    def _prepare_product_terms(self, company_id, journal_id, fiscal_position_id, product):
        """In a purchase journal: the expense account and the purchase taxes of the product."""
        terms = super()._prepare_product_terms(company_id, journal_id, fiscal_position_id, product)
        journal = self.env["account.journal"].browse(journal_id)
        if journal.type != "purchase":
            return terms
        company = self.env["res.company"].browse(company_id)
        position = self.env["account.fiscal.position"].browse(fiscal_position_id)
        product = product.with_company(company)
        account = company._cn285_royalty_account(product, position)
        taxes = position.map_tax(product.supplier_taxes_id._filter_taxes_by_company(company))
        return {
            **terms,
            "account_id": (account or journal.default_account_id).id,
            "tax_ids": [fields.Command.set(taxes.ids)],
        }

    @api.model
    def _prepare_invoice(self, key, rows, terms, credits, run=None):
        """What we owe to a third party is its invoice to us; what it owes to us, its refund."""
        prepared = super()._prepare_invoice(key, rows, terms, credits, run)
        if rows[:1].item_id._is_purchase():
            vals = prepared.vals
            owed = vals["move_type"] == "out_refund"
            lang = self._invoice_lang(rows.contract_id[:1])
            partner = self.env["res.partner"].browse(key.address_id)
            company = self.env["res.company"].browse(key.company_id)
            vals.update(
                move_type="in_invoice" if owed else "in_refund",
                # The number of this document is ours: no reference of the supplier's.
                ref=False,
                narration=self.with_context(lang=lang).env._(
                    "Self-billing: made out by %(company)s in the name and on behalf of "
                    "%(supplier)s.",
                    company=company.name,
                    supplier=partner.commercial_partner_id.name,
                ),
            )
        return prepared

    @api.model
    def _purchase_obstacle(self, row):
        """Why what a row buys could not be invoiced; None if it can."""
        if not row.item_id._is_purchase():
            return None
        company = row.company_id
        journal = company._cn285_royalty_journal()
        if not journal:
            return self.env._("there is no purchase journal in %s.", company.name)
        product = row.product_id.with_company(company)
        if not (company._cn285_royalty_account(product) or journal.default_account_id):
            return self.env._("product %s has no expense account.", product.display_name)
        return None
