from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Consumers of states that had no law here have the union's rights, where nobody chose."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    law = env.ref("cn285_renewal.law_eu", raise_if_not_found=False)
    contracts = env["cn285.contract"].with_context(active_test=False)
    contracts = contracts.search(
        [
            ("withdrawal_by_hand", "=", False),
            ("has_withdrawal", "=", False),
            ("partner_id.commercial_partner_id.cn285_legal_kind", "=", "consumer"),
            (
                "partner_id.commercial_partner_id.country_id",
                "in",
                law._countries().ids if law else [],
            ),
        ]
    )
    env.add_to_compute(contracts._fields["has_withdrawal"], contracts)
    env.flush_all()
