"""What was billed of contracts, row by row, and what it would have come to."""

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from odoo import models
from odoo.addons.cn285_contract.engine.money import round_money
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.addons.cn285_usage.models.rating.usage_batch import BILLED_STATES

from ..engine.effect import after_credit, percent_of

ZERO = Decimal(0)
PRICED_KINDS = ("fixed", "one_shot")
# Rows that stand for a period, or a delivery, itself; the other rows of usage add to them.
USAGE_KINDS = ("usage", "usage_delivery")


class Found(NamedTuple):
    """What a row comes to, in terms of its prices: at the prices billed, and at those tried.

    ``note``: a code of what is to be known of it, see ``cn285.simulation.line``.
    """

    again: Decimal
    tried: Decimal
    note: str = ""


class Simulation(models.Model):
    _inherit = "cn285.simulation"

    def _try_contracts(self, contracts):
        """Values of the lines of contracts; a fixed number of queries for any number of these.

        What was billed is a row and its differences, less what was credited of them.
        """
        self.ensure_one()
        # sudo: engines read what bills; whose contracts, was asked by the user's own rights.
        simulation, contracts = self.sudo(), contracts.sudo()
        accounts = simulation._billed_accounts(contracts)
        rows = self.env["cn285.billing.schedule"].sudo().union(*accounts)
        priced = rows.filtered(lambda row: row.kind in PRICED_KINDS)
        found = simulation._try_prices(priced)
        billed = {
            row: sum((as_decimal(one.net) for one in accounts[row]), start=ZERO)
            for row in rows - priced
        }
        rated, failed = simulation._try_usage(rows - priced, billed)
        found.update(rated)
        everything = rows.union(*accounts.values())
        credited, taxes = everything._credited(), everything.item_id._included_taxes()
        rates = {}
        vals = [
            simulation._line_vals(row, members, found[row], credited, taxes, rates)
            for row, members in accounts.items()
            if row in found and row.contract_id not in failed
        ]
        return vals + [simulation._failure_vals(one, reason) for one, reason in failed.items()]

    def _billed_accounts(self, contracts):
        """Rows that were billed in these months: ``{row of a period or delivery: all its rows}``.

        Usage of a period that has not had its last invoice is left out: of thresholds, say.
        """
        schedules = contracts.env["cn285.billing.schedule"]
        rows = schedules.search(
            [
                ("contract_id", "in", contracts.ids),
                ("period_start", ">=", self.date_from),
                ("period_start", "<=", self.date_to),
                ("state", "in", BILLED_STATES),
                ("kind", "in", [*PRICED_KINDS, *schedules._usage_kinds()]),
            ],
            order="contract_id, item_id, period_start, id",
        )
        accounts = {}
        usage = defaultdict(schedules.browse)
        for row in rows:
            if row.kind in PRICED_KINDS:
                accounts[row] = row
            else:
                usage[row._usage_account()] |= row
        for members in usage.values():
            first = members.filtered(lambda row: row.kind in USAGE_KINDS)[:1]
            if first:
                accounts[first] = members
        return accounts

    def _line_vals(self, row, members, found, credited, taxes, rates):
        """Values of the line of a row.

        :param members: it, and the other rows of its usage
        :param found: what it comes to, a :class:`Found`
        :param credited: ``{row: Decimal}``, what was taken back
        :param taxes: ``{item: taxes}`` of items whose price contains some
        :param rates: rates that were looked up, by currency and day
        """
        unit = row._unit()
        amount = sum((as_decimal(one.amount) for one in members), start=ZERO)
        net = sum((as_decimal(one.net) for one in members), start=ZERO)
        back = sum((credited.get(one, ZERO) for one in members), start=ZERO)

        def excluding_tax(value):
            # As a difference would be billed; so what comes to the same is the same to the cent.
            more, inside = value - net, taxes.get(row.item_id)
            if inside and more:
                more = as_decimal(row.item_id._untaxed(float(more), inside))
            return after_credit(amount + more, amount, back, unit)

        billed, tried, again = amount - back, *map(excluding_tax, (found.tried, found.again))
        figures = {
            "billed": billed,
            "simulated": tried,
            "difference": tried - billed,
            "unexplained": again - billed,
        }
        percent = percent_of(billed, tried - billed)
        company_unit = as_decimal(self.currency_id.rounding)
        rate = self._rate_of(row, rates)
        # Rounded one by one, the difference would not be that of the two.
        own = {
            name: round_money(value * rate, company_unit) if rate != 1 else value
            for name, value in figures.items()
        }
        own["difference"] = own["simulated"] - own["billed"]
        return {
            "simulation_id": self.id,
            "contract_id": row.contract_id.id,
            "partner_id": row.partner_id.id,
            "item_id": row.item_id.id,
            "product_id": row.product_id.id,
            "schedule_id": row.id,
            "currency_id": row.currency_id.id,
            "kind": row.kind,
            "period_start": row.period_start,
            "period_end": row.period_end,
            "quantity": sum(members.mapped("quantity")),
            "percent": float(percent) if percent is not None else 0.0,
            "note": found.note or False,
            **{name: float(value) for name, value in figures.items()},
            **{f"{name}_company": float(value) for name, value in own.items()},
        }

    def _rate_of(self, row, rates):
        """What a unit of the row's currency is in the company's, on the day of its invoice."""
        currency, own = row.currency_id, self.currency_id
        if currency == own:
            return 1
        key = currency, row.billing_date
        if key not in rates:
            rates[key] = as_decimal(
                currency._get_conversion_rate(currency, own, self.company_id, row.billing_date)
            )
        return rates[key]

    def _failure_vals(self, contract, reason):
        """Values of the line that tells why a contract was set aside; it counts in no sum."""
        return {
            "simulation_id": self.id,
            "contract_id": contract.id,
            "partner_id": contract.partner_id.id,
            "currency_id": contract.currency_id.id,
            "problem": reason,
        }
