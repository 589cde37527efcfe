"""Edits of calculators that have rated: from which day they hold; the past stays as it was."""

from collections import defaultdict

from odoo import Command, api, fields, models
from odoo.addons.cn285_contract.models.common import STATE_DOOR, told_inside
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

from ..measure.usage_measure import next_day
from .usage_calculator_part import KEPT, PRICE_COLUMNS

# Values that a caller gives with an edit, and in the context of one that has no values, such as
# of a tier: from which day it holds, and whether what was billed of these days is billed anew.
FROM, CORRECT = "terms_from", "terms_correct"
# What does not decide on a price.
NO_TERMS = {
    "id", "name", "own_name", "sequence", "item_id", "template_item_id", "company_id",
    "payout_document", FROM, CORRECT,
}  # fmt: skip
# What is counted, and by whom: it changes between periods, not in the middle of one.
OF_WHOLE_PERIODS = {
    "metric_id",
    "formula",
    "source_item_id",
    "source_calculator_id",
    "source_measure",
    "property_name",
    "allowance_scope",
    "pool_id",
    "rollover",
    "bounds_count",
    "smartcode_id",
    "metric_ids",
    "is_payout",
}


class UsageCalculator(models.Model):
    """Terms have versions by date, once something was rated by them.

    Whoever edits, a form, an import, a program, writes the calculator as ever: the terms that it
    had stay for the days before, and the edit holds from the first day of the next period that
    nothing was rated of, or from ``terms_from``.
    """

    _inherit = "cn285.usage.calculator"

    version_ids = fields.One2many(
        "cn285.usage.calculator.version", "calculator_id", string="Terms over Time", readonly=True
    )
    has_rated = fields.Boolean(compute="_compute_terms_from")
    terms_from = fields.Date(
        string="Changes Hold From",
        compute="_compute_terms_from",
        readonly=False,
        help="First day of what is changed here. By itself: the next period of which nothing was "
        "rated. What was used before is rated by the terms of its days.",
    )
    terms_correct = fields.Boolean(
        string="Bill Anew What Was Billed",
        compute="_compute_terms_from",
        readonly=False,
        help="Also days that were billed are rated by the changed terms: the next run bills, or "
        "credits, the difference.",
    )

    @api.depends("item_id")
    def _compute_terms_from(self):
        days = self.item_id._origin._first_unrated_days()
        for calculator in self:
            day = days.get(calculator.item_id._origin) if calculator._origin else None
            calculator.has_rated = bool(day)
            calculator.terms_from = day or False
            calculator.terms_correct = False

    # === TERMS AS DATA === #

    @api.model
    def _terms_names(self):
        """Fields that decide on a price."""
        automatic = {"create_uid", "create_date", "write_uid", "write_date"}
        return [
            name
            for name, field in self._fields.items()
            if field.store and name not in NO_TERMS | automatic and name != "version_ids"
        ]

    def _terms(self):
        """All that decides on the price, as JSON values."""
        self.ensure_one()
        terms = {}
        for name in self._terms_names():
            field, value = self._fields[name], self[name]
            if name in PRICE_COLUMNS:
                columns = PRICE_COLUMNS[name]
                terms[name] = [[part[column] for column in columns] for part in value.sorted()]
            elif field.type == "many2one":
                terms[name] = value.id
            elif field.type.endswith("2many"):
                terms[name] = value.ids
            else:
                terms[name] = value
        return terms

    @api.model
    def _terms_vals(self, terms):
        """Terms as values to write."""
        vals = {}
        for name in self._terms_names():
            value = terms.get(name)
            if name in PRICE_COLUMNS:
                columns = PRICE_COLUMNS[name]
                parts = (dict(zip(columns, part, strict=True)) for part in value or ())
                vals[name] = [Command.clear(), *map(Command.create, parts)]
            elif self._fields[name].type.endswith("2many"):
                vals[name] = [Command.set(value or [])]
            elif value is not None:
                vals[name] = value
        return vals

    def _at(self, terms):
        """This calculator as it was by other terms, in memory."""
        self.ensure_one()
        return self.new({**self._terms_vals(terms), "item_id": self.item_id.id})

    # === KEEPING WHAT WAS === #

    @api.model
    def _asked_from(self, vals):
        """From when a caller wants an edit to hold, and the values without that.

        :returns: ``(day or None, whether to bill anew, values)``
        """
        context = self.env.context
        day = vals.get(FROM) or context.get(FROM)
        correct = bool(vals.get(CORRECT) or context.get(CORRECT))
        vals = {name: value for name, value in vals.items() if name not in (FROM, CORRECT)}
        return fields.Date.to_date(day), correct, vals

    def _keep_beginnings(self, asked):
        """Have calculators that join items of which something was rated begin from a day on.

        :param asked: what :meth:`_asked_from` gave for each
        """
        groups = defaultdict(dict)
        rated = self.item_id._rated_until() if self.item_id else {}
        for calculator, (day, correct, _vals) in zip(self, asked, strict=True):
            known = rated.get(calculator.item_id.id)
            if day or (known and known.billed):
                groups[day, correct][calculator] = None
        for (day, correct), new in groups.items():
            self._keep_history(new, day, correct)

    def _terms_before(self, day=None):
        """The terms of those calculators whose past is kept: ``{calculator: terms}``.

        Those of items of which something was rated, that have versions, or are told a day.
        """
        if told_inside(self.env, KEPT):
            return {}
        of_items = self.filtered("item_id")
        rated = of_items.item_id._rated_until() if of_items else {}
        return {
            calculator: calculator._terms()
            for calculator in of_items
            if day
            or calculator.item_id.id in rated
            or calculator.version_ids
            or calculator.item_id._usage_needs_approval()
        }

    def _keep_history(self, before, day=None, correct=False, change=None):
        """Write versions for what an edit has changed.

        :param before: what :meth:`_terms_before` gave; None for a calculator that is new
        :param day: from when it holds; by itself the next period of which nothing was rated, of a
            calculator that is new the next of which nothing was billed
        :param correct: also rate anew what was billed of these days
        :param change: the contract change that does it: what later ones have changed stays
        :raises ValidationError: when the day lies in what was billed, or within a period where
            what changes belongs to whole ones
        """
        changed = {
            calculator: (terms, calculator._terms())
            for calculator, terms in before.items()
            if calculator.exists() and terms != calculator._terms()
        }
        if not changed:
            return
        items = self.env["cn285.contract.item"].union(*(one.item_id for one in changed))
        if not change:
            items._check_usage_approved()
        until, days = items._rated_until(), items._first_unrated_days()
        joining = items._first_unrated_days(billed=True)
        creates, replaced = [], self.env["cn285.usage.calculator.version"]
        for calculator, (old, new) in changed.items():
            item = calculator.item_id
            unrated = days[item] if old else joining[item]
            first = day or calculator._first_day_by_itself(unrated)
            billed = until[item.id].billed if item.id in until else None
            if day:
                calculator._check_day(day, old, new, billed, correct)
            start = item.billing_start
            if not first or (start and first <= start):
                # It holds from the beginning: there is no past to keep.
                first = None
            elif not day and _only_adds_values(old, new):
                # Of a value without a price nothing was billed: what waits for one is rated by it.
                calculator._add_values(old, new)
                continue
            made, gone = calculator._version_vals(old, new, first, change)
            for vals in made:
                vals["corrects"] = correct and bool(billed) and (not first or first <= billed)
            creates += made
            replaced |= gone
            if correct and billed and (not first or first <= billed):
                item._rate_anew(first or start)
        if day and until:
            items._rate_waiting_anew(day)
        # sudo: versions follow from the calculators, and who edits these may not write versions.
        replaced.sudo().active = False
        self.env["cn285.usage.calculator.version"].sudo().create(creates)
        self.env["cn285.usage.calculator"].union(*changed).invalidate_recordset(["version_ids"])

    def _first_day_by_itself(self, unrated):
        """From when an edit holds that is told no day: never before the last version's."""
        last = self.version_ids[-1:].date_from
        return max(filter(None, (unrated, last)), default=None)

    def _version_vals(self, old, new, first, change=None):
        """What an edit makes of the versions: values of new ones, and those that they replace.

        :param first: from when it holds; None: from the beginning
        """
        versions = self.version_ids
        if not versions and first is None:
            return [], versions
        known = [(one.date_from or None, one.terms, one.change_id.id) for one in versions]
        known = known or [(None, old, False)]
        before = [entry for entry in known if first and (not entry[0] or entry[0] < first)]
        later = known[len(before) :]
        patch = {k: v for k, v in new.items() if old is None or old.get(k) != v}
        entries = []
        if not later or later[0][0] != first:
            entries.append((first, _patched(before[-1][1], patch, new), change and change.id))
        running = before[-1][1] if before else None
        for day, terms, change_id in later:
            if change and day != first:
                # What a later change has set holds from then on.
                patch = {k: v for k, v in patch.items() if _same(terms, running, k)}
            running = terms
            entries.append((day, _patched(terms, patch, new), change_id))
        if not versions:
            entries.insert(0, (None, old, False))
        if change:
            self._write_terms(entries[-1][1])
        made = [
            {"calculator_id": self.id, "date_from": day, "terms": terms, "change_id": change_id}
            for day, terms, change_id in entries
        ]
        return made, versions[len(before) :] if versions else versions

    def _add_values(self, old, new):
        """Let values that had no price have it from the beginning, in all versions."""
        known = {value for value, _price in old["value_ids"]}
        added = [part for part in new["value_ids"] if part[0] not in known]
        # sudo: versions follow from the calculators, and who edits these may not write versions.
        for version in self.sudo().version_ids:
            terms = version.terms
            if terms and not terms["has_default_price"]:
                have = {value for value, _price in terms["value_ids"]}
                more = [part for part in added if part[0] not in have]
                version.terms = {**terms, "value_ids": [*terms["value_ids"], *more]}

    def _write_terms(self, terms):
        """Have the calculator the terms of its last version."""
        if terms != self._terms():
            self.with_context(**{KEPT: STATE_DOOR}).write(self._terms_vals(terms))

    # === WHAT IS REFUSED === #

    def _check_day(self, day, old, new, billed, correct):
        if billed and day <= billed and not correct:
            raise ValidationError(
                self.env._(
                    "Calculator “%(calculator)s” of item “%(item)s”: its usage was billed up to "
                    "%(billed)s. Other terms can hold from %(first)s on, unless what was billed is "
                    "to be billed anew (“Bill Anew What Was Billed”).",
                    calculator=self.name,
                    item=self.item_id.name,
                    billed=format_date(self.env, billed),
                    first=format_date(self.env, next_day(billed)),
                )
            )
        names = {name for name, value in new.items() if old and old.get(name) != value}
        whole = sorted(names & OF_WHOLE_PERIODS)
        if whole and not self._begins_a_period(day):
            raise ValidationError(
                self.env._(
                    "Calculator “%(calculator)s” of item “%(item)s”: “%(figure)s” changes from one "
                    "period to the next, and %(day)s is in the middle of one.",
                    calculator=self.name,
                    item=self.item_id.name,
                    figure=self._fields[whole[0]]._description_string(self.env),
                    day=format_date(self.env, day),
                )
            )

    def _begins_a_period(self, day):
        item = self.item_id
        if item.usage_billing == "delivery" or item.billing_type != "usage":
            return True
        rows = self.env["cn285.billing.schedule"]
        begun = [
            ("item_id", "=", item.id),
            ("kind", "=", "usage"),
            ("state", "!=", "cancelled"),
            ("period_start", "=", day),
        ]
        return item._full_period(day)[0] == day or bool(rows.search_count(begun, limit=1))

    # === READING === #

    @api.model
    def _timelines(self, recipes):
        """How calculators whose terms have changed rate over time; see ``RatingBatch``.

        :param recipes: the recipes by today's terms, by calculator id
        :returns: ``{calculator id: ((first day or None, Recipe or None), …)}``
        """
        if not recipes:
            return {}
        self.env["cn285.usage.calculator.version"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT calculator_id, date_from, terms, terms::text
                     FROM cn285_usage_calculator_version
                    WHERE calculator_id = ANY(%s) AND active
                 ORDER BY calculator_id, date_from NULLS FIRST, id""",
                list(recipes),
            )
        )
        known, timelines = {}, {}
        for calculator_id, since, terms, text in rows:
            if terms and text not in known:
                calculator = self.browse(calculator_id)._at(terms)
                known[text] = calculator._recipe(calculator._metrics()._origin)
            entry = since, known[text] if terms else None
            timelines.setdefault(calculator_id, []).append(entry)
        return {
            calculator_id: (*entries[:-1], (entries[-1][0], recipes[calculator_id]))
            for calculator_id, entries in timelines.items()
        }


def _only_adds_values(old, new):
    """Whether an edit gives prices to values that had none, and changes nothing else."""
    if not old or old["has_default_price"]:
        return False
    left = {name for name, value in new.items() if old.get(name) != value}
    known = [part for part in new["value_ids"] if part in old["value_ids"]]
    return left == {"value_ids"} and known == old["value_ids"]


def _same(terms, other, name):
    """Whether two terms have a figure alike."""
    return (terms or {}).get(name) == (other or {}).get(name)


def _patched(terms, patch, new):
    """Terms with what an edit changes; all of it where there was nothing before."""
    if terms is None or patch is None:
        return new
    return {**terms, **patch}
