import json
from collections import defaultdict
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

from odoo import models
from odoo.addons.cn285_contract.models.common import as_decimal

from ...engine.statement import Share, spread
from ...engine.statement_sort import sorted_stream
from ...engine.tariff import Feed
from ..measure.aggregation_table import Weight
from .usage_statement_events import BENEFICIARY, METRIC, PROPERTIES, QUANTITY, SHOWN, TAKEN_BACK

ZERO, ONE = Decimal(0), Decimal(1)
# Lines of a rating that no event explains: rows of their own.
OWN_ROWS = ("minimum", "maximum", "discount", "threshold_step", "waived")
# Kinds of a statement's fields that a credit note gives back: its statement counts as positive.
TURNED = ("quantity", "amount")
# Of so much it is told, to eight digits, which share tax adds to a price.
MANY = 1_000_000


class UsageRating(models.Model):
    """Rows of a statement: what was used, and which part of the amount it is."""

    _inherit = "cn285.usage.rating"

    def _invoiced_amounts(self, with_tax=False):
        """``[(rating, amount)]`` as invoiced: without taxes that the prices include, to the cent.

        The amounts of a schedule row's ratings add up to what the row has on its invoice.

        :param bool with_tax: with all taxes instead, as consumers read them
        """
        result, totals = [], self.schedule_id._invoiced_with_tax() if with_tax else {}
        for row, ratings in self.grouped("schedule_id").items():
            amounts = [as_decimal(rating.amount) for rating in ratings]
            net, invoiced = sum(amounts, start=ZERO), totals.get(row, as_decimal(row.amount))
            if net and net != invoiced:
                unit = as_decimal(row.currency_id.rounding)
                amounts = list(spread(invoiced, amounts, net, unit))
            result += zip(ratings, amounts, strict=True)
        return result

    def _statement_rows(self, spec, sign=1, with_tax=False):
        """Rows of the statement of these ratings, in its order; memory does not grow with them.

        :param spec: the layout's ``engine.statement_spec.Spec``
        :param sign: -1 where the statement goes with a credit note
        :param bool with_tax: amounts and prices are those with tax
        :returns: an iterator of dicts, see ``cn285.usage.statement``
        """
        sources = self._statement_sources()
        sources.with_tax = with_tax
        rows = (
            row
            for rating, amount in self._invoiced_amounts(with_tax)
            for row in rating._rating_rows(sources, amount)
        )
        if sign != 1:
            turned = [name for name, field in spec.fields.items() if field.kind in TURNED]
            rows = (
                {**row, **{name: sign * row[name] for name in turned if row.get(name)}}
                for row in rows
            )
        return sorted_stream(rows, spec)

    def _rating_rows(self, sources, amount):
        """Rows of one rating, which add up to its quantity and to ``amount``.

        Events come with their share of the amount. Where they do not add up to the quantity (a
        highest value, a formula), they are shown without, and one row has the quantity and amount.
        """
        self.ensure_one()
        own, shared = self._split_lines(amount)
        if self._adds_up():
            yield from self._shared_rows(sources, shared)
        else:
            yield from self._event_rows(sources)
            part = sum(shared.values(), start=ZERO)
            if part or self.quantity:
                quantity = as_decimal(self.quantity)
                yield {**self._statement_base(), "quantity": quantity, "amount": part}
        for line, part in own:
            if part:
                yield {**self._statement_base(), "label": self._own_label(line), "amount": part}

    def _shared_rows(self, sources, shared):
        """Events with their quantities and shares, and rows for what no event takes."""
        unit = as_decimal(self.currency_id.rounding)
        totals = self._weights(sources)
        shares = {
            key: Share(part, totals[key], unit) for key, part in shared.items() if totals[key]
        }
        yield from self._event_rows(sources, shares)
        for key, part in shared.items():
            if part and key not in shares:
                yield {**self._statement_base(), "amount": part}
        # The metric rounds, or something came in between.
        left = as_decimal(self.quantity) - sum(totals.values(), start=ZERO)
        if left:
            yield {**self._statement_base(), "label": self.env._("Rounding"), "quantity": left}

    def _adds_up(self):
        """Whether the quantity is the sum, or the number, of events of one metric."""
        return self._weight() is not None

    def _weight(self):
        """What of the quantity an event is; None where the quantity is no sum over events."""
        metric = self.calculator_id.metric_id
        return metric._aggregation().weight if metric else None

    def _split_lines(self, amount):
        """The invoiced amount by lines: those with rows of their own, the rest by what it prices.

        :returns: ``[(line, amount)]`` and ``{(property value or None, first day of the terms or
            None): amount}``
        """
        by_value, by_day = self._is_priced_by_value(), bool(self._term_days())
        lines = self._engine_rating().lines
        rated = sum((line.amount for line in lines), start=ZERO)
        amounts = [line.amount for line in lines]
        if rated and rated != amount:
            unit = as_decimal(self.currency_id.rounding)
            amounts = list(spread(amount, amounts, rated, unit))
        own, shared = [], defaultdict(Decimal)
        for line, part in zip(lines, amounts, strict=True):
            if line.code in OWN_ROWS:
                own.append((line, part))
            else:
                shared[line.key if by_value else None, line.since if by_day else None] += part
        # What no line tells: it is in the sum all the same.
        left = amount - sum(amounts, start=ZERO)
        if left:
            shared[None, None] += left
        return own, shared

    def _term_days(self):
        """First days of other terms within the period, where events are rated by their own."""
        if not self._adds_up() or self.calculator_id.change_method == "days":
            return []
        return sorted({line.since for line in self._engine_rating().lines if line.since})

    def _is_priced_by_value(self):
        return self.calculator_id._feed() is Feed.values and self._adds_up()

    def _weights(self, sources):
        """What the events' weights come to: ``{key of an amount: Decimal}``."""
        totals = defaultdict(Decimal)
        weight = self._weight()
        plain = weight in (Weight.quantity, Weight.one) and not self._is_priced_by_value()
        if plain and not self._term_days() and not self._has_few(sources):
            quantity, count = self._events_total(sources)
            totals[None, None] = quantity if weight is Weight.quantity else count
            return totals
        for _event, _taken_back, weight, key in self._weighted_events(sources):
            totals[key] += weight
        return totals

    def _weighted_events(self, sources):
        """Events with their weight: ``(event, taken back, weight, key of its amount)``."""
        calculator, how = self.calculator_id, self._weight()
        counted = calculator.metric_id.property_name
        price_of = calculator.property_name if self._is_priced_by_value() else None
        known, value, since = set(), None, None
        days, moment = self._term_days(), sources.moment
        for event in self._events(sources):
            taken_back = event[TAKEN_BACK]
            weight = Decimal(event[QUANTITY]) if how is Weight.quantity else ONE
            if how is Weight.new_value:
                new = _properties(event[PROPERTIES]).get(counted)
                weight = ZERO if new is None or new in known else ONE
                known.add(new)
            if price_of:
                value = str(_properties(event[PROPERTIES]).get(price_of) or "")
            if days:
                day = event[moment].date()
                since = max((one for one in days if one <= day), default=None)
            yield event, taken_back, -weight if taken_back else weight, (value, since)

    def _event_rows(self, sources, shares=None):
        """A row for each event; without ``shares`` none has a quantity or an amount."""
        base = self._statement_base()
        shown = [field.name for field in sources.shown]
        prices = self._unit_prices(sources.with_tax)
        for event, taken_back, weight, key in self._weighted_events(sources):
            row = {
                **base,
                # It is that of the moment.
                "day": None,
                "properties": _properties(event[PROPERTIES]),
                "beneficiary": event[BENEFICIARY] or base["beneficiary"],
                **dict(zip(shown, event[SHOWN:], strict=True)),
            }
            if taken_back:
                row["label"] = self.env._("%s, taken back", row["label"])
            if shares is None:
                metric = self.env["cn285.usage.metric"].browse(event[METRIC])
                name, unit = self._metric_words(metric)
                row["label"] = self.env._(
                    "Reading: %(quantity)s %(unit)s",
                    quantity=self.schedule_id._plain(event[QUANTITY]),
                    unit=unit or base["unit"],
                )
                row["metric"] = name or base["metric"]
            else:
                row.update(quantity=weight, unit_price=prices.get(key[1]))
                if key in shares:
                    row["amount"] = shares[key].part(weight)
            yield row

    def _unit_prices(self, with_tax=False):
        """The price of a unit as it was rated, where all cost the same, by the day of its terms.

        :param bool with_tax: the price with the taxes of its item
        """
        rating = self._engine_rating()
        included = any(note.code in ("allowance", "pool", "together") for note in rating.notes)
        if not self.calculator_id._entry().has_one_price or included:
            return {}
        prices = defaultdict(set)
        by_day = bool(self._term_days())
        for line in rating.lines:
            if line.code == "unit":
                prices[line.since if by_day else None].add(line.unit_price)
        share = as_decimal(self.item_id._with_tax(MANY)) / MANY if with_tax else ONE
        return {since: price * share for since, [price, *more] in prices.items() if not more}

    def _statement_base(self):
        item = self.item_id
        name, unit = self._metric_words(self.calculator_id.metric_id)
        partner = self.beneficiary_id or item.beneficiary_id or item.contract_id.partner_id
        fields = self.env["cn285.statement.layout"]._row_fields()
        return {
            **dict.fromkeys(fields),
            **{
                name: attrgetter(field.of_rating)(self)
                for name, field in fields.items()
                if field.of_rating
            },
            "metric": name or self.calculator_id.name,
            "unit": unit or "",
            "beneficiary": partner.display_name,
            "quantity": ZERO,
            "amount": ZERO,
            "properties": {},
            "line": self.id,
        }

    def _own_label(self, line):
        names = ("flat", "quantity", "unit_price")
        figures = {name: str(getattr(line, name)) for name in names}
        return self.schedule_id._explain_step(f"usage_{line.code}", figures)


@lru_cache(maxsize=1024)
def _properties(text):
    """An event's properties, for reading: many events have the same."""
    return json.loads(text) if text else {}
