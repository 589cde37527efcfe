"""Each morning the stored figures of recurring revenue follow: of what a new day changes, alone."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from .bulk import commit_batch
from .common import LIVE_STATES
from .contract_mrr import worked_out_once

# Items whose figures for sums are brought up to date, and committed, together.
REFRESH_BATCH = 2000
# In so many days each item's figures are worked out anew once, whatever they hang on.
ROUND_DAYS = 28
# What prices of pricelists and included taxes hang on, beside the product: few rows each.
PRICE_TABLES = (
    "account_fiscal_position",
    "account_tax",
    "product_category",
    "product_pricelist",
    "product_pricelist_item",
    "res_currency_rate",
    "uom_uom",
)
# How long a transaction may have been open that wrote before the refresh and was not seen by it.
OVERLAP = timedelta(hours=1)


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_mrr_seen = fields.Json(
        copy=False, readonly=True, help="What prices hung on when recurring revenue was refreshed."
    )


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    @api.model
    def _refresh_mrr(self, company):
        """Bring the stored figures of a company's items up to date: of those that may differ."""
        seen = self._mrr_sources(company)
        domain = Domain("company_id", "=", company.id) & Domain("billing_type", "=", "fixed")
        domain &= Domain("state", "in", LIVE_STATES) | Domain("mrr_amount", "!=", 0)
        # Of every state, archived contracts' too: figures that were stored must not stay.
        items = self.search(domain & self._mrr_stale(company, seen))
        for ids in split_every(REFRESH_BATCH, items.ids):
            self.browse(ids)._compute_mrr_again()
            commit_batch(self.env)
        company.cn285_mrr_seen = seen

    def _compute_mrr_again(self):
        """Work out the stored figures of these items, and of their contracts, anew."""
        with worked_out_once():
            for records in (self, self.contract_id):
                for name in ("mrr_amount", "mrr_company"):
                    self.env.add_to_compute(records._fields[name], records)
                records._recompute_recordset(["mrr_amount", "mrr_company"])

    def _price_may_differ(self):
        """What was invoiced of these items is not any more: pricelists are asked again."""
        self.filtered(lambda item: item.price_source != "manual").modified(["price_source"])

    @api.model
    def _mrr_stale(self, company, seen):
        """Which items may be worth something else today than on the day before; a domain.

        Those of which something begins or ends, those whose price, taxes or rate may be others
        since, and a part of all, in turn: nothing stays wrong for longer than a round.
        """
        today, last, before = company._cn285_today(), company.cn285_mrr_day, company.cn285_mrr_seen
        if not last or not before or today < last:
            return Domain.TRUE
        if before.get("currency") != seen["currency"]:
            return Domain.TRUE
        since = fields.Datetime.from_string(before["at"]) - OVERLAP
        asks = Domain("price_source", "!=", "manual") | Domain(
            "version_ids", "any", Domain("price_source", "!=", "manual")
        )
        moved = Domain("product_id.write_date", ">=", since) | Domain(
            "product_id.product_tmpl_id.write_date", ">=", since
        )
        # Where taxes were inside, prices typed by hand are worth more once they are not any more.
        if seen["included"] or before.get("included"):
            asks = Domain.TRUE
            moved |= Domain("contract_id.payer_id.write_date", ">=", since)
        if any(before.get(name) != seen[name] for name in ("tables", "included")):
            moved = Domain.TRUE
        place = today.toordinal() % ROUND_DAYS
        return (
            Domain("mrr_next_day", "<=", today)
            | (asks & moved)
            | Domain("id", "in", self._converted_otherwise(company))
            | Domain("id", "in", self._of_the_round(company, place))
        )

    @api.model
    def _mrr_sources(self, company):
        """What tells whether figures may have changed.

        :returns: ``{"at": moment, "tables": [...], "included": ids of taxes that are included in
            prices, "currency": id of the company's}``
        """
        self.env.flush_all()
        # sudo: only which taxes are included, of the companies that share them.
        taxes = self.env["account.tax"].sudo()
        taxes = taxes.search([("company_id", "child_of", company.root_id.id)])
        counts = SQL(" UNION ALL ").join(
            SQL(
                """SELECT %s, count(*), sum(extract(epoch FROM write_date))::text FROM %s""",
                table,
                SQL.identifier(table),
            )
            for table in PRICE_TABLES
        )
        tables = sorted(map(list, self.env.execute_query(counts)))
        return {
            "at": fields.Datetime.to_string(self.env.cr.now()),
            "tables": tables,
            "included": sorted(taxes.filtered("price_include").ids),
            "currency": company.currency_id.id,
        }

    @api.model
    def _converted_otherwise(self, company):
        """Items in other currencies whose figure in the company's is another by today's rate."""
        contracts = self.env["cn285.contract"]
        groups = contracts.with_context(active_test=False)._read_group(
            [("company_id", "=", company.id), ("currency_id", "!=", company.currency_id.id)],
            ["currency_id"],
        )
        ids = []
        for (currency,) in groups:
            rate = currency._get_conversion_rate(
                currency, company.currency_id, company, company._cn285_today()
            )
            ids += self.env.execute_query(
                SQL(
                    """SELECT item.id FROM cn285_contract_item item
                         JOIN cn285_contract contract ON contract.id = item.contract_id
                        WHERE contract.company_id = %s AND contract.currency_id = %s
                          AND abs(item.mrr_company - item.mrr_amount * %s) > 0.000001""",
                    company.id,
                    currency.id,
                    rate,
                )
            )
        return [item_id for (item_id,) in ids]

    @api.model
    def _of_the_round(self, company, place):
        """The items whose turn it is on a day of the round."""
        found = self.env.execute_query(
            SQL(
                """SELECT id FROM cn285_contract_item
                    WHERE company_id = %s AND billing_type = 'fixed' AND id %% %s = %s""",
                company.id,
                ROUND_DAYS,
                place,
            )
        )
        return [item_id for (item_id,) in found]


class Contract(models.Model):
    _inherit = "cn285.contract"

    @api.model
    def _cron_refresh_mrr(self):
        """Bring stored figures up to date where a new day has begun by the company's clock.

        What ends, starts or is discounted by the mere passing of time, changed pricelists, taxes
        and currency rates are seen from here on in sums too. Items that count and those that do
        not any more are read in batches, each committed.
        """
        for company in self.env["res.company"]._cn285_daily_companies():
            today = company._cn285_today()
            if company.cn285_mrr_day != today:
                self.env["cn285.contract.item"]._refresh_mrr(company)
                company.cn285_mrr_day = today
                commit_batch(self.env)
