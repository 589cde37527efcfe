from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import AMOUNT, COUNT, END
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import UserError
from odoo.fields import Command

from ...engine.wallet import FIRST_PRIORITY, LAST_PRIORITY


class WalletOpening(models.Model):
    """Credit that was there before: what a customer held in the program that we follow.

    Opens a lot, and the wallet where there is none. Nothing is booked: advances come with the
    opening entry of the books.
    """

    _name = "cn285.wallet.opening"
    _description = "Opening Credit of a Wallet"
    _inherit = ["cn285.guarded"]
    _order = "id"

    type_id = fields.Many2one("cn285.wallet.type", required=True, ondelete="restrict", index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="type_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="type_id.currency_id")
    kind = fields.Selection(
        [("paid", "Paid"), ("granted", "Granted")], required=True, default="paid"
    )
    amount = fields.Monetary(
        required=True, help="What is left of it; excluding VAT where that was paid already."
    )
    expiry = fields.Date(string="Last Day")
    priority = fields.Integer(default=25)
    name = fields.Char(string="Reason")
    lot_id = fields.Many2one("cn285.wallet.lot", readonly=True, copy=False, ondelete="restrict")

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "amount": AMOUNT, "expiry": END, "priority": COUNT}

    @api.model_create_multi
    def create(self, vals_list):
        openings = super().create(vals_list)
        for opening in openings:
            opening._open()
        return openings

    def write(self, vals):
        """:raises UserError: where the lot would say something else than its opening"""
        vals = self._within_bounds(vals)
        told = set(vals) - {"lot_id"}
        if told and any(opening.lot_id for opening in self):
            same = all(
                self._fields[name].convert_to_cache(vals[name], one, validate=False)
                == self._fields[name].convert_to_cache(one[name], one, validate=False)
                for one in self
                for name in told
            )
            if not same:
                raise UserError(
                    self.env._(
                        "The lot of %s is open: what it began with does not change.",
                        self[0].partner_id.display_name,
                    )
                )
        return super().write(vals)

    def _open(self):
        """Open the lot, in the customer's wallet of the type."""
        self.ensure_one()
        if not self.currency_id.round(self.amount) > 0:
            raise UserError(
                self.env._("%s: an amount above zero is needed.", self.partner_id.display_name)
            )
        if not FIRST_PRIORITY <= self.priority <= LAST_PRIORITY:
            raise UserError(
                self.env._(
                    "%(partner)s: priorities are %(first)s to %(last)s.",
                    partner=self.partner_id.display_name,
                    first=FIRST_PRIORITY,
                    last=LAST_PRIORITY,
                )
            )
        # sudo: whoever may open credit need not make wallets.
        wallets = self.env["cn285.wallet"].sudo()
        payer = self.partner_id.commercial_partner_id
        wallet = wallets.search(
            [("type_id", "=", self.type_id.id), ("partner_id", "=", payer.id)], limit=1
        ) or wallets.create({"type_id": self.type_id.id, "partner_id": payer.id})
        at_topup = self.kind == "paid" and self.type_id.books == "topup"
        lot = wallet._add_lot(
            self.kind,
            as_decimal(self.currency_id.round(self.amount)),
            expiry=self.expiry,
            priority=self.priority,
            name=self.name,
            tax_ids=[Command.set(self.type_id.tax_ids.ids)] if at_topup else False,
        )
        self._inside().write({"lot_id": lot.id})
