"""What happened on which day, for whoever looks back."""

from dataclasses import dataclass

from odoo import api, models
from odoo.fields import Domain

from .common import LIVE_STATES


@dataclass(frozen=True)
class DiaryKind:
    """A sort of event, and how it is found: records of a model that have a day and a company.

    ``day`` and ``amount`` are names of fields; an amount is in the company's currency.
    """

    label: str
    model: str
    day: str
    domain: Domain = Domain.TRUE
    amount: str | None = None


class Diary(models.AbstractModel):
    """Counts what happened in a company, day by day: invoices, changes, ends …"""

    _name = "cn285.diary"
    _description = "Contracts: What Happened"

    @api.model
    def _kinds(self):
        """The sorts of events, as ``{name: DiaryKind}`` in the order of a report.

        An addon adds those of its own by ``super()``.
        """
        posted = Domain([("cn285_contract_ids", "!=", False), ("state", "=", "posted")])
        over = Domain("state", "not in", ("draft", *LIVE_STATES, "cancelled"))
        bill = ("account.move", "invoice_date")
        return {
            "invoice": DiaryKind(
                self.env._("Invoices"),
                *bill,
                posted & Domain("move_type", "=", "out_invoice"),
                "amount_untaxed_signed",
            ),
            "credit": DiaryKind(
                self.env._("Credit Notes"),
                *bill,
                posted & Domain("move_type", "=", "out_refund"),
                "amount_untaxed_signed",
            ),
            "change": DiaryKind(
                self.env._("Contract Changes"),
                "cn285.contract.change",
                "date_applied",
                Domain("state", "=", "applied"),
            ),
            "end": DiaryKind(self.env._("Contracts Ended"), "cn285.contract", "date_end", over),
            "issue": DiaryKind(
                self.env._("Set Aside"),
                "cn285.billing.run.issue",
                "run_id.date",
                Domain("state", "=", "open"),
            ),
        }

    @api.model
    def _read(self, company, after, until):
        """What happened after one day and up to another.

        :returns: ``{(day, kind): (count, amount excluding tax)}``
        """
        events = {}
        for name, kind in self._kinds().items():
            domain = kind.domain & Domain(
                [
                    ("company_id", "=", company.id),
                    (kind.day, ">", after),
                    (kind.day, "<=", until),
                ]
            )
            aggregates = ["__count", *([f"{kind.amount}:sum"] if kind.amount else [])]
            groups = self.env[kind.model]._read_group(domain, [f"{kind.day}:day"], aggregates)
            for day, count, *amount in groups:
                day = day.date() if hasattr(day, "date") else day
                events[day, name] = count, *(amount or (0.0,))
        return events
