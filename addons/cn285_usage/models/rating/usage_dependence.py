"""Which contracts' usage is rated together, before a run's batches, and which by each batch."""

from odoo import models
from odoo.tools import SQL

from ...engine.families import families, packed

# So many contracts are rated in one go, unless more hang together.
TOGETHER = 500

# What ties calculators to others: a pool, the item that triggers them, or bounds that count what
# else the contract is billed. As the indexes have it that find them.
TIED = "pool_id IS NOT NULL OR source_item_id IS NOT NULL OR bounds_count = 'contract'"
TIED_ONCE = """active AND (terms ->> 'pool_id' ~ '^[0-9]+$'
    OR terms ->> 'source_item_id' ~ '^[0-9]+$' OR terms ->> 'bounds_count' = 'contract')"""
# Of calculators as they are, and as they once were.
TIES = f"""
    SELECT item_id, pool_id, source_item_id FROM cn285_usage_calculator
     WHERE item_id IS NOT NULL AND ({TIED})
     UNION
    SELECT c.item_id,
           CASE WHEN v.terms ->> 'pool_id' ~ '^[0-9]+$'
                THEN (v.terms ->> 'pool_id')::integer END,
           CASE WHEN v.terms ->> 'source_item_id' ~ '^[0-9]+$'
                THEN (v.terms ->> 'source_item_id')::integer END
      FROM (SELECT * FROM cn285_usage_calculator_version WHERE {TIED_ONCE}) v
      JOIN cn285_usage_calculator c ON c.id = v.calculator_id AND c.item_id IS NOT NULL
"""


class UsageCalculator(models.Model):
    _inherit = "cn285.usage.calculator"

    _tied_idx = models.Index(f"(item_id) WHERE {TIED}")


class UsageCalculatorVersion(models.Model):
    _inherit = "cn285.usage.calculator.version"

    _tied_once_idx = models.Index(f"(calculator_id) WHERE {TIED_ONCE}")


class Contract(models.Model):
    """A pool is used up by all of its members, a cascade goes on from item to item, and bounds of
    a contract count its other items: such usage is rated in its order, before batches are cut.
    """

    _inherit = "cn285.contract"

    def _rated_together(self, company):
        ties = [
            (contract_id, *other)
            for contract_id, pool_id, source_id in self._usage_ties(company)
            for other in (
                [("pool", pool_id)] if pool_id else [],
                [source_id] if source_id else [],
            )
        ]
        groups = [[one for one in members if isinstance(one, int)] for members in families(ties)]
        return super()._rated_together(company) + [
            self.browse(ids) for ids in packed(groups, TOGETHER)
        ]

    def _usage_ties(self, company):
        """Contracts whose usage depends on others': ``[(id, pool id, id of the source's)]``."""
        self.env["cn285.usage.calculator"].flush_model()
        self.env["cn285.usage.calculator.version"].flush_model()
        return self.env.execute_query(
            SQL(
                f"""SELECT DISTINCT i.contract_id, t.pool_id, s.contract_id
                      FROM ({TIES}) t JOIN cn285_contract_item i ON i.id = t.item_id
                 LEFT JOIN cn285_contract_item s ON s.id = t.source_item_id
                     WHERE i.company_id = %s""",
                company.id,
            )
        )

    def _depending(self):
        ids = set(self.ids)
        found = {
            one
            for company in self.company_id
            for contract_id, _pool_id, source_id in self._usage_ties(company)
            for one in (contract_id, source_id)
            if one in ids
        }
        return super()._depending() | self.browse(sorted(found))

    def _with_pools(self, company):
        """Contracts of a company that share included units in a pool, or did once."""
        ids = {one for one, pool_id, _source in self._usage_ties(company) if pool_id}
        return self.browse(sorted(ids))
