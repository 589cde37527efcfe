from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.engine.line_factors import line_factors
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.fields import Domain

from ..engine.rating import from_data

# Late usage of periods that ended longer ago is not billed any more.
DIFFERENCE_DAYS = 400


class BillingTerms(models.AbstractModel):
    _inherit = "cn285.billing.terms"

    usage_lines = fields.Selection(
        [("tier", "A Line per Tier"), ("single", "One Line")],
        string="Usage on Invoices",
        default="tier",
        required=True,
    )
    usage_grace_days = fields.Integer(
        string="Grace for Late Usage (days)",
        help="Days after the invoice date during which late usage is waited for.",
    )

    @api.model
    def _terms_fields(self):
        return [*super()._terms_fields(), "usage_lines", "usage_grace_days"]


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    calculator_ids = fields.One2many(
        "cn285.usage.calculator", "item_id", string="Calculators", copy=True
    )

    def _engine_terms(self):
        terms = super()._engine_terms()
        if terms and terms.kind == "usage" and self.usage_grace_days:
            return replace(terms, offset=terms.offset + self.usage_grace_days)
        return terms


class ContractTemplateItem(models.Model):
    _inherit = "cn285.contract.template.item"

    calculator_ids = fields.One2many(
        "cn285.usage.calculator", "template_item_id", string="Calculators", copy=True
    )

    def _prepare_contract_item_vals(self, date_start=None):
        vals = super()._prepare_contract_item_vals(date_start)
        vals["calculator_ids"] = [
            fields.Command.create({**copied, "template_item_id": False})
            for copied in self.calculator_ids.copy_data()
        ]
        return vals


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _prepare_due_rows(self):
        """Also plan what late usage has changed in the periods of the last months."""
        schedules = self.env["cn285.billing.schedule"]
        schedules.search(self._due_domain() & Domain("kind", "=", "usage"))._unrate()
        result = super()._prepare_due_rows()
        since = self.date - timedelta(days=DIFFERENCE_DAYS)
        _created, failed = schedules._plan_differences(self.company_id, since)
        self._set_aside(failed, kind="rating")
        self.env.flush_all()
        return result


class InvoiceBuilder(models.AbstractModel):
    _inherit = "cn285.invoice.builder"

    def _prepare_lines(self, key, rows, terms, credit=False):
        """Usage of one row is a line per tier where the item says so; they add up to the row."""
        row = rows[:1]
        if len(rows) > 1 or not row.rating_ids or row.item_id.usage_lines != "tier":
            return super()._prepare_lines(key, rows, terms, credit)
        [base] = super()._prepare_lines(key, rows, terms, credit)
        lines = []
        for rating in row.rating_ids:
            for line in from_data(rating.data).lines:
                lines.append(self._prepare_usage_line(base, rating, line, row, credit))
        return lines or [base]

    def _prepare_usage_line(self, base, rating, line, row, credit):
        """Values of the invoice line of one line of a rating."""
        preferred = None if line.flat else line.unit_price
        factors = line_factors(
            line.amount,
            line.quantity if not line.flat else as_decimal(1.0),
            rounding=as_decimal(row.currency_id.rounding),
            price_unit=preferred,
        )
        text = row._explain_step(
            f"usage_{line.code}",
            {
                "quantity": str(line.quantity),
                "unit_price": str(line.unit_price),
                "flat": str(line.flat),
                "tier_from": line.tier_from and str(line.tier_from),
                "tier_to": line.tier_to and str(line.tier_to),
                "key": line.key,
            },
        )
        unit = rating.calculator_id._line_label()
        return {
            **base,
            "name": f"{base['name']}\n{unit}: {text}",
            "quantity": float(-factors.quantity if credit else factors.quantity),
            "price_unit": float(factors.price_unit),
            "discount": 0.0,
        }
