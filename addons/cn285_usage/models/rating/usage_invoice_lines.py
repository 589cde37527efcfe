"""Usage on the invoice: a line per tier, or per beneficiary, that add up to the row."""

from odoo import models
from odoo.addons.cn285_contract.engine.line_factors import line_factors
from odoo.addons.cn285_contract.models.common import as_decimal, labelled


class InvoiceBuilder(models.AbstractModel):
    _inherit = "cn285.invoice.builder"

    def _prepare_lines(self, key, rows, terms, credit=False):
        """Usage of one row is a line per tier, or per beneficiary, as the item says.

        The lines add up to the row; they are in the payer's language.
        """
        [base] = super()._prepare_lines(key, rows, terms, credit)
        if len(rows) > 1 or not rows.rating_ids:
            return [base]
        lang = self._invoice_lang(rows.contract_id)
        builder, row = self.with_context(lang=lang), rows.with_context(lang=lang)
        ratings = row.rating_ids
        if row.item_id.usage_lines == "tier":
            lines = [
                builder._prepare_usage_line(base, rating, line, row, credit)
                for rating in ratings
                for line in rating._engine_rating().lines
            ]
        elif ratings.beneficiary_id:
            lines = [
                builder._prepare_beneficiary_line(base, members, credit)
                for members in ratings.grouped("beneficiary_id").values()
            ]
        else:
            lines = []
        return lines or [base]

    def _prepare_usage_line(self, base, rating, line, row, credit):
        """Values of the invoice line of one line of a rating."""
        flat_alone = line.flat and not (line.quantity and line.unit_price)
        return {
            **base,
            "name": f"{base['name']}\n{self._usage_line_text(rating, line, row)}",
            **self._usage_factors(
                line.amount,
                as_decimal(1.0) if flat_alone else line.quantity,
                None if line.flat else line.unit_price,
                row,
                credit,
            ),
        }

    def _prepare_beneficiary_line(self, base, ratings, credit):
        """Values of the one line of a beneficiary's ratings."""
        row = ratings.schedule_id
        name = self.env._("For: %s", ratings.beneficiary_id.display_name)
        amount = sum(as_decimal(rating.amount) for rating in ratings)
        quantity = sum(as_decimal(rating.quantity) for rating in ratings)
        return {
            **base,
            "name": f"{base['name']}\n{name}",
            **self._usage_factors(amount, quantity, None, row, credit),
        }

    def _usage_factors(self, amount, quantity, price_unit, row, credit):
        """Quantity and price of a line that multiply out to its amount, to the cent."""
        if price_unit is None:
            quantity = _shown_quantity(quantity, amount)
        rounding = as_decimal(row.currency_id.rounding)
        factors = line_factors(amount, quantity, rounding=rounding, price_unit=price_unit)
        quantity, price = factors.quantity, factors.price_unit
        if credit:
            # Of a credit note the figures are positive, whichever of them was not.
            quantity, price = (quantity, -price) if price < 0 < quantity else (-quantity, price)
        return {
            "quantity": float(quantity),
            "price_unit": float(price),
            "discount": 0.0,
        }

    def _line_factors(self, rows, rounding):
        amount, quantity = (as_decimal(sum(rows.mapped(name))) for name in ("net", "quantity"))
        if len(rows) > 1 or not rows.rating_ids or quantity == _shown_quantity(quantity, amount):
            return super()._line_factors(rows, rounding)
        return line_factors(amount, _shown_quantity(quantity, amount), rounding=rounding)

    def _usage_line_text(self, rating, line, row):
        """What the invoice says of one line of a rating: what was counted, for whom, the price.

        A SmartCode's lines bear the labels that it gave them.
        """
        if line.code.startswith("macro"):
            return line.key
        if royalty := self._royalty_text(rating, line, row):
            return royalty
        text = row._explain_step(
            f"usage_{line.code}",
            {
                "quantity": str(line.quantity),
                "unit_price": str(line.unit_price),
                "flat": str(line.flat),
                "tier_from": line.tier_from and str(line.tier_from),
                "tier_to": line.tier_to and str(line.tier_to),
                "key": line.key,
                **({"since": line.since.isoformat()} if line.since else {}),
            },
        )
        subject = rating.calculator_id._line_label()
        if rating.beneficiary_id:
            subject = f"{rating.beneficiary_id.display_name} – {subject}"
        return labelled(self.env, subject, text)


def _shown_quantity(quantity, amount):
    """The quantity of a line: 1 where its sign is not that of the amount.

    Units of several prices may be negative in sum and cost something all the same.
    """
    return as_decimal(1.0) if quantity * amount < 0 else quantity
