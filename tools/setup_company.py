"""Makes the company of a new database French, before the accounting comes in: see databases.py."""

import sys

from odoo_env import environment


def main(database):
    """Euro, France and its language; attachments in the database, so that copies are complete."""
    with environment(database) as env:
        company = env.company
        env.ref("base.EUR").active = True
        company.partner_id.country_id = env.ref("base.fr")
        company.write({"name": "Cn285 Démonstration", "currency_id": env.ref("base.EUR").id})
        env["res.lang"]._activate_lang("fr_FR")
        env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        env["ir.attachment"].force_storage()


if __name__ == "__main__":
    main(sys.argv[1])
