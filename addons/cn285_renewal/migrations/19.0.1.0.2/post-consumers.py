from odoo import SUPERUSER_ID, api

NAMES = """Syndicat des copropriétaires
Syndicat de copropriétaires
Syndicat de copropriété
SDC
Copropriété"""


def migrate(cr, version):
    """Give the law of France what is new of it, and keep what was set by hand on customers.

    Its records are not updated with the addon, as administrators edit them.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {"install_mode": True})
    law = env.ref("cn285_renewal.law_fr", raise_if_not_found=False)
    if law:
        law.write(
            {
                "tax_protects": "consumers",
                "non_professional_names": law.non_professional_names or NAMES,
            }
        )
    region = env.ref("cn285_renewal.region_alsace_moselle", raise_if_not_found=False)
    if region and not region.postcodes:
        region.postcodes = "57, 67, 68"
    # Whatever is not the kind that the address book told by the rule of then was chosen.
    cr.execute(
        """UPDATE res_partner
              SET cn285_kind_by_hand = TRUE
            WHERE cn285_legal_kind IS NOT NULL
              AND parent_id IS NULL
              AND cn285_legal_kind <> CASE
                      WHEN is_company OR COALESCE(vat, '') <> '' THEN 'professional'
                      ELSE 'consumer'
                  END"""
    )
