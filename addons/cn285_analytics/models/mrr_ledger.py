"""Keeps the ledger of recurring revenue: what is wanted minus what is there, in one statement."""

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import commit_batch
from odoo.tools import SQL, split_every

from .mrr_steps import LEDGER_STATES

# Items of which the terms are read, and whose entries are committed, together.
ITEM_BATCH = 2000
# Customers whose facts are made anew together.
CUSTOMER_BATCH = 2000

# Adds to the ledger what is missing to what is wanted, for each item and day. Of two processes that
# do the same at once the key lets one through.
_ADD_MISSING = """
WITH wanted AS (
    SELECT * FROM unnest(%(items)s::int[], %(days)s::date[], %(nets)s::numeric[],
                         %(fulls)s::numeric[], %(causes)s::varchar[], %(changes)s::int[])
             AS told (item_id, date, net, full_value, cause, change_id)
), known AS (
    SELECT item_id, date, sum(delta_net) AS net, sum(delta_full) AS full_value,
           max(revision) + 1 AS revision
      FROM cn285_mrr_entry WHERE item_id = ANY(%(all)s) GROUP BY item_id, date
)
INSERT INTO cn285_mrr_entry (company_id, contract_id, item_id, product_id, currency_id, date,
                             known_on, delta_net, delta_full, cause, change_id, revision)
SELECT item.company_id, item.contract_id, item.id, item.product_id, contract.currency_id, date,
       %(today)s,
       COALESCE(wanted.net, 0) - COALESCE(known.net, 0),
       COALESCE(wanted.full_value, 0) - COALESCE(known.full_value, 0),
       COALESCE(wanted.cause, 'correction'), wanted.change_id, COALESCE(known.revision, 0)
  FROM wanted FULL JOIN known USING (item_id, date)
  JOIN cn285_contract_item item ON item.id = item_id
  JOIN cn285_contract contract ON contract.id = item.contract_id
 WHERE COALESCE(wanted.net, 0) != COALESCE(known.net, 0)
    OR COALESCE(wanted.full_value, 0) != COALESCE(known.full_value, 0)
RETURNING id
"""


class MrrLedger(models.AbstractModel):
    """Brings ledger, movements and months up to date, of what may have changed.

    Run twice, the second time does nothing. Killed, it goes on where it was: what was touched stays
    noted until all that follows from it is committed.
    """

    _name = "cn285.mrr.ledger"
    _description = "Keeping of the Recurring Revenue Ledger"

    @api.model
    def _cron_update(self):
        """Bring every company up to date."""
        for company in self.env["res.company"]._cn285_daily_companies():
            self._update(company)

    @api.model
    def _update(self, company, whole=False):
        """Bring a company's ledger and facts up to date, in batches that are each committed.

        :param whole: look at all items, not only at those that were touched
        :returns: number of entries that were added
        """
        # sudo: facts follow from all contracts, whoever lets them be brought up to date.
        self = self.sudo().with_company(company)
        self.env.flush_all()
        today, last = company._cn285_today(), company.cn285_mrr_ledger_day
        touched = self._touched(company)
        whole = whole or not last or today < last
        if not (whole or touched or today > last):
            return 0
        items = self._all_items(company) if whole else sorted(set(touched.values()))
        added = 0
        for ids in split_every(ITEM_BATCH, items):
            added += self._record(list(ids), today)
            commit_batch(self.env)
        if whole:
            customers = self._all_customers(company)
        else:
            self._begin_months(company, last, today)
            customers = self._customers_of(company, items) | self._moved_by_time(
                company, last, today
            )
        for ids in split_every(CUSTOMER_BATCH, sorted(customers)):
            self._tell(company, list(ids), today)
            commit_batch(self.env)
        self.env.cr.execute(SQL("DELETE FROM cn285_mrr_touched WHERE id = ANY(%s)", list(touched)))
        company.sudo().cn285_mrr_ledger_day = today
        commit_batch(self.env)
        return added

    # === WHICH === #

    @api.model
    def _touched(self, company):
        """What was touched, as ``{id of the note: item id}``."""
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT touched.id, touched.item_id FROM cn285_mrr_touched touched
                         JOIN cn285_contract_item item ON item.id = touched.item_id
                        WHERE item.company_id = %s""",
                    company.id,
                )
            )
        )

    @api.model
    def _all_items(self, company):
        """Ids of the items that are, or were, recurring revenue."""
        found = self.env.execute_query(
            SQL(
                """SELECT id FROM cn285_contract_item
                    WHERE company_id = %s AND billing_type = 'fixed' AND state = ANY(%s)
                    UNION SELECT item_id FROM cn285_mrr_entry WHERE company_id = %s ORDER BY id""",
                company.id,
                list(LEDGER_STATES),
                company.id,
            )
        )
        return [item_id for (item_id,) in found]

    @api.model
    def _all_customers(self, company):
        found = self.env.execute_query(
            SQL(
                """SELECT DISTINCT partner.commercial_partner_id
                     FROM cn285_mrr_entry entry
                     JOIN cn285_contract contract ON contract.id = entry.contract_id
                     JOIN res_partner partner ON partner.id = contract.partner_id
                    WHERE entry.company_id = %s
                    UNION SELECT customer_id FROM cn285_mrr_month WHERE company_id = %s""",
                company.id,
                company.id,
            )
        )
        return {customer_id for (customer_id,) in found}

    @api.model
    def _customers_of(self, company, item_ids):
        """The customers of items, now and as the facts have them."""
        found = self.env.execute_query(
            SQL(
                """SELECT partner.commercial_partner_id
                     FROM cn285_contract_item item
                     JOIN cn285_contract contract ON contract.id = item.contract_id
                     JOIN res_partner partner ON partner.id = contract.partner_id
                    WHERE item.id = ANY(%s)
                    UNION SELECT customer_id FROM cn285_mrr_movement
                           WHERE company_id = %s AND item_id = ANY(%s)""",
                item_ids,
                company.id,
                item_ids,
            )
        )
        return {customer_id for (customer_id,) in found}

    @api.model
    def _moved_by_time(self, company, last, today):
        """Customers of whom something agreed has come, or whose pause has lasted too long.

        And, once a month is over, those in another currency.
        """
        if today <= last:
            return set()
        pause = company.cn285_pause_churn_days
        found = self.env.execute_query(
            SQL(
                """SELECT DISTINCT customer_id FROM cn285_mrr_movement
                    WHERE company_id = %(company)s
                      AND (date > %(last)s AND date <= %(today)s
                           OR kind = 'pause' AND date + %(pause)s > %(last)s
                              AND date + %(pause)s <= %(today)s
                           OR %(turned)s AND currency_id != %(currency)s)
                    UNION SELECT partner.commercial_partner_id
                     FROM cn285_mrr_entry entry
                     JOIN cn285_contract contract ON contract.id = entry.contract_id
                     JOIN res_partner partner ON partner.id = contract.partner_id
                    WHERE entry.company_id = %(company)s AND entry.delta_net = 0
                      AND entry.date > %(last)s AND entry.date <= %(today)s""",
                company=company.id,
                last=last,
                today=today,
                pause=pause,
                turned=last.replace(day=1) < today.replace(day=1),
                currency=company.currency_id.id,
            )
        )
        return {customer_id for (customer_id,) in found}

    # === WRITING === #

    @api.model
    def _record(self, item_ids, today):
        """Add what is missing in the ledger of some items.

        :returns: number of entries
        """
        items = self.env["cn285.contract.item"].browse(item_ids)
        rows = [
            (item.id, one.delta.day, one.delta.net, one.delta.full, one.cause, one.change_id)
            for item, told in items._mrr_told().items()
            for one in told
        ]
        columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(6)]
        names = ("items", "days", "nets", "fulls", "causes", "changes")
        self.env["cn285.mrr.entry"].flush_model()
        added = self.env.execute_query(
            SQL(_ADD_MISSING, **dict(zip(names, columns, strict=True)), all=item_ids, today=today)
        )
        self.env["cn285.mrr.entry"].invalidate_model(flush=False)
        return len(added)
