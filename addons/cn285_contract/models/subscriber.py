from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

SUBSCRIBER_STATES = [
    ("active", "Active"),
    ("inactive", "Inactive"),
    ("churned", "Churned"),
]
# Up to how many partners their contracts are looked up by indexes; the state of more is one pass
# over all contracts, which costs less than so many look-ups.
FEW_PARTNERS = 500
SUBSCRIBER_GROUPS = "cn285_contract.group_contract_user_own,cn285_contract.group_contract_reader"


class ResPartner(models.Model):
    """Whether a partner is served by contracts: by the day, in one query for any number of them.

    A customer, a reseller and a beneficiary are subscribers alike, and so are the companies that
    they belong to. One-time fees make none.
    """

    _inherit = "res.partner"

    cn285_subscriber_state = fields.Selection(
        SUBSCRIBER_STATES,
        string="Subscriber",
        compute="_compute_cn285_subscriber_state",
        search="_search_cn285_subscriber_state",
        groups=SUBSCRIBER_GROUPS,
        help="In the current company, today. Active: an item is in service, as customer, reseller "
        "or beneficiary. Inactive: none is, but one is paused, suspended, or has not started. "
        "Churned: all that were in service have ended. Empty: never had any.",
    )

    @api.depends_context("company", "uid")
    def _compute_cn285_subscriber_state(self):
        known = {}
        if self._origin:
            known = dict(self.env.execute_query(self._cn285_subscribers(self._origin.ids)))
        for partner in self:
            partner.cn285_subscriber_state = known.get(partner._origin.id, False)

    def _search_cn285_subscriber_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        everybody, states = self._cn285_subscribers(), [state for state in value if state]
        found = SQL(
            "(SELECT partner_id FROM (%s) AS subscriber WHERE state = ANY(%s))", everybody, states
        )
        domain = Domain("id", "in", found)
        if False in value:
            known = SQL("(SELECT partner_id FROM (%s) AS subscriber)", everybody)
            domain |= Domain("id", "not in", known)
        return domain

    @api.model
    def _cn285_subscribers(self, ids=None):
        """A query of ``(partner_id, state)``: all subscribers of the company, or some partners.

        The day is that of the company's clock, and an item serves by its dates and pauses, not by
        the state that a nightly run gives it: what ends or starts today counts as that today.
        """
        self.env["cn285.contract.item"].flush_model()
        self.env["cn285.contract"].flush_model()
        self.env["cn285.contract.item.pause"].flush_model()
        self.flush_model(["parent_id", "commercial_partner_id"])
        wanted = among = SQL("TRUE")
        if ids is not None:
            wanted = SQL("party.partner_id = ANY(%s)", list(ids))
        if ids is not None and len(ids) <= FEW_PARTNERS:
            among = SQL("item.contract_id IN (%s)", self._cn285_contracts_naming(ids))
        return SQL(
            """
            WITH life AS (
                SELECT c.partner_id, c.reseller_id, i.beneficiary_id,
                       i.state = 'withdrawn' OR COALESCE(i.last_day < i.today,
                           i.state = 'ended' OR c.state IN ('closed', 'withdrawn')) AS is_over,
                       i.state <> 'draft' AND i.first_day <= i.today AND NOT EXISTS (
                           SELECT FROM cn285_contract_item_pause p
                            WHERE p.item_id = i.id AND p.date_start <= i.today
                              AND (p.date_end IS NULL OR p.date_end >= i.today)) AS is_served
                  FROM (SELECT item.id, item.contract_id, item.beneficiary_id, item.state,
                               item.date_start AS first_day, %(today)s::date AS today,
                               LEAST(item.date_end, item.planned_end, contract.date_end,
                                     contract.planned_end) AS last_day
                          FROM cn285_contract_item item
                          JOIN cn285_contract contract ON contract.id = item.contract_id
                         WHERE item.company_id = %(company)s
                           AND item.billing_type <> 'one_shot'
                           AND item.state <> 'cancelled'
                           AND %(among)s
                           AND contract.state <> 'cancelled') i
                  JOIN cn285_contract c ON c.id = i.contract_id
            ), party AS (
                SELECT role.partner_id, life.is_over, life.is_served
                  FROM life, LATERAL (
                       SELECT kin.partner_id
                         FROM (VALUES (life.partner_id), (life.reseller_id), (life.beneficiary_id))
                              AS named (id)
                         JOIN res_partner one ON one.id = named.id,
                       LATERAL (VALUES (one.id), (one.parent_id), (one.commercial_partner_id))
                              AS kin (partner_id)
                        WHERE kin.partner_id IS NOT NULL) role
            )
            SELECT party.partner_id,
                   CASE WHEN bool_or(is_served AND NOT is_over) THEN 'active'
                        WHEN bool_or(NOT is_over) THEN 'inactive'
                        ELSE 'churned' END AS state
              FROM party
             WHERE %(wanted)s
             GROUP BY party.partner_id
            """,
            today=self.env.company._cn285_today(),
            company=self.env.company.id,
            wanted=wanted,
            among=among,
        )

    @api.model
    def _cn285_contracts_naming(self, ids):
        """A query of the contracts that name partners, or who belongs to them, in some role.

        By indexes: the state of a few costs as little as they have contracts.
        """
        return SQL(
            """
            WITH kin AS MATERIALIZED (
                SELECT id FROM res_partner WHERE id = ANY(%(ids)s)
                UNION SELECT id FROM res_partner WHERE parent_id = ANY(%(ids)s)
                UNION SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%(ids)s)
            )
            SELECT c.id FROM kin JOIN cn285_contract c ON c.partner_id = kin.id
            UNION SELECT c.id FROM kin JOIN cn285_contract c ON c.reseller_id = kin.id
            UNION SELECT i.contract_id
                    FROM kin JOIN cn285_contract_item i ON i.beneficiary_id = kin.id
            """,
            ids=list(ids),
        )
