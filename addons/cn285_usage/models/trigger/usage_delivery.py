from datetime import date, timedelta
from typing import NamedTuple

import pytz
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.isolation import each_or_apart, of_contracts
from odoo.tools import SQL, split_every

from ..measure.usage_measure import next_day, utc
from . import usage_delivery_sql as sql

# Deliveries that are looked at and rated together.
CHUNK = 2000
# What happened longer ago is not looked for; what arrives is, whenever it happened.
LOOK_BACK_DAYS = 400


class Look(NamedTuple):
    """Of a delivery its local days, and what counts by now: events, metrics, whether it ends."""

    first: date | None
    last: date | None
    events: int
    metric_ids: frozenset
    ended: bool


NOTHING = Look(None, None, 0, frozenset(), False)


class UsageDelivery(models.Model):
    """Events that are billed together and at once: a single one, or a set of the same property.

    ``cn285_usage_delivery_event`` holds which events belong to it. An event belongs to one delivery
    for ever, so whoever comes later, or again, bills nothing twice: what a delivery costs by today,
    less what its rows have billed, is what is still owed.
    """

    _name = "cn285.usage.delivery"
    _description = "Usage Delivery"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "date_start desc, id desc"
    _rec_name = "key"

    item_id = fields.Many2one(
        "cn285.contract.item", required=True, readonly=True, ondelete="restrict", index=True
    )
    contract_id = fields.Many2one(related="item_id.contract_id")
    partner_id = fields.Many2one(related="item_id.contract_id.partner_id", string="Customer")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="item_id.currency_id")
    key = fields.Char(
        string="Delivery",
        required=True,
        readonly=True,
        help="The value of the property that its events share, or the event.",
    )
    date_start = fields.Date(string="First Day", readonly=True)
    date_end = fields.Date(string="Last Day", readonly=True)
    event_count = fields.Integer(string="Events", readonly=True)
    is_complete = fields.Boolean(string="Complete", readonly=True)
    pending = fields.Boolean(readonly=True, help="Something of it has arrived, and is not billed.")
    schedule_ids = fields.One2many("cn285.billing.schedule", "delivery_id", string="Rows")
    amount = fields.Monetary(string="Billed", compute="_compute_amount")

    _once = models.Constraint("unique(item_id, key)", "This delivery of the item is known already.")
    _pending_idx = models.Index("(company_id, id) WHERE pending IS TRUE")
    _incomplete_idx = models.Index("(company_id, date_end) WHERE is_complete IS NOT TRUE")

    def init(self):
        self.env.cr.execute(sql.CREATE)

    @api.depends("schedule_ids.amount", "schedule_ids.state")
    def _compute_amount(self):
        groups = self.env["cn285.billing.schedule"]._read_group(
            [("delivery_id", "in", self.ids), ("state", "=", "invoiced")],
            ["delivery_id"],
            ["amount:sum"],
        )
        amounts = dict(groups)
        for delivery in self:
            delivery.amount = amounts.get(delivery, 0.0)

    # === FROM EVENTS TO DELIVERIES === #

    @api.model
    def _link(self, company, ranges=None):
        """Give events their deliveries, and mark those of which something has changed.

        :param ranges: pairs of first and last number of arrival; None: whatever has no delivery yet
        """
        items = self._delivering_items(company)
        if not items:
            return
        self.flush_model()
        parameters = {"company": company.id, "user": self.env.uid, **self._claims(company, items)}
        arrived = ""
        if ranges is not None:
            parameters["firsts"], parameters["lasts"] = map(list, zip(*ranges, strict=True))
            arrived = sql.ONLY_ARRIVED
            self.env.cr.execute(sql.TOUCH, parameters)
        self.env.cr.execute(sql.LINK.format(arrived=arrived), parameters)
        self.invalidate_model(flush=False)

    @api.model
    def _delivering_items(self, company):
        return self.env["cn285.contract.item"].search(
            [
                ("company_id", "=", company.id),
                ("billing_type", "=", "usage"),
                ("usage_billing", "=", "delivery"),
                ("state", "in", ("active", "ended")),
                ("calculator_ids", "!=", False),
            ]
        )

    @api.model
    def _claims(self, company, items):
        """Whose events are deliveries, as columns for :data:`sql.LINK`.

        An item's own events from its first billed day to its last, and those of its contract that
        are its own.
        """
        zone = pytz.timezone(company.cn285_tz or "UTC")
        metrics = items.calculator_ids._metrics_by_calculator()
        of_contracts = items.contract_id._usage_claims()
        back = company._cn285_today() - timedelta(days=LOOK_BACK_DAYS)
        rows = []
        for item in items:
            first, last = max(item.billing_start, back), item._last_day()
            until = next_day(last) if last else date.max
            for metric in {one for each in item.calculator_ids for one in metrics[each.id]}:
                shared = item.id, metric.id, item.usage_set_property or None
                rows.append((None, *shared, first, until))
                for since, end in of_contracts.get((item.id, metric.id), ()):
                    span = max(since, first), min(end or until, until)
                    rows.append((item.contract_id.id, *shared, *span))
        columns = list(zip(*rows, strict=True))
        names = ("contract_ids", "item_ids", "metric_ids", "properties", "sinces", "untils")
        claims = {name: list(column) for name, column in zip(names, columns, strict=True)}
        for name in ("sinces", "untils"):
            claims[name] = [_instant(day, zone) for day in claims[name]]
        return claims

    # === FROM DELIVERIES TO ROWS === #

    @api.model
    def _plan(self, company):
        """Make the rows of pending deliveries that are complete, rated and due today.

        :returns: the rows, and ``{contract: reason}`` of those that could not be rated, which stay
            pending
        """
        made, failed = self.env["cn285.billing.schedule"], {}
        pending = self.search([("company_id", "=", company.id), ("pending", "=", True)], order="id")
        for ids in split_every(CHUNK, pending.ids):
            some = self.browse(ids)
            parts, failing = each_or_apart(
                some.item_id.contract_id,
                lambda contracts, some=some: of_contracts(
                    some, contracts, "item_id.contract_id"
                )._plan_rows(),
            )
            failed.update(failing)
            for rows, failing in parts:
                made |= rows
                failed.update(failing)
        return made, failed

    def _plan_rows(self):
        # Of what was purged nothing is rated any more.
        closed = self.schedule_ids._of_closed_days()
        closed._tell_late_closed()
        closed.delivery_id._write_inside({"pending": False})
        return (self - closed.delivery_id)._plan_open_rows()

    def _plan_open_rows(self):
        looks = self._look()
        billed = self._billed_ratings()
        due = self.browse()
        for delivery in self:
            look = looks.get(delivery.id, NOTHING)
            known = delivery.id in billed or delivery.schedule_ids
            complete = bool(known) or (bool(look.events) and not delivery._missing(look))
            delivery._note(look, complete)
            if delivery.id in billed or (complete and look.events):
                due |= delivery
        rows, failed = due._bill(billed)
        failing = due.filtered(lambda delivery: delivery.item_id.contract_id in failed)
        (self - failing)._write_inside({"pending": False})
        return rows, failed

    def _look(self):
        """What there is of each delivery: ``{id: Look}``."""
        self.flush_model()
        zone = pytz.timezone(self.company_id[:1].cn285_tz or "UTC")
        self.env.cr.execute(sql.LOOK, {"ids": self.ids})
        return {
            delivery_id: Look(
                _local_day(first, zone),
                _local_day(last, zone),
                events,
                frozenset(metrics or ()),
                bool(ended),
            )
            for delivery_id, first, last, events, metrics, ended in self.env.cr.fetchall()
        }

    def _note(self, look, complete):
        """Keep what was seen."""
        vals = {"event_count": look.events, "is_complete": complete}
        if look.first:
            vals.update(date_start=look.first, date_end=look.last)
        changed = {name: value for name, value in vals.items() if self[name] != value}
        if changed:
            self._write_inside(changed)

    def _missing(self, look):
        """What a set still waits for, in words; None where it is complete."""
        self.ensure_one()
        item = self.item_id
        if not item.usage_set_property:
            return None
        if not self.key:
            return self.env._(
                "%(count)s events without the property “%(property)s”",
                count=look.events,
                property=item.usage_set_property,
            )
        if item.usage_set_completion == "count" and look.events < item.usage_set_count:
            return self.env._(
                "%(key)s has %(events)s of %(expected)s events",
                key=self.key,
                events=look.events,
                expected=item.usage_set_count,
            )
        if item.usage_set_completion == "marker" and not look.ended:
            return self.env._(
                "%(key)s has no event with “%(property)s”, which would end it",
                key=self.key,
                property=item.usage_marker_property,
            )
        if item.usage_set_completion == "metrics":
            missing = item._expected_metrics().filtered(
                lambda metric: metric.id not in look.metric_ids
            )
            if missing:
                return self.env._(
                    "%(key)s has nothing of %(metrics)s",
                    key=self.key,
                    metrics=", ".join(missing.mapped("name")),
                )
        return None

    def _billed_ratings(self):
        """What is billed, by delivery id; as ``cn285.billing.schedule._known_ratings``."""
        ratings = self.env["cn285.usage.rating"].search(
            [
                ("schedule_id.delivery_id", "in", self.ids),
                ("schedule_id.state", "!=", "cancelled"),
            ],
            order="id",
        )
        result = {}
        for rating in ratings:
            key = rating.calculator_id.id, rating.beneficiary_id.id or None
            of_delivery = result.setdefault(rating.schedule_id.delivery_id.id, {})
            of_delivery.setdefault(key, []).append(rating._engine_rating())
        return result

    def _bill(self, billed):
        """Rows for what these deliveries cost, or cost more or less than was billed.

        :param billed: see :meth:`_billed_ratings`
        :returns: the rows, and ``{contract: reason}`` of those that could not be rated
        """
        schedules = self.env["cn285.billing.schedule"]
        rows = schedules.union(*(schedules.new(one._row_vals()) for one in self))
        known = {row.id: billed.get(row.delivery_id.id, {}) for row in rows}
        batch = rows._rate_rows(known)
        wanted = rows.filtered(
            lambda row: (
                row.id in batch.outcomes
                and (
                    row.delivery_id.id not in billed
                    or any(
                        one.rating.amount or one.rating.quantity for one in batch.outcomes[row.id]
                    )
                )
            )
        )
        return wanted._insert_rated(batch), batch.failed

    def _row_vals(self):
        """Values of a row of the delivery, but for what it is rated with and its revision."""
        self.ensure_one()
        return {
            **self.item_id._row_owner(),
            "item_id": self.item_id.id,
            "delivery_id": self.id,
            "kind": "usage_delivery",
            "period_start": self.date_start,
            "period_end": self.date_end,
            "billing_date": self.company_id._cn285_today(),
            "price_unit": 0.0,
            "discount": 0.0,
            "proration": 1.0,
            "state": "planned",
        }

    # === WHAT WAITS TOO LONG === #

    @api.model
    def _overdue(self, company):
        """Sets that are incomplete for longer than their items wait: ``{contract: [texts]}``."""
        today = company._cn285_today()
        waiting = self.search(
            [
                ("company_id", "=", company.id),
                ("is_complete", "=", False),
                ("event_count", ">", 0),
                ("date_end", "<", today),
                ("item_id.usage_billing", "=", "delivery"),
            ]
        ).filtered(
            lambda delivery: (today - delivery.date_end).days > delivery.item_id.usage_max_wait
        )
        result = {}
        looks = waiting._look() if waiting else {}
        for delivery in waiting:
            missing = delivery._missing(looks.get(delivery.id, NOTHING))
            if missing:
                text = self.env._(
                    "Item “%(item)s”: %(missing)s.", item=delivery.item_id.name, missing=missing
                )
                result.setdefault(delivery.item_id.contract_id, []).append(text)
        return result

    def action_view_events(self):
        """The events that make the delivery."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_usage.action_usage_event")
        ids = self.env.execute_query(
            SQL("SELECT event_id FROM cn285_usage_delivery_event WHERE delivery_id = %s", self.id)
        )
        action["domain"] = [("id", "in", [event_id for (event_id,) in ids])]
        return action

    def action_view_rows(self):
        """The schedule rows that have billed it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_contract.action_billing_schedule"
        )
        action["domain"] = [("delivery_id", "=", self.id)]
        return action


def _instant(day, zone):
    return fields.Datetime.to_datetime("9999-12-31") if day == date.max else utc(day, zone)


def _local_day(moment, zone):
    return pytz.utc.localize(moment).astimezone(zone).date()
