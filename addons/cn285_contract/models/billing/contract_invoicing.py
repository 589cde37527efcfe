from odoo import models


class Contract(models.Model):
    """What a contract's invoices are made out with, where the contract itself leaves it open."""

    _inherit = "cn285.contract"

    def _get_sale_journals(self):
        """The journal of each contract's invoices, as ``{contract: journal}``; may be empty."""
        journals = self.env["account.journal"]
        defaults = {
            company: journals.search(
                [*journals._check_company_domain(company), ("type", "=", "sale")], limit=1
            )
            for company in self.filtered(lambda contract: not contract.journal_id).company_id
        }
        return {contract: contract.journal_id or defaults[contract.company_id] for contract in self}

    def _get_fiscal_positions(self):
        """The fiscal position of each contract's next invoice: its own, or what Odoo finds.

        :returns: ``{contract: fiscal position, empty for domestic}``
        """
        positions = self.env["account.fiscal.position"]
        found, result = {}, {}
        for contract in self:
            company, address = contract.company_id, contract._get_invoice_address()
            if contract.fiscal_position_id:
                result[contract] = contract.fiscal_position_id
                continue
            address = address.with_company(company)
            key = company, address._cn285_fiscal_key()
            if key not in found:
                found[key] = positions.with_company(company)._get_fiscal_position(address)
            result[contract] = found[key]
        return result

    def _get_invoice_address(self):
        """Whom the contract's invoices are made out to."""
        self.ensure_one()
        return self.partner_invoice_id or self.payer_id

    def _get_payment_term(self):
        """The payment terms of this contract's next invoice: its own, or those of the payer."""
        self.ensure_one()
        payer = self.payer_id.with_company(self.company_id)
        return self.payment_term_id or payer.property_payment_term_id
