"""Where changes of records are noticed: as little as possible, and nothing without a bridge."""

from odoo import api, models

# What a customer's record says to another system.
PARTNER_FIELDS = frozenset(
    {
        "active",
        "city",
        "company_type",
        "country_id",
        "email",
        "is_company",
        "name",
        "phone",
        "property_payment_term_id",
        "state_id",
        "street",
        "street2",
        "vat",
        "zip",
    }
)
MOVE_CODES = ("invoice", "credit_memo", "journal")


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _cn285_bridge_fields(self):
        """Fields whose changes another system is told."""
        return PARTNER_FIELDS

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        self.env["cn285.bridge.outbox"]._note("customer", partners)
        return partners

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(self._cn285_bridge_fields()):
            self.env["cn285.bridge.outbox"]._note("customer", self)
        return result


class AccountMove(models.Model):
    _inherit = "account.move"
    # what `_post` does is done for quick invoices by the writer below
    _quick_harmless = ("_post",)

    def _cn285_bridge_note(self):
        """Note that these moves were posted, or taken back."""
        for code in MOVE_CODES:
            self.env["cn285.bridge.outbox"]._note(code, self)

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        posted._cn285_bridge_note()
        return posted

    def button_draft(self):
        result = super().button_draft()
        self._cn285_bridge_note()
        return result

    def button_cancel(self):
        result = super().button_cancel()
        self._cn285_bridge_note()
        return result


class InvoiceWriter(models.AbstractModel):
    """Invoices that are written as rows do not pass through `_post`: they are noted here."""

    _inherit = "cn285.invoice.writer"

    @api.model
    def _insert(self, invoices):
        ids = super()._insert(invoices)
        self.env["account.move"].browse(ids)._cn285_bridge_note()
        return ids
