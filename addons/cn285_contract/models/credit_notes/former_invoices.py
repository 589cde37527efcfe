"""Credits of what another system has billed: their documents name the invoice that it made."""

from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_date

from ..common import TAKEN


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    former_invoice = fields.Char(
        related="item_id.billed_ref",
        help="The other system's invoice of what was billed elsewhere.",
    )

    def _has_own_amount(self):
        """Whether the row's price is what another system charged, with its discounts in it."""
        self.ensure_one()
        return self.state == TAKEN and not self.item_id.billed_at_price

    def _former_invoices(self):
        """The other system's invoices that these rows credit: ``[(number, date or False)]``."""
        # sudo: what is credited is named on the document, whoever bills.
        items = self.sudo().filtered(lambda row: row.kind == "credit").credited_id
        items = items.filtered(lambda row: row.state == TAKEN).item_id
        named = {(item.billed_ref, item.billed_on) for item in items if item.billed_ref}
        return sorted(named, key=lambda one: (str(one[1] or ""), one[0]))

    @api.model
    def _former_text(self, invoices, lang):
        """Numbers and dates of the other system's invoices, in a language."""
        env = self.with_context(lang=lang).env
        parts = [
            env._("%(invoice)s of %(day)s", invoice=number, day=format_date(env, day, lang))
            if day
            else number
            for number, day in invoices
        ]
        return env._("Credits on: %s", ", ".join(parts))


class AccountMove(models.Model):
    """Source: Code général des impôts, article 289, I, 5: a credit note refers to its invoice."""

    _inherit = "account.move"

    def _cn285_name_former(self):
        """Have new documents of a run name the other system's invoices that they credit."""
        # sudo: what the schedule says of a document follows from it, whoever may not see contracts.
        for move in self.sudo():
            invoices = move.cn285_schedule_ids._former_invoices()
            if invoices:
                lang = move.partner_id.lang or self.env.lang
                text = move.cn285_schedule_ids._former_text(invoices, lang)
                move.narration = Markup("%s<p>%s</p>") % (Markup(move.narration or ""), text)
