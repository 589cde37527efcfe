"""What the invoice says of a royalty: the share, of what, billed to whom and when."""

from dateutil.relativedelta import relativedelta
from odoo import models
from odoo.tools import format_date, formatLang

from ...engine.cascades import Measure


class InvoiceBuilder(models.AbstractModel):
    _inherit = "cn285.invoice.builder"

    def _royalty_text(self, rating, line, row):
        """A share that is owed of an amount, in words; None of other lines."""
        calculator = rating.calculator_id
        source = calculator.source_item_id
        of_amount = calculator.source_measure == Measure.amount.value
        if not (line.code == "percent" and calculator.is_payout and source and of_amount):
            return None
        # sudo: what is owed a share of may be another salesperson's contract.
        source = source.sudo()
        title = self._line_title(source, self.env.lang)
        # The figure's sign tells who owes; the document's kind says so already.
        amount = row.currency_id.format(float(abs(line.quantity)))
        percent = (line.unit_price * 100).normalize()
        digits = max(0, -percent.as_tuple().exponent)
        figures = {
            "item": title,
            "percent": formatLang(self.env, float(percent), digits=digits),
            "amount": amount,
            "customer": source.contract_id.payer_id.commercial_partner_id.name or "",
        }
        first, last = row.period_start, row.period_end
        if first.day == 1 and last == first + relativedelta(months=1, days=-1):
            return self.env._(
                "%(item)s: %(percent)s %% of %(amount)s billed to %(customer)s in %(month)s",
                month=format_date(self.env, first, date_format="MMMM y"),
                **figures,
            )
        return self.env._(
            "%(item)s: %(percent)s %% of %(amount)s billed to %(customer)s from %(start)s to "
            "%(end)s",
            start=format_date(self.env, first),
            end=format_date(self.env, last),
            **figures,
        )
