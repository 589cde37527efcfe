"""Months of customers and of items, from their movements: each in one statement for thousands.

What :mod:`engine.roll` says of one customer, said of many: tests hold the two to each other.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, models
from odoo.tools import SQL

from .mrr_roll import COUNTS, FLOWS, LEVELS

# A month in which something moved has its sums; what was left of it goes on until the next one.
# A customer is there from the month of the first day above zero.
_CUSTOMER_MONTHS = """
WITH moved AS (
    SELECT customer_id, date_trunc('month', date)::date AS month,
           COALESCE(sum(amount_company) FILTER (WHERE kind = 'new'), 0) AS new_business,
           COALESCE(sum(amount_company) FILTER (WHERE kind = 'reactivation'), 0) AS reactivation,
           COALESCE(sum(amount_company) FILTER (WHERE kind = 'expansion'), 0) AS expansion,
           -COALESCE(sum(amount_company) FILTER (WHERE kind = 'contraction'), 0) AS contraction,
           -COALESCE(sum(amount_company) FILTER (WHERE kind = 'churn'), 0) AS churn,
           COALESCE(sum(amount_company) FILTER (WHERE kind = 'transfer'), 0) AS transfer,
           COALESCE(sum(amount_company) FILTER (WHERE kind = 'pause'), 0) AS pause,
           COALESCE(sum(amount_company) FILTER (WHERE kind IN ('currency', 'internal')), 0)
               AS currency,
           sum(amount_company) AS total, sum(amount) AS paid, sum(logos) AS logos,
           count(*) FILTER (WHERE kind = 'new' AND logos != 0) AS logos_new,
           count(*) FILTER (WHERE kind = 'reactivation' AND logos != 0) AS logos_back,
           (array_agg(kind ORDER BY date DESC, id DESC) FILTER (WHERE logos != 0))[1] AS last_kind,
           bool_or(amount_company > 0) AS has_gained
      FROM cn285_mrr_movement
     WHERE company_id = %(company)s AND customer_id = ANY(%(customers)s) AND date <= %(today)s
  GROUP BY customer_id, date_trunc('month', date)
), rolled AS (
    SELECT *, sum(total) OVER terms AS closing, sum(paid) OVER terms AS paying,
           sum(logos) OVER terms AS logos_closing, lead(month) OVER terms AS following
      FROM moved WINDOW terms AS (PARTITION BY customer_id ORDER BY month)
), told AS (
    SELECT *, closing - total AS opening, logos_closing - logos AS logos_opening,
           min(month) FILTER (WHERE closing > 0 OR has_gained) OVER (PARTITION BY customer_id)
               AS cohort
      FROM rolled
)
INSERT INTO cn285_mrr_month
    (company_id, customer_id, cohort, month, number, closing, logos_closing, logos_paying,
     opening, logos_opening, new_business, reactivation, expansion, contraction, churn, transfer,
     pause, currency, base_loss, base_gain, logos_new, logos_back, logos_lost)
SELECT %(company)s, customer_id, cohort, (month + make_interval(months => later))::date,
       (EXTRACT(year FROM month) - EXTRACT(year FROM cohort)) * 12
           + EXTRACT(month FROM month) - EXTRACT(month FROM cohort) + later,
       closing, logos_closing, (paying > 0)::int,
       CASE WHEN later = 0 THEN opening ELSE closing END,
       CASE WHEN later = 0 THEN logos_opening ELSE logos_closing END,
       flow.*
  FROM told
 CROSS JOIN LATERAL generate_series(0,
           ((EXTRACT(year FROM COALESCE(following, %(after)s)) - EXTRACT(year FROM month)) * 12
            + EXTRACT(month FROM COALESCE(following, %(after)s)) - EXTRACT(month FROM month))::int
           - 1) AS later
 CROSS JOIN LATERAL (
    SELECT new_business, reactivation, expansion, contraction, churn, transfer, pause, currency,
           CASE WHEN logos_opening != 0 THEN contraction + churn ELSE 0 END,
           CASE WHEN logos_opening != 0 THEN expansion ELSE 0 END,
           logos_new::int, logos_back::int,
           (logos_opening > 0 AND logos_closing <= 0
            AND COALESCE(last_kind, '') != 'transfer')::int
     WHERE later = 0
     UNION ALL SELECT 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 WHERE later != 0
 ) AS flow
 WHERE month >= cohort AND (later = 0 OR closing != 0 OR logos_closing != 0)
"""

# In the company's currency what movements come to; before discounts what these take away more, at
# the rate of the month's end.
_ITEM_MONTHS = """
WITH changed AS (
    SELECT item_id, date_trunc('month', date)::date AS month,
           delta_net AS net, delta_full AS list, 0 AS company
      FROM cn285_mrr_entry WHERE item_id = ANY(%(items)s) AND date <= %(today)s
     UNION ALL
    SELECT item_id, date_trunc('month', date)::date, 0, 0, amount_company
      FROM cn285_mrr_movement WHERE item_id = ANY(%(items)s) AND date <= %(today)s
), moved AS (
    SELECT item_id, month, sum(net) AS net, sum(list) AS list, sum(company) AS company
      FROM changed GROUP BY item_id, month
), told AS (
    SELECT item_id, month, sum(net) OVER terms AS net, sum(list) OVER terms AS list,
           sum(company) OVER terms AS company, lead(month) OVER terms AS following
      FROM moved WINDOW terms AS (PARTITION BY item_id ORDER BY month)
)
INSERT INTO cn285_mrr_item_month
    (company_id, customer_id, contract_id, item_id, product_id, month, closing, closing_list)
SELECT %(company)s, partner.commercial_partner_id, item.contract_id, item.id, item.product_id,
       of_month, told.company,
       told.company + (told.list - told.net) * CASE WHEN contract.currency_id = %(currency)s
                                                    THEN 1 ELSE COALESCE(rate.rate, 1) END
  FROM told
  JOIN cn285_contract_item item ON item.id = told.item_id
  JOIN cn285_contract contract ON contract.id = item.contract_id
  JOIN res_partner partner ON partner.id = contract.partner_id
 CROSS JOIN LATERAL generate_series(
           month, COALESCE(following, %(after)s) - interval '1 month', interval '1 month'
       ) AS of_month
  LEFT JOIN unnest(%(currencies)s::int[], %(months)s::date[], %(rates)s::numeric[])
         AS rate (currency_id, month, rate)
         ON rate.currency_id = contract.currency_id AND rate.month = of_month::date
 WHERE told.company != 0 OR told.list != 0
"""

_FLOWS = (*FLOWS, *(name for name in COUNTS if name not in LEVELS))


class MrrLedger(models.AbstractModel):
    _inherit = "cn285.mrr.ledger"

    @api.model
    def _tell_months(self, company, customer_ids, today):
        """Make the months of some customers anew, from their movements."""
        cr = self.env.cr
        names = {"company": company.id, "customers": list(customer_ids)}
        cr.execute(
            SQL(
                """DELETE FROM cn285_mrr_month
                    WHERE company_id = %(company)s AND customer_id = ANY(%(customers)s)""",
                **names,
            )
        )
        after = today.replace(day=1) + relativedelta(months=1)
        cr.execute(SQL(_CUSTOMER_MONTHS, **names, today=today, after=after))
        self.env["cn285.mrr.month"].invalidate_model(flush=False)

    @api.model
    def _tell_item_months(self, company, items, today, rates):
        """Make the months of some items anew, from entries and movements.

        :param items: ``{item id: (contract, product, currency)}``
        :param rates: see :class:`.mrr_ledger_facts.Rates`
        """
        cr, ids = self.env.cr, list(items)
        cr.execute(SQL("DELETE FROM cn285_mrr_item_month WHERE item_id = ANY(%s)", ids))
        own = company.currency_id.id
        foreign = {currency for _contract, _product, currency in items.values()} - {own}
        known = self._month_end_rates(company, ids, foreign, today, rates)
        cr.execute(
            SQL(
                _ITEM_MONTHS,
                company=company.id,
                currency=own,
                items=ids,
                today=today,
                after=today.replace(day=1) + relativedelta(months=1),
                currencies=[currency for currency, _month, _rate in known],
                months=[month for _currency, month, _rate in known],
                rates=[str(rate) for _currency, _month, rate in known],
            )
        )
        self.env["cn285.mrr.item.month"].invalidate_model(flush=False)

    @api.model
    def _month_end_rates(self, company, item_ids, currencies, today, rates):
        """``(currency, month, rate)`` of the months since some items began, as of their ends."""
        if not currencies:
            return []
        [(first,)] = self.env.execute_query(
            SQL("SELECT min(date) FROM cn285_mrr_entry WHERE item_id = ANY(%s)", item_ids)
        )
        known, month = [], (first or today).replace(day=1)
        while month <= today:
            following = month + relativedelta(months=1)
            last = min(following - timedelta(days=1), today)
            known += [(one, month, rates.on(one, last)) for one in sorted(currencies)]
            month = following
        return known

    @api.model
    def _begin_months(self, company, last, today):
        """Once a new month has begun, customers in whom nothing moves have it too."""
        month = last.replace(day=1)
        while month < today.replace(day=1):
            following = month + relativedelta(months=1)
            names = {"company": company.id, "month": month, "following": following}
            self.env.cr.execute(
                SQL(
                    """INSERT INTO cn285_mrr_month
                           (company_id, customer_id, month, cohort, number, opening, closing,
                            logos_opening, logos_closing, logos_paying, %(flows)s)
                       SELECT company_id, customer_id, %(following)s, cohort, number + 1, closing,
                              closing, logos_closing, logos_closing, logos_paying, %(nothing)s
                         FROM cn285_mrr_month
                        WHERE company_id = %(company)s AND month = %(month)s
                          AND (closing != 0 OR logos_closing != 0)
                           ON CONFLICT DO NOTHING""",
                    **names,
                    flows=SQL(", ").join(map(SQL.identifier, _FLOWS)),
                    nothing=SQL(", ").join([SQL("0")] * len(_FLOWS)),
                )
            )
            self.env.cr.execute(
                SQL(
                    """INSERT INTO cn285_mrr_item_month
                           (company_id, customer_id, contract_id, item_id, product_id, month,
                            closing, closing_list)
                       SELECT company_id, customer_id, contract_id, item_id, product_id,
                              %(following)s, closing, closing_list
                         FROM cn285_mrr_item_month
                        WHERE company_id = %(company)s AND month = %(month)s
                           ON CONFLICT DO NOTHING""",
                    **names,
                )
            )
            month = following
