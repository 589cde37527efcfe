from odoo import models


class Contract(models.Model):
    """Which law a contract is under, and what of it concerns its customer."""

    _inherit = "cn285.contract"

    def _law(self):
        """The law of the customer's country; no law where there is none for it."""
        self.ensure_one()
        return self.env["cn285.law"]._of(self.partner_id, self.company_id)

    def _law_on_renewals(self):
        """The law that says when a renewal is announced.

        A company that treats all customers as protected goes by its own country's law where the
        customer's has none to say.
        """
        law = self._law()
        if not law._announces() and self.company_id.cn285_renewal_law_scope == "all":
            return self.env["cn285.law"]._of(self.env["res.partner"], self.company_id)
        return law

    def _legal_kind(self):
        self.ensure_one()
        return self.partner_id.commercial_partner_id.cn285_legal_kind

    def _prices_with_tax(self):
        """As the law of the customer's country has it for this kind of customer."""
        return super()._prices_with_tax() or self._law()._tells_tax(self._legal_kind())

    def _is_protected(self):
        """Whether a law on tacit renewal protects the customer, or the settings do."""
        self.ensure_one()
        law = self._law_on_renewals()
        everybody = self.company_id.cn285_renewal_law_scope == "all"
        return law._announces() and (everybody or law._protects_renewal(self._legal_kind()))

    def _announcement(self):
        """By what the renewal has to be announced: ``law``, ``contract``, or None.

        The law cannot be contracted away: a protected customer is told whatever the contract says.
        """
        self.ensure_one()
        if self._is_protected():
            return "law"
        return "contract" if self.announce == "always" else None
