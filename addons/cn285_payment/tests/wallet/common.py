from datetime import date

from odoo.addons.cn285_contract.tests.common import ContractCase


class WalletCase(ContractCase):
    """A customer with a wallet of either kind, and the books behind it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.at_use = cls.env["cn285.wallet.type"].create({"name": "Prepaid"})
        cls.at_topup = cls.env["cn285.wallet.type"].create(
            {"name": "Calls", "books": "topup", "tax_ids": [(6, 0, cls.tax.ids)]}
        )
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.advances = cls.at_use.advance_account_id

    @classmethod
    def _wallet(cls, kind=None, partner=None, **values):
        return cls.env["cn285.wallet"].create(
            {
                "type_id": (kind or cls.at_use).id,
                "partner_id": (partner or cls.customer).id,
                **values,
            }
        )

    @classmethod
    def _topup(cls, wallet, amount, day="2026-01-01", **values):
        """A payment received for the wallet; returns its lot."""
        topup = wallet.topup(amount, journal_id=cls.bank.id, date=day, **values)
        return cls.env["cn285.wallet.topup"].browse(topup).lot_ids

    @classmethod
    def _grant(cls, wallet, amount, **values):
        return cls.env["cn285.wallet.lot"].browse(wallet.grant(amount, **values))

    @classmethod
    def _invoice(cls, contract, until=date(2026, 1, 1)):
        cls._bill(until)
        return contract.schedule_ids.move_id.sorted("id")[-1:]

    def _balance(self, account, partner=None):
        """What an account holds of the customer, above zero where it is the customer's."""
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", account.id),
                ("partner_id", "=", (partner or self.customer).id),
                ("parent_state", "=", "posted"),
            ]
        )
        return 0.0 - sum(lines.mapped("balance"))

    def _receivable(self):
        return self._balance(self.customer.property_account_receivable_id)

    def assertHolds(self, wallet, expected):
        """The balance, the sum of its lots, and what the history of each lot says, are one."""
        self.env.flush_all()
        wallet.invalidate_recordset()
        self.assertMoney(wallet.balance, expected)
        self.assertMoney(sum(wallet.lot_ids.mapped("rest")), expected)
        for lot in wallet.lot_ids:
            draws = lot.draw_ids.filtered(lambda draw: not draw.undone)
            left = lot.amount - lot.taken_back - sum(draws.mapped("amount"))
            self.assertMoney(left, self._cents(lot.rest))
