"""Margins worked out: by the engines that bill, from what was billed; months at a time."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal, in_users_language
from odoo.addons.cn285_contract.models.isolation import each_or_apart

from ..engine.margin import fixed_cost
from .simulation_part import CONTRACTS_IN_PART, reading_only
from .tried_rows import USAGE_KINDS, Found

ZERO = Decimal(0)


class Margin(models.Model):
    _inherit = "cn285.margin"

    @api.model
    def _work_out(self, company, month):
        """Make the margins of a month anew: of what begins in it and was billed."""
        first = month.replace(day=1)
        # sudo: margins follow from billing; who may see them says the group.
        margins, costs = self.sudo(), self.env["cn285.cost"].sudo()
        costs = costs.search([("company_id", "=", company.id)])
        contracts = self.env["cn285.contract"].sudo()
        contracts = contracts.search(
            [("company_id", "=", company.id), ("item_ids.product_id", "in", costs.product_id.ids)],
            order="id",
        )
        margins.search([("company_id", "=", company.id), ("month", "=", first)]).unlink()
        count = 0
        for start in range(0, len(contracts), CONTRACTS_IN_PART):
            batch = contracts[start : start + CONTRACTS_IN_PART]
            with reading_only(self.env):
                parts, failed = each_or_apart(
                    batch, lambda some: margins._vals_of(some, costs, company, first)
                )
                vals = [one for part in parts for one in part]
                vals += [
                    {
                        "contract_id": contract.id,
                        "partner_id": contract.partner_id.id,
                        "company_id": company.id,
                        "problem": reason,
                    }
                    for contract, reason in failed.items()
                ]
            margins.create([{**one, "month": first} for one in vals])
            count += len(vals)
        return count

    @api.model
    def _vals_of(self, contracts, costs, company, first):
        """Values of the margins of contracts, of rows that have any cost.

        :param first: first day of the month in which periods begin
        """
        # What is asked of simulations: which rows were billed, and what of them is left.
        asked = contracts.env["cn285.simulation"].new(
            {
                "company_id": company.id,
                "date_from": first,
                "date_to": first + relativedelta(months=1, days=-1),
            }
        )
        accounts = {
            row: members
            for row, members in asked._billed_accounts(contracts).items()
            if any(cost._holds(row) for cost in costs)
        }
        rows = self.env["cn285.billing.schedule"].sudo().union(*accounts)
        rated, failed = self._costs_of_usage(rows, costs)
        credited = rows.union(*accounts.values())._credited()
        unit, rates, result = as_decimal(company.currency_id.rounding), {}, []
        for row, members in accounts.items():
            if row.contract_id in failed:
                continue
            net = sum((as_decimal(one.net) for one in members), start=ZERO)
            line = asked._line_vals(row, members, Found(net, net), credited, {}, rates)
            cost = rated.get(row, ZERO) + sum(
                (
                    fixed_cost(
                        as_decimal(one.amount),
                        per_unit=one.kind == "unit",
                        quantity=as_decimal(line["quantity"]),
                        share=row._share(),
                        of_usage=row.kind in USAGE_KINDS,
                        unit=unit,
                    )
                    for one in costs
                    if one.kind != "calculator" and one._holds(row)
                ),
                start=ZERO,
            )
            revenue = as_decimal(line["billed_company"])
            events = _events(members)
            names = ("contract_id", "partner_id", "item_id", "product_id", "schedule_id")
            result.append(
                {
                    **{name: line[name] for name in (*names, "quantity")},
                    "company_id": company.id,
                    "event_count": events,
                    "revenue": float(revenue),
                    "cost": float(cost),
                    "margin": float(revenue - cost),
                    "percent": float(100 * (revenue - cost) / abs(revenue)) if revenue else 0.0,
                    "cost_per_event": float(cost / events) if events else 0.0,
                }
            )
        for contract, reason in failed.items():
            result.append(
                {
                    "contract_id": contract.id,
                    "partner_id": contract.partner_id.id,
                    "company_id": company.id,
                    "problem": reason,
                }
            )
        return result

    @api.model
    def _costs_of_usage(self, rows, costs):
        """What cost calculators make of usage: ``({row: Decimal}, {contract: reason})``.

        By the engine that rates, with its included units and bounds, without any discount.
        """
        by_calculator = costs.filtered(lambda cost: cost.kind == "calculator")
        wanted = {row: [one for one in by_calculator if one._holds(row)] for row in rows}
        usage = rows.filtered(lambda row: wanted[row])
        if not usage:
            return {}, {}
        batch = usage._start_batch()
        recipes = {
            cost.id: cost.calculator_id._recipe(cost.calculator_id._metrics())
            for cost in by_calculator
        }
        batch.plain, batch.timelines = set(), {}
        batch.calculators = {item.id: [] for item in usage.item_id}
        number = 0
        of_row = defaultdict(set)
        for row in usage:
            batch.facts[row.id] = replace(batch.facts_of(row), discounts=None)
            for cost in wanted[row]:
                key = next(
                    (
                        k
                        for k in batch.calculators[row.item_id.id]
                        if batch.recipes[k] is recipes[cost.id]
                    ),
                    None,
                )
                if key is None:
                    # Of nobody's calculators: each item has one of its own for each cost.
                    number -= 1
                    key = number
                    batch.recipes[key] = recipes[cost.id]
                    batch.calculators[row.item_id.id].append(key)
                of_row[row].add(key)
        usage._measure_rows(batch)
        usage._rate_batch(batch)
        found = {
            row: sum(
                (
                    outcome.rating.amount
                    for outcome in batch.outcomes.get(row.id) or ()
                    if outcome.part.calculator_id in of_row[row]
                ),
                start=ZERO,
            )
            for row in usage
        }
        return found, dict(batch.failed)

    @api.model
    def _cron_work_out(self):
        """The last two months of each company that knows costs, anew each night."""
        # sudo: which companies know any.
        daily = self.env["res.company"].sudo()._cn285_daily_companies()
        costs = self.env["cn285.cost"].sudo().search([("company_id", "in", daily.ids)])
        for company in costs.company_id:
            today = company._cn285_today()
            for back in (1, 0):
                month = today.replace(day=1) - relativedelta(months=back)
                self.with_company(company)._delay_month(company, month)

    @api.model
    def _delay_month(self, company, month):
        self.with_delay(
            channel="root.billing",
            description=self.env._("Margins of %s", f"{month:%Y-%m}"),
            identity_key=f"cn285.margin-{company.id}-{month:%Y-%m}",
        )._job_work_out(company, month)

    @api.model
    def _job_work_out(self, company, month):
        """Job: make the margins of a month anew. Safe to run again."""
        self = in_users_language(self)
        count = self._work_out(company, fields.Date.to_date(month))
        return self.env._("%s items and periods", count)


def _events(members):
    """Events that were rated, each once though several calculators count it."""
    counts = defaultdict(int)
    for rating in members.rating_ids:
        counts[rating.calculator_id.id] += rating.event_count
    return max(counts.values(), default=0)
