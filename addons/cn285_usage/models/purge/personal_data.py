"""Personal data in usage: events of a person, and what was refused of it."""

from dataclasses import dataclass

import pytz
from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import (
    Naming,
    Place,
    Texts,
    name_patterns,
)
from odoo.tools import SQL, LazyTranslate, format_date

from ..archive.month_privacy import Months
from .delivery_keys import TELLING_KEY

_lt = LazyTranslate(__name__)


@dataclass(frozen=True)
class Events(Place):
    """Usage events of a person: figures stay, whom they were of and what they say goes."""

    def found(self, person):
        rows = person.env.execute_query(
            SQL("SELECT e.id FROM cn285_usage_event e WHERE %s", _of_person(person))
        )
        return [event_id for (event_id,) in rows]

    def sample(self, person):
        """One of each metric and item: they may be millions."""
        rows = person.env.execute_query(
            SQL(
                """SELECT max(e.id) FROM cn285_usage_event e WHERE %s
                GROUP BY e.company_id, e.metric_id, e.item_id, e.contract_id""",
                _of_person(person),
            )
        )
        return [event_id for (event_id,) in rows]

    def anonymise(self, person):
        events = person.env["cn285.usage.event"]
        contracts = person.env["cn285.contract"].browse(
            contract_id for contract_id, _last in _last_moments(person)
        )
        for contract, day in contracts._last_usage_days(person).items():
            contract._close_usage(day)
            contract._forget_macro_inputs(day)
        events._bare_ids(self.found(person))
        events.invalidate_model(flush=False)


@dataclass(frozen=True)
class Deliveries(Place):
    """Deliveries that are known by a value of a person's events, such as the number of an order."""

    def found(self, person):
        rows = person.env.execute_query(
            SQL(
                """SELECT id, key, item_id = ANY(%s) FROM cn285_usage_delivery
                    WHERE (item_id = ANY(%s) OR key ILIKE ANY(%s)) AND %s""",
                person.items.ids,
                person.items.ids,
                name_patterns(person),
                TELLING_KEY,
            )
        )
        return [
            delivery_id for delivery_id, key, is_own in rows if is_own or person.texts.is_in(key)
        ]

    def anonymise(self, person):
        deliveries = person.env["cn285.usage.delivery"].browse(self.found(person))
        deliveries._forget_keys(SQL("id = ANY(%s)", deliveries.ids))


def _of_person(person):
    """The condition on events ``e`` that are of a person and still say so."""
    return SQL(
        """(e.beneficiary_id = ANY(%s)
            OR e.item_id = ANY(%s)
            OR e.item_id IS NULL AND e.contract_id = ANY(%s)
            OR e.id = ANY(%s))
           AND (e.properties IS NOT NULL OR e.beneficiary_id IS NOT NULL
                OR e.reference IS NOT NULL OR e.transaction_id NOT LIKE 'purged-%%')""",
        person.partners.ids,
        person.items.ids,
        person.contracts.filtered(lambda one: one.partner_id in person.partners).ids,
        _parked(person),
    )


def _parked(person):
    """Ids of events that nobody matched yet and that were sent for this person, named in words."""
    rows = person.env.execute_query(
        SQL(
            """SELECT e.id, e.reference FROM cn285_usage_event e
                WHERE e.state = 'parked' AND e.reference ILIKE ANY(%s)""",
            name_patterns(person),
        )
    )
    return [event_id for event_id, reference in rows if person.texts.is_in(reference)]


def _last_moments(person):
    """Pairs of contract id and the moment of the last event of the person in it."""
    return person.env.execute_query(
        SQL(
            """SELECT coalesce(item.contract_id, e.contract_id), max(e.occurred_at)
                 FROM cn285_usage_event e LEFT JOIN cn285_contract_item item
                   ON item.id = e.item_id
                WHERE %s AND coalesce(e.item_id, e.contract_id) IS NOT NULL GROUP BY 1""",
            _of_person(person),
        )
    )


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _last_usage_days(self, person):
        """The last local day of a person's usage in each of these contracts."""
        result = {}
        for contract_id, moment in _last_moments(person):
            contract = self.browse(contract_id)
            zone = pytz.timezone(contract.company_id.cn285_tz or "UTC")
            result[contract] = pytz.utc.localize(moment).astimezone(zone).date()
        return result


class PersonalData(models.AbstractModel):
    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Events(
                "usage_events",
                _lt("Usage events: beneficiary, properties, numbers"),
                "cn285.usage.event",
                None,
            ),
            Months(
                "usage_months",
                _lt("Usage events in files of exported months"),
                "cn285.usage.month",
                None,
            ),
            Naming(
                "usage_refusals",
                _lt("Refused usage events"),
                "cn285.usage.refusal",
                None,
                texts=("source", "transaction_id", "reason"),
                data=("payload",),
            ),
            Texts(
                "macro_inputs",
                _lt("What macros were given of usage"),
                "cn285.usage.rating",
                lambda person: [("item_id", "in", person.items.ids)],
                cleared=("inputs",),
            ),
            Deliveries(
                "deliveries",
                _lt("Deliveries: by what value of their events they are known"),
                "cn285.usage.delivery",
                None,
            ),
            Texts(
                "pools",
                _lt("Pools of included units: names"),
                "cn285.usage.pool",
                lambda person: [
                    "|",
                    ("contract_id", "in", person.contracts.ids),
                    ("partner_id", "in", person.partners.ids),
                ],
                texts=("name",),
            ),
            Texts(
                "calculators",
                _lt("Usage calculators: names"),
                "cn285.usage.calculator",
                lambda person: [("item_id", "in", person.items.ids)],
                texts=("own_name",),
            ),
            Naming(
                "macro_trials",
                _lt("SmartCodes: what versions were tried on"),
                "cn285.smartcode.version",
                None,
                texts=("note", "test_input", "test_result"),
            ),
            *super()._places(),
        ]

    @api.model
    def _obstacles(self, person):
        """Also usage that is not billed, or that a rating of the past may still need."""
        found = super()._obstacles(person)
        words = self.env["cn285.usage.purge.preview"]._words()
        contracts = person.env["cn285.contract"]
        last = contracts.browse(one for one, _m in _last_moments(person))._last_usage_days(person)
        for contract, day in last.items():
            today = contract.company_id._cn285_today()
            for family, horizon in contract._purge_horizons(max(day, today)):
                if contract in family and horizon.day < day:
                    found.append(
                        self.env._(
                            "Contract %(contract)s: usage up to %(day)s is still needed. "
                            "%(reason)s",
                            contract=contract.name,
                            day=format_date(self.env, day),
                            reason=words.get(horizon.code, ""),
                        )
                    )
        return list(dict.fromkeys(found))
