from dataclasses import dataclass

from odoo import api, models
from odoo.tools import format_date

from .batch_memory import BatchMemory

READER_KEY = "cn285_reader"


@dataclass(frozen=True)
class Reader:
    """In the context of a preview on a screen: who reads it. No call from outside can make one."""

    lang: str


class InvoiceBuilder(models.AbstractModel):
    """What invoice lines say, in the language of whoever receives the invoice."""

    _inherit = "cn285.invoice.builder"

    @api.model
    def _invoice_lang(self, contract):
        """The language of whoever receives the invoice, or reads a preview of it on a screen."""
        reader = self.env.context.get(READER_KEY)
        if isinstance(reader, Reader):
            return reader.lang
        return contract._cn285_customer_lang()

    @api.model
    def _for_reader(self):
        """The builder that writes for whoever asks; a call without a language, for the customer."""
        lang = self.env.lang
        return self.with_context(**{READER_KEY: Reader(lang)}) if lang else self

    @api.model
    def _line_text(self, rows):
        """Text of a line in the payer's language: item, period, and who it is for."""
        row = rows.browse(rows._ids[:1]).with_prefetch(rows._prefetch_ids)
        contract, item = row.contract_id, row.item_id
        lang, count = self._invoice_lang(contract), sum(n for _row, n in self._counted(rows))
        text = self._line_title(item, lang, by_product=contract.line_grouping == "product")
        if row.kind != "one_shot":
            start, end = row.period_start, row.period_end
            if len(rows) > 1:
                start, end = min(rows.mapped("period_start")), max(rows.mapped("period_end"))
            text = f"{text} – {self._period_text(start, end, lang)}"
        more = count > 1 or item.beneficiary_id or contract.reseller_id
        if not more and row.kind != "credit":
            return text
        builder = self.with_context(lang=lang)
        if count > 1:
            text += "\n" + builder.env._("%s items, see the attached detail", count)
        elif item.beneficiary_id and item.beneficiary_id != contract.partner_id:
            text += "\n" + builder.env._("For: %s", item.beneficiary_id.display_name)
        if contract.reseller_id and contract.reseller_id != contract.partner_id:
            text += "\n" + builder.env._("End customer: %s", contract.partner_id.display_name)
        if row.kind != "credit":
            return text
        former = rows._former_invoices()
        text = builder.env._("Credit: %s", text)
        return f"{text}\n{rows._former_text(former, lang)}" if former else text

    @api.model
    def _period_text(self, start, end, lang):
        def text():
            env = self.with_context(lang=lang).env
            return env._(
                "from %(start)s to %(end)s",
                start=format_date(env, start, lang),
                end=format_date(env, end, lang),
            )

        return BatchMemory.of(self.env).once(("period", start, end, lang), text)

    @api.model
    def _line_title(self, item, lang, by_product=False):
        """The item's name; where that is its product's, in whatever language, the reader's own."""
        product, name = item.product_id, item.name

        def title():
            own = by_product or not name
            if not own:
                codes = dict.fromkeys(
                    (lang, *(code for code, _n in self.env["res.lang"].get_installed()))
                )
                own = any(product.with_context(lang=code).display_name == name for code in codes)
            return product.with_context(lang=lang).display_name if own else name

        return BatchMemory.of(self.env).once(("title", product.id, name, lang, by_product), title)
