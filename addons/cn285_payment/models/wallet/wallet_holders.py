from odoo import api, models
from odoo.addons.cn285_contract.models.common import STATE_DOOR
from odoo.tools import SQL

from .wallet import FOLLOWS


class Wallet(models.Model):
    """Wallets whose holders are put under a company: they are the company's from then on.

    Odoo moves the entries of such a contact to the company, so that wallet and books go together.
    """

    _inherit = "cn285.wallet"

    @api.model
    def _follow_holders(self, partners=None):
        """Hand wallets over to the company that their holders belong to by now.

        Where the company has a wallet of the type, it has two: both pay its invoices.

        :param partners: whose place was changed, and with it that of all below; None: of all
        """
        # sudo: whoever keeps contacts need not read wallets; they follow the contact's entries.
        wallets = self.sudo().with_context(active_test=False)
        if partners is not None:
            held = wallets.search([("partner_id", "child_of", partners.ids)])
        else:
            self.env["res.partner"].flush_model(["commercial_partner_id"])
            self.flush_model(["partner_id"])
            rows = self.env.execute_query(
                SQL(
                    """SELECT wallet.id
                         FROM cn285_wallet wallet
                         JOIN res_partner holder ON holder.id = wallet.partner_id
                        WHERE holder.commercial_partner_id <> holder.id
                        ORDER BY wallet.id"""
                )
            )
            held = wallets.browse(row[0] for row in rows)
        wallets = held.filtered(lambda one: one.partner_id.commercial_partner_id != one.partner_id)
        for wallet in wallets:
            before, company = wallet.partner_id, wallet.partner_id.commercial_partner_id
            wallet.with_context(**{FOLLOWS: STATE_DOOR})._inside().write({"partner_id": company.id})
            wallet.message_post(
                body=self.env._(
                    "%(holder)s belongs to %(company)s now: the wallet is the company's.",
                    holder=before.display_name,
                    company=company.display_name,
                )
            )
