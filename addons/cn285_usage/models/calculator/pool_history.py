"""Pools over time: their shared units, and who was a member."""

from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

from .calculator_history import CORRECT, FROM

# What of a pool decides on the prices of its members.
TERMS = ("allowance_units", "rollover")


class UsagePoolVersion(models.Model):
    """What a pool has for all members from a day on; written once, as versions of calculators."""

    _name = "cn285.usage.pool.version"
    _description = "Terms of an Allowance Pool over Time"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "pool_id, date_from NULLS FIRST, id"
    _rec_name = "date_from"

    pool_id = fields.Many2one(
        "cn285.usage.pool", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="pool_id.company_id", store=True)
    active = fields.Boolean(
        default=True, readonly=True, help="Not active: replaced by a later edit."
    )
    date_from = fields.Date(string="From", readonly=True, help="First day. Empty: always.")
    allowance_units = fields.Float(string="Shared Units", digits=(16, 6), readonly=True)
    rollover = fields.Selection(
        [("no", "Lapses"), ("once", "Next Period"), ("always", "Kept")],
        string="Unused Allowance",
        readonly=True,
    )


class UsagePool(models.Model):
    """An edit of what members share holds from the next period that nothing was rated of."""

    _inherit = "cn285.usage.pool"

    version_ids = fields.One2many(
        "cn285.usage.pool.version", "pool_id", string="Terms over Time", readonly=True
    )

    def write(self, vals):
        """As calculators: ``terms_from`` says from which day, ``terms_correct`` bills anew."""
        context = self.env.context
        day = fields.Date.to_date(vals.get(FROM) or context.get(FROM))
        correct = bool(vals.get(CORRECT) or context.get(CORRECT))
        vals = {name: value for name, value in vals.items() if name not in (FROM, CORRECT)}
        before = {}
        if set(TERMS) & vals.keys():
            before = {pool: {name: pool[name] for name in TERMS} for pool in self}
        result = super().write(vals)
        for pool, terms in before.items():
            if terms != {name: pool[name] for name in TERMS}:
                pool._keep_history(terms, day, correct)
        return result

    def _keep_history(self, terms, day, correct):
        """Keep what members have shared before an edit.

        :raises ValidationError: when the day lies in what was billed
        """
        # sudo: a pool's own terms follow from whoever may edit it, whichever members he sees.
        pool = self.sudo()
        items = pool._all_calculators().item_id
        until = [billed for _rated, billed in items._rated_until().values()]
        if not until and not day:
            return
        billed = max(until, default=None)
        first = day or max(filter(None, items._first_unrated_days().values()))
        if billed and first <= billed and not correct:
            raise ValidationError(
                self.env._(
                    "Pool “%(pool)s”: usage of its members was billed up to %(billed)s; other "
                    "units can be shared only after that.",
                    pool=self.name,
                    billed=format_date(self.env, billed),
                )
            )
        versions = pool.version_ids
        created = [] if versions else [{"pool_id": pool.id, **terms}]
        later = versions.filtered(lambda one: one.date_from and one.date_from >= first)
        later.active = False
        created.append({"pool_id": pool.id, "date_from": first, **{n: pool[n] for n in TERMS}})
        versions.create(created)
        self.invalidate_recordset(["version_ids"])
        if correct:
            items._rate_anew(first)

    def _terms_on(self, day):
        """What has the terms of a day: a version, or the pool itself."""
        self.ensure_one()
        versions = self.version_ids.filtered(lambda one: not one.date_from or one.date_from <= day)
        return versions[-1:] or self

    def _all_calculators(self):
        """Members of these pools, and calculators that were some once."""
        found = self.env.execute_query(
            SQL(
                """SELECT DISTINCT calculator_id FROM cn285_usage_calculator_version
                    WHERE active AND (terms ->> 'pool_id') = ANY(%s)""",
                [str(pool_id) for pool_id in self.ids],
            )
        )
        return self.calculator_ids | self.calculator_ids.browse([one for (one,) in found])


class UsageCalculator(models.Model):
    _inherit = "cn285.usage.calculator"

    def _all_pools(self):
        """The pools that these calculators are, or were once, members of."""
        ids = {one.terms.get("pool_id") for one in self.version_ids if one.terms} - {False, None}
        return self.pool_id | self.pool_id.browse(sorted(ids)).exists()

    def _has_kept_balance(self):
        """Whether allowance that is not used is carried on, or was once."""
        self.ensure_one()
        return self._keeps_balance() or any(
            (version.terms or {}).get("rollover", "no") != "no" for version in self.version_ids
        )
