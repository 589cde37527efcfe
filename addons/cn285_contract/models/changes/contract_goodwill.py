from odoo import fields, models
from odoo.exceptions import UserError

from ...engine.money import round_money
from ..common import as_day, as_decimal, as_record


class Contract(models.Model):
    _inherit = "cn285.contract"

    def credit_goodwill(self, amount, reason_id=False, name=None, **options):
        """Make a credit note that no invoice stands behind: a gesture to the customer.

        :param amount: amount excluding tax, in the contract's currency, above zero
        :param reason_id: a cn285.credit.reason
        :param name: text of the line; default: the reason, else "Goodwill"
        :param options: ``product_id`` (default: that of the contract's first item; its analytics
            follow), ``date``, ``note``, ``post`` (default True)
        :returns: ``{"id", "name", "state", "amount_untaxed", "amount_tax", "amount_total"}``
        """
        self.ensure_one()
        self.check_access("read")
        refund = self.env["account.move"]._cn285_create(
            self._prepare_goodwill(self._goodwill_amount(amount), reason_id, name, options)
        )
        if options.get("post", True):
            refund.action_post()
        fields_read = ["name", "state", "amount_untaxed", "amount_tax", "amount_total"]
        return {"id": refund.id, **{name: refund[name] for name in fields_read}}

    def _goodwill_amount(self, amount):
        number = isinstance(amount, int | float) and not isinstance(amount, bool)
        rounding = as_decimal(self.currency_id.rounding)
        rounded = number and as_decimal(float(amount)).is_finite()
        rounded = rounded and round_money(as_decimal(float(amount)), rounding)
        if not rounded or rounded <= 0:
            raise UserError(
                self.env._("A goodwill credit is an amount above zero, not %s.", amount)
            )
        return float(rounded)

    def _prepare_goodwill(self, amount, reason_id, name, options):
        """Values of the credit note, with the accounts and taxes that an invoice would have."""
        product = as_record(self.env, "product.product", options.get("product_id"))
        product = product or self.item_ids[:1].product_id
        analytic = self._goodwill_analytic(product)
        journal = self._get_sale_journals()[self]
        if not product or not journal:
            raise UserError(
                self.env._(
                    "Contract %s has no item and no sales journal: say what the credit is for.",
                    self.name,
                )
            )
        position = self._get_fiscal_positions()[self]
        reason = as_record(self.env, "cn285.credit.reason", reason_id)
        terms = self.env["cn285.invoice.builder"]._prepare_product_terms(
            self.company_id.id, journal.id, position.id, product
        )
        reader = self.with_context(lang=self._cn285_customer_lang())
        text = name or reason.with_env(reader.env).name or reader.env._("Goodwill")
        asked = as_day(self.env, options.get("date"))
        self.company_id._cn285_check_issue_day(asked)
        today = self.company_id._cn285_today()
        return {
            "move_type": "out_refund",
            "cn285_sums_lines": True,
            "company_id": self.company_id.id,
            "journal_id": journal.id,
            "partner_id": self._get_invoice_address().id,
            "currency_id": self.currency_id.id,
            "fiscal_position_id": position.id,
            "invoice_payment_term_id": False,
            "invoice_date": asked or today,
            "invoice_date_due": asked or today,
            "invoice_origin": self.name,
            "ref": text,
            "narration": options.get("note") or False,
            "invoice_user_id": self.user_id.id,
            "cn285_credit_reason_id": reason.id,
            "cn285_contract_ids": [fields.Command.set(self.ids)],
            "invoice_line_ids": [
                fields.Command.create(
                    {**terms, **analytic, "name": text, "quantity": 1.0, "price_unit": amount}
                )
            ],
        }

    def _goodwill_analytic(self, product):
        """Analytics of the line: those of the item of its product, else of the first item.

        Nothing where that item has none: Odoo's distribution models decide then.
        """
        item = self.item_ids.filtered(lambda one: one.product_id == product)[:1]
        distribution = (item or self.item_ids[:1]).analytic_distribution
        return {"analytic_distribution": distribution} if distribution else {}
