"""Data that no screen lets in, as a bad migration or another program leaves them.

Before a run reads contracts, the database is asked which of those that it would bill are broken:
they are set aside, each with its reason, and the others are billed. What is no entry of ``CHECKS``
and fails all the same is found by trying (``isolation.py``).
"""

from odoo import api, models
from odoo.tools import SQL

from .broken_data_checks import CHECKS, LEVELS, LIVE


class Contract(models.Model):
    """Which contracts cannot even be read, asked before a run reads any."""

    _inherit = "cn285.contract"

    @api.model
    def _data_checks(self):
        """The kinds of broken data, as :class:`Check`; another addon adds its own."""
        return CHECKS

    @api.model
    def _broken(self, company, until):
        """Contracts that a run up to a day would bill or plan, and whose data are broken.

        A fixed number of queries, over what is due only.

        :returns: ``{contract: reason in a clerk's words}``, the first that is found of each
        """
        self.env.flush_all()
        levels = {}
        for check in self._data_checks():
            levels.setdefault(check.level, []).append(check)
        found = {}
        for level, checks in levels.items():
            for contract_id, name, number in self._ask_level(level, checks, company, until):
                words = checks[number].words(self.env)
                if level != "contract":
                    words = self.env._(
                        "Item “%(item)s”: %(reason)s", item=name or "?", reason=words
                    )
                found.setdefault(contract_id, words)
        return {self.browse(contract_id): reason for contract_id, reason in found.items()}

    @api.model
    def _ask_level(self, level, checks, company, until):
        """Rows ``(contract id, item's name, number of the check)`` of one level."""
        cases = " ".join(
            f"WHEN {check.condition} THEN {number}" for number, check in enumerate(checks)
        )
        name = "NULL" if level == "contract" else "i.name"
        values = {
            "company": company.id,
            "until": until,
            "family": company.parent_ids.ids,
            "taxed": bool(company.account_sale_tax_id),
        }
        query = f"""
            WITH RECURSIVE due AS (
                SELECT contract_id FROM cn285_billing_schedule
                 WHERE company_id = %(company)s AND state IN ('planned', 'waiting')
                   AND billing_date <= %(until)s
                 UNION
                SELECT contract_id FROM cn285_contract_item
                 WHERE company_id = %(company)s AND {LIVE} AND planned_until <= %(until)s),
            payers AS (SELECT DISTINCT c.payer_id AS id FROM due
                         JOIN cn285_contract c ON c.id = due.contract_id),
            above (start, at, path, loops) AS (
                SELECT p.id, p.parent_id, ARRAY[p.id], p.parent_id = p.id
                  FROM payers JOIN res_partner p ON p.id = payers.id
                 WHERE p.parent_id IS NOT NULL
                 UNION ALL
                SELECT above.start, p.parent_id, above.path || p.id,
                       p.parent_id = p.id OR p.parent_id = ANY(above.path)
                  FROM above JOIN res_partner p ON p.id = above.at
                 WHERE p.parent_id IS NOT NULL AND NOT above.loops),
            looping AS (SELECT start AS looped FROM above WHERE loops)
            SELECT DISTINCT ON (id) id, name, number FROM (
                SELECT c.id, {name} AS name, CASE {cases} END AS number
                  FROM {LEVELS[level].replace("%(live)s", "i." + LIVE)}
                 WHERE c.id IN (SELECT contract_id FROM due)) AS found
             WHERE number IS NOT NULL ORDER BY id, number"""
        # The text is put together of constants of this module (and of addons' checks).
        return self.env.execute_query(SQL(query, **values))
