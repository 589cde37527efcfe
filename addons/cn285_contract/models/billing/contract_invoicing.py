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

    def _without_rate(self):
        """Contracts in a currency of which no rate is known: Odoo would convert one to one.

        A rate of the contract's currency, or one of the company's own that is not 1, says how the
        two relate.

        :returns: ``{contract: reason in words}``
        """
        foreign = self.filtered(
            lambda contract: contract.currency_id != contract.company_id.currency_id
        )
        if not foreign:
            return {}
        # sudo: whether there is a rate is true for whoever bills.
        rates = self.env["res.currency.rate"].sudo()
        known = {
            (currency, company)
            for currency, company in rates._read_group(
                [
                    ("currency_id", "in", foreign.currency_id.ids),
                    ("company_id", "in", [False, *foreign.company_id.root_id.ids]),
                ],
                ["currency_id", "company_id"],
            )
        }
        own = {
            (currency, company)
            for currency, company in rates._read_group(
                [
                    ("currency_id", "in", foreign.company_id.currency_id.ids),
                    ("company_id", "in", [False, *foreign.company_id.root_id.ids]),
                    ("rate", "!=", 1.0),
                ],
                ["currency_id", "company_id"],
            )
        }
        nobody = self.env["res.company"]
        reasons = {}
        for contract in foreign:
            root = contract.company_id.root_id
            pairs = {(contract.currency_id, root), (contract.currency_id, nobody)}
            others = {(contract.company_id.currency_id, one) for one in (root, nobody)}
            if not pairs & known and not others & own:
                reasons[contract] = self.env._(
                    "There is no exchange rate of %(currency)s: enter one under Accounting, "
                    "Configuration, Currencies.",
                    currency=contract.currency_id.name,
                )
        return reasons

    def _get_invoice_address(self):
        """Whom the contract's invoices are made out to."""
        self.ensure_one()
        return self.partner_invoice_id or self.payer_id

    def _cn285_customer_lang(self):
        """The language of whoever gets the contract's invoices, of texts that stay on them."""
        self.ensure_one()
        return self._get_invoice_address().lang or self.env.lang

    def _get_payment_term(self):
        """The payment terms of this contract's next invoice: its own, or those of the payer."""
        self.ensure_one()
        payer = self.payer_id.with_company(self.company_id)
        return self.payment_term_id or payer.property_payment_term_id
