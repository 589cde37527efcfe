from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL


class UsageBalance(models.Model):
    """Units of an allowance that a period leaves to the next, by what is known today.

    Unlike a rating, which tells what was known when it was made, a balance is brought up to date
    when late usage changes it.
    """

    _name = "cn285.usage.balance"
    _description = "Allowance Carried On"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "period_start desc, id"
    _rec_name = "calculator_id"

    calculator_id = fields.Many2one(
        "cn285.usage.calculator", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    pool_id = fields.Many2one(
        "cn285.usage.pool", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    beneficiary_id = fields.Many2one("res.partner", readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    period_start = fields.Date(required=True, readonly=True)
    carried_out = fields.Float(string="Carried On", digits=0, readonly=True)

    _once_each = models.UniqueIndex(
        "(COALESCE(calculator_id, 0), COALESCE(pool_id, 0), COALESCE(beneficiary_id, 0), "
        "period_start)",
        "The balance of this period is there already.",
    )

    @api.model
    def _load(self, balances, spans):
        """Read into ``balances`` what accounts have left over the periods that will be rated.

        One query: the last period before the first that is rated, and all from there on.

        :param balances: a ``Balances``
        :param spans: ``{account: (first start, last start)}``, see ``Balances``
        """
        for kind in ("calculator", "pool"):
            wanted = [(key, *span) for (one, key), span in spans.items() if one == kind]
            if wanted:
                self._load_kind(balances, kind, wanted)

    @api.model
    def _load_kind(self, balances, kind, wanted):
        keys, firsts, lasts = (list(column) for column in zip(*wanted, strict=True))
        rows = self.env.execute_query(
            SQL(
                """SELECT b.%(column)s, b.period_start, b.beneficiary_id, b.carried_out::text
                     FROM unnest(%(keys)s::int[], %(firsts)s::date[], %(lasts)s::date[])
                          AS w (key, first, last)
                     JOIN cn285_usage_balance b ON b.%(column)s = w.key
                      AND b.period_start < w.last
                      AND b.period_start >= coalesce(
                          (SELECT max(p.period_start) FROM cn285_usage_balance p
                            WHERE p.%(column)s = w.key AND p.period_start < w.first), w.first)
                """,
                column=SQL.identifier(f"{kind}_id"),
                keys=keys,
                firsts=firsts,
                lasts=lasts,
            )
        )
        for key, start, beneficiary_id, units in rows:
            balances.load((kind, key), start, beneficiary_id, Decimal(units))

    @api.model
    def _store(self, balances, company):
        """Write the balances that changed, in one statement."""
        columns = defaultdict(list)
        for ((kind, key), start, beneficiary_id), units in balances.changed.items():
            columns["calculator"].append(key if kind == "calculator" else None)
            columns["pool"].append(key if kind == "pool" else None)
            columns["start"].append(start)
            columns["beneficiary"].append(beneficiary_id)
            columns["units"].append(str(units))
        if not columns:
            return
        self.env.execute_query(
            SQL(
                """INSERT INTO cn285_usage_balance
                          (calculator_id, pool_id, beneficiary_id, period_start, carried_out,
                           company_id, create_uid, write_uid, create_date, write_date)
                   SELECT w.*, %s, %s, %s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                     FROM unnest(%s::int[], %s::int[], %s::int[], %s::date[], %s::numeric[]) AS w
                       ON CONFLICT (COALESCE(calculator_id, 0), COALESCE(pool_id, 0),
                                    COALESCE(beneficiary_id, 0), period_start)
                       DO UPDATE SET carried_out = EXCLUDED.carried_out,
                          write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
                RETURNING id""",
                company.id,
                self.env.uid,
                self.env.uid,
                columns["calculator"],
                columns["pool"],
                columns["beneficiary"],
                columns["start"],
                columns["units"],
            )
        )
        self.invalidate_model(flush=False)
