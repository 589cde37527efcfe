from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models

from ..engine.changes import cut_out, merge_stretches
from ..engine.periods import Rhythm
from ..engine.plan import Stretch
from .common import STATE_DOOR, as_decimal, told_inside


class TermsChange(NamedTuple):
    """From ``day`` on, the terms in ``patch`` replace an item's own; ``change`` is why.

    Rows of it are not due before ``not_before``; parts of a period are due at once or with the
    next invoice.
    """

    item: models.BaseModel
    day: object
    patch: dict
    change: models.BaseModel
    not_before: object
    at_once: bool


class ContractItemVersion(models.Model):
    """The price terms of an item from a day on: written once by a change, never rewritten.

    An item whose terms never changed has none. Its first version has no date: the terms that it
    started with. Where a change is dated back before others, what follows it is written anew, with
    what those others changed; the versions that were billed before stay, archived, so that it can
    be told what an invoiced row was billed by. An item's own fields are those of its last version.
    """

    _name = "cn285.contract.item.version"
    _description = "Terms of a Contract Item over Time"
    _inherit = ["cn285.guarded", "cn285.price.terms"]
    _is_history = True
    _order = "item_id, date_from NULLS FIRST, id"

    item_id = fields.Many2one(
        "cn285.contract.item", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="item_id.company_id", store=True, precompute=True)
    active = fields.Boolean(
        default=True, readonly=True, help="Not active: replaced by a change dated back."
    )
    date_from = fields.Date(
        string="From", readonly=True, help="First day. Empty: from the item's start."
    )
    date_to = fields.Date(string="To", compute="_compute_date_to", help="Last day.")
    anchor_date = fields.Date(readonly=True, help="Date-to-date periods count from this day.")
    pricelist_id = fields.Many2one("product.pricelist", readonly=True, ondelete="restrict")
    change_id = fields.Many2one(
        "cn285.contract.change",
        string="Contract Change",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    patch = fields.Json(readonly=True, help="What changed on this day, as data.")
    not_before = fields.Date(readonly=True, help="Its rows are not invoiced before this day.")
    at_once = fields.Boolean(
        readonly=True, help="Parts of a period are invoiced at once, not with the next invoice."
    )

    @api.depends("item_id.version_ids.date_from", "date_from", "active")
    def _compute_date_to(self):
        for version in self:
            later = [
                other.date_from
                for other in version.item_id.version_ids
                if other.date_from
                and (not version.date_from or other.date_from > version.date_from)
            ]
            version.date_to = min(later) - timedelta(days=1) if later else False

    def _terms_fields(self):
        """Names of all terms of a version."""
        return [*self._price_terms_fields(), "anchor_date", "pricelist_id"]

    def _values(self):
        """The terms of this version, as values to write."""
        self.ensure_one()
        return {
            name: self[name].id if isinstance(self[name], models.BaseModel) else self[name]
            for name in self._terms_fields()
        }


class ContractItem(models.Model):
    """Which terms are in force on which days of an item."""

    _inherit = "cn285.contract.item"

    version_ids = fields.One2many(
        "cn285.contract.item.version", "item_id", string="Terms over Time", readonly=True
    )
    anchor_date = fields.Date(
        copy=False,
        readonly=True,
        help="Date-to-date periods count from this day. Empty: from the first billed day.",
    )
    not_before = fields.Date(
        copy=False, readonly=True, help="Its rows are not invoiced before this day."
    )

    # === READING === #

    def _version_on(self, day):
        """The version in force on a day; an empty one where the item's terms never changed."""
        self.ensure_one()
        # Asked for each row of each item: where it is known that there are none, nothing is read.
        field = self._fields["version_ids"]
        if field._get_cache(self.env).get(self.id) == ():
            return self.env[field.comodel_name]
        versions = self.version_ids
        # From the last one: most of what is asked for lies ahead.
        for version in reversed(versions):
            if not version.date_from or version.date_from <= day:
                return version
        return versions[:0]

    def _price_terms_on(self, day):
        """What has the price terms of a day: a version, or the item itself."""
        return self._version_on(day) or self

    def _engine_stretches(self):
        """The item's history as the planning engine wants it: its terms by stretches of days.

        :returns: list of ``Stretch``, empty where nothing is planned
        """
        self.ensure_one()
        terms = self._engine_terms()
        if not terms:
            return []
        at_once = self.company_id.cn285_change_billing == "once"
        versions = self.version_ids
        if not versions:
            own = Stretch(
                terms.start,
                None,
                terms,
                self._terms_key(self),
                True,
                self.not_before or None,
                at_once,
            )
            stretches = [own]
        else:
            stretches = self._version_stretches(versions, terms)
        return merge_stretches(cut_out(stretches, self._unowed_days()))

    def _version_stretches(self, versions, terms):
        starts = [version.date_from or terms.start for version in versions]
        ends = [*starts[1:], None]
        stretches = []
        for version, start, end in zip(versions, starts, ends, strict=True):
            first = max(start, terms.start)
            if end is not None and end <= first:
                continue
            not_before = version.not_before or self.not_before or None
            stretches.append(
                Stretch(
                    first,
                    end,
                    self._with_rhythm(terms, version),
                    self._terms_key(version),
                    True,
                    not_before,
                    version.at_once,
                )
            )
        return stretches

    def _terms_key(self, terms):
        """What tells price terms apart: days with equal keys cost the same.

        :param terms: the item, or a version of its terms
        """
        rhythm = (
            terms.recurring_interval,
            terms.recurring_unit,
            terms.alignment,
            terms.alignment == "calendar" and (terms.billing_day, terms.billing_month),
            terms.alignment == "anniversary" and (terms.anchor_date or self.anchor_date),
        )
        if self.billing_type == "usage":
            return rhythm
        if terms.price_source == "manual":
            price = as_decimal(terms.price_unit)
        else:
            price = terms.pricelist_id.id if terms != self else self.contract_id.pricelist_id.id
        return (
            rhythm,
            as_decimal(terms.quantity),
            terms.price_source,
            price,
            as_decimal(terms.discount),
        )

    def _with_rhythm(self, terms, source):
        """Engine terms with the rhythm of a version."""
        if terms.rhythm is None:
            return terms
        rhythm = Rhythm(
            interval=source.recurring_interval,
            unit=source.recurring_unit,
            alignment=source.alignment,
            anchor=source.anchor_date or self.anchor_date or terms.start,
            billing_day=source.billing_day,
            billing_month=int(source.billing_month),
        )
        return replace(terms, rhythm=rhythm)

    # === WRITING === #

    def _edit_last_version(self, vals):
        """An item that is edited by hand keeps the terms of its earlier days."""
        names = set(self.env["cn285.contract.item.version"]._price_terms_fields()) & vals.keys()
        if not names or told_inside(self.env, "cn285_versions_written"):
            return
        # sudo: versions follow from the items, and who edits these may not write versions.
        items = self.sudo()
        last = items.version_ids.browse().union(*(item.version_ids[-1:] for item in items))
        for version in last:
            item = version.item_id
            values = {name: item[name] for name in names}
            patch = {**(version.patch or {}), **values} if version.date_from else version.patch
            version.write({**values, "patch": patch})
        last.item_id._replan()

    @api.model
    def _write_versions(self, terms_changes):
        """Let terms change from days on: each item's versions, and its own fields, follow.

        The schedules are not touched, see :meth:`_settle`. A fixed number of queries for any number
        of items.

        :param terms_changes: list of :class:`TermsChange`, one for an item
        """
        versions = self.env["cn285.contract.item.version"]
        without = [entry.item for entry in terms_changes if not entry.item.version_ids]
        versions.create([item._prepare_base_version() for item in without])
        obsolete, creates, last_values = versions.browse(), [], {}
        for entry in terms_changes:
            replaced, new = entry.item._replay(entry)
            obsolete |= replaced
            creates += new
            last_values[entry.item] = new[-1]
        obsolete.write({"active": False})
        versions.create(creates)
        inside = {"cn285_versions_written": STATE_DOOR, "cn285_no_replan": STATE_DOOR}
        names = versions._price_terms_fields()
        for item, values in last_values.items():
            changed = {name: values[name] for name in names if values[name] != item[name]}
            if changed:
                changed.setdefault("price_source", values["price_source"])
                item.with_context(**inside).write(changed)

    def _prepare_base_version(self):
        """The terms that the item has had from its start."""
        values = {name: self[name] for name in self._price_terms_fields()}
        return {
            **values,
            "item_id": self.id,
            "anchor_date": self.anchor_date or self.billing_start,
            "pricelist_id": self.contract_id.pricelist_id.id,
            "not_before": self.not_before,
            "at_once": self.company_id.cn285_change_billing == "once",
        }

    def _replay(self, entry):
        """The versions that a change makes, and those that they replace.

        :returns: ``(replaced versions, values of new ones in order)``
        """
        before = self._version_on(entry.day)
        running, patch = before._values(), entry.patch
        replaced = before.browse()
        if before.date_from == entry.day:
            replaced, patch = before, {**(before.patch or {}), **patch}
        running.update(entry.patch)
        facts = {
            "item_id": self.id,
            "not_before": entry.not_before,
            "at_once": entry.at_once,
        }
        new = [
            {
                **running,
                **facts,
                "date_from": entry.day,
                "patch": patch,
                "change_id": entry.change.id,
            }
        ]
        for later in self.version_ids.filtered(
            lambda version: version.date_from and version.date_from > entry.day
        ):
            running = {**running, **(later.patch or {})}
            replaced |= later
            new.append(
                {
                    **running,
                    **facts,
                    "date_from": later.date_from,
                    "patch": later.patch,
                    "change_id": later.change_id.id,
                }
            )
        return replaced, new


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _edit_last_pricelist(self, vals):
        """A pricelist that is edited by hand holds for the last terms of the items."""
        if "pricelist_id" not in vals or told_inside(self.env, "cn285_no_replan"):
            return
        # sudo: versions follow from the contract, and who edits it may not write them.
        items = self.sudo().item_ids
        last = items.version_ids.browse().union(*(item.version_ids[-1:] for item in items))
        last.write({"pricelist_id": vals["pricelist_id"]})
