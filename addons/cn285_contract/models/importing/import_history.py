"""Loads of files are history that the program keeps, as all that is guarded here."""

from odoo import api, models
from odoo.tools import format_date, formatLang

from ..common import OPEN_STATES

# Days of billing of which a trial tells.
TOLD_DAYS = 12


class ImportLoad(models.Model):
    _name = "cn285.import.load"
    _inherit = ["cn285.import.load", "cn285.guarded"]
    _is_history = True


class ImportLoadFile(models.Model):
    _name = "cn285.import.load.file"
    _inherit = ["cn285.import.load.file", "cn285.guarded"]
    _is_history = True


class ImportLoadCount(models.Model):
    _name = "cn285.import.load.count"
    _inherit = ["cn285.import.load.count", "cn285.guarded"]
    _is_history = True


class ImportLoadError(models.Model):
    _name = "cn285.import.load.error"
    _inherit = ["cn285.import.load.error", "cn285.guarded"]
    _is_history = True


class ImportRecord(models.Model):
    _name = "cn285.import.record"
    _inherit = ["cn285.import.record", "cn285.guarded"]
    _is_history = True


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _trial_notes(self, load, made):
        """Also the first bills of the contracts: how many, of what, for which days."""
        return [*super()._trial_notes(load, made), *self._first_bills(made.get("contracts", ()))]

    @api.model
    def _first_bills(self, contract_ids):
        """A sentence for each day on which contracts are billed for the first time here."""
        schedule = self.env["cn285.billing.schedule"]
        if not contract_ids or not schedule.has_access("read"):
            return []
        rows = schedule._read_group(
            [
                ("contract_id", "in", list(contract_ids)),
                ("contract_id.billing_hold", "=", False),
                ("state", "in", OPEN_STATES),
            ],
            ["contract_id", "currency_id", "billing_date:day"],
            ["amount:sum", "period_start:min", "period_end:max"],
            order="billing_date:day",
        )
        told, days = set(), {}
        for contract, currency, day, amount, start, end in rows:
            if contract in told:
                continue
            told.add(contract)
            key = day, currency
            number, total, first, last = days.get(key, (0, 0.0, start, end))
            days[key] = number + 1, total + amount, min(first, start), max(last, end)
        sentences = [
            self.env._(
                "Billed first on %(day)s: %(number)s contracts, %(amount)s excluding tax, for the "
                "days from %(start)s to %(end)s.",
                day=format_date(self.env, day),
                number=number,
                amount=formatLang(self.env, total, currency_obj=currency),
                start=format_date(self.env, start),
                end=format_date(self.env, end),
            )
            for (day, currency), (number, total, start, end) in list(days.items())[:TOLD_DAYS]
        ]
        if len(days) > TOLD_DAYS:
            sentences.append(self.env._("… and on %s more days.", len(days) - TOLD_DAYS))
        return sentences
