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
    _order = "period_start desc, id"
    _rec_name = "calculator_id"

    calculator_id = fields.Many2one(
        "cn285.usage.calculator", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    beneficiary_id = fields.Many2one("res.partner", readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    period_start = fields.Date(required=True, readonly=True)
    carried_out = fields.Float(string="Carried On", digits=0, readonly=True)

    _once_each = models.UniqueIndex(
        "(calculator_id, COALESCE(beneficiary_id, 0), period_start)",
        "The balance of this period is there already.",
    )

    @api.model
    def _load(self, balances, spans):
        """Read into ``balances`` what accounts have left over the periods that will be rated.

        One query: the last period before the first that is rated, and all from there on.

        :param balances: a ``Balances``
        :param spans: ``{("calculator", id): (first start, last start)}``
        """
        wanted = [(key, *span) for (_kind, key), span in spans.items()]
        if not wanted:
            return
        keys, firsts, lasts = (list(column) for column in zip(*wanted, strict=True))
        rows = self.env.execute_query(
            SQL(
                """SELECT b.calculator_id, b.period_start, b.beneficiary_id, b.carried_out::text
                     FROM unnest(%s::int[], %s::date[], %s::date[]) AS w (key, first, last)
                     JOIN cn285_usage_balance b ON b.calculator_id = w.key
                      AND b.period_start < w.last
                      AND b.period_start >= coalesce(
                          (SELECT max(p.period_start) FROM cn285_usage_balance p
                            WHERE p.calculator_id = w.key AND p.period_start < w.first), w.first)
                """,
                keys,
                firsts,
                lasts,
            )
        )
        for key, start, beneficiary_id, units in rows:
            balances.load(("calculator", key), start, beneficiary_id, Decimal(units))

    @api.model
    def _store(self, balances, company):
        """Write the balances that changed, in one statement."""
        columns = defaultdict(list)
        for ((_kind, key), start, beneficiary_id), units in balances.changed.items():
            columns["key"].append(key)
            columns["start"].append(start)
            columns["beneficiary"].append(beneficiary_id)
            columns["units"].append(str(units))
        if not columns:
            return
        self.env.execute_query(
            SQL(
                """INSERT INTO cn285_usage_balance
                          (calculator_id, beneficiary_id, period_start, carried_out, company_id,
                           create_uid, write_uid, create_date, write_date)
                   SELECT w.*, %s, %s, %s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                     FROM unnest(%s::int[], %s::int[], %s::date[], %s::numeric[]) AS w
                       ON CONFLICT (calculator_id, COALESCE(beneficiary_id, 0), period_start)
                       DO UPDATE SET carried_out = EXCLUDED.carried_out,
                          write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
                RETURNING id""",
                company.id,
                self.env.uid,
                self.env.uid,
                columns["key"],
                columns["beneficiary"],
                columns["start"],
                columns["units"],
            )
        )
        self.invalidate_model(flush=False)
