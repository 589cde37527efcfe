from odoo import api, fields, models
from odoo.addons.cn285_sale.models.customer.kinds import CustomerKind, by_name
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class OfPayment(CustomerKind):
    """What the pages of payments do; they have settings of their own."""

    on = "contract"
    needs_permission = False


class Means(OfPayment):
    """The means by which the contract is paid."""

    name = "means"
    label = _lt("Means of payment")
    words = _lt("By what this contract is paid")
    icon = "fa-credit-card"

    def is_possible(self, asked):
        return asked.contract in asked.contract._choosable(asked.user.partner_id)

    def link(self, contract):
        return "/my/payment-means"


class TopUp(OfPayment):
    """Credit that the customer pays in."""

    name = "topup"
    label = _lt("Top up your credit")
    words = _lt("Prepaid credit, which pays your invoices")
    icon = "fa-plus-circle"

    def is_possible(self, asked):
        return bool(asked.contract._customer_wallets())

    def link(self, contract):
        wallets = contract._customer_wallets()
        return f"/my/wallets/{wallets.id}" if len(wallets) == 1 else "/my/wallets"


class Pass(OfPayment):
    """A code that gives a discount."""

    name = "pass"
    label = _lt("Redeem a code")
    words = _lt("A promotion pass that you were given")
    icon = "fa-ticket"

    def is_possible(self, asked):
        contract = asked.contract
        own = asked.user.partner_id.commercial_partner_id
        passes = asked.env["cn285.promotion.pass"]
        there_are = [("company_id", "=", contract.company_id.id), ("portal", "=", True)]
        return contract.partner_id.commercial_partner_id == own and bool(
            passes.search_count(there_are, limit=1)
        )

    def link(self, contract):
        return f"/my/contracts/{contract.id}#promotion_pass"


class PermissionTerms(models.AbstractModel):
    _inherit = "cn285.permission.terms"

    needs_means = fields.Boolean(
        string="Only with Means of Payment",
        help="Customers may do so only where the contract is paid by means on file that can be "
        "charged.",
    )

    paid_first = fields.Boolean(
        help="What a change comes to at once is paid before it takes effect. What goes with a "
        "later invoice, or is credited, waits for no payment.",
    )

    @api.model
    def _taken_over(self):
        return [*super()._taken_over(), "needs_means", "paid_first"]


class Contract(models.Model):
    _inherit = "cn285.contract"

    @api.model
    def _customer_kinds(self):
        return super()._customer_kinds() | by_name(Means(), TopUp(), Pass())

    def _customer_obstacle(self, asked):
        """Without means of payment on file, where they are asked for."""
        if asked.permission.needs_means and not self._payment_tokens().get(self):
            return self.env._(
                "This contract has no means of payment that can be charged: please add them first "
                "(Means of Payment)."
            )
        if asked.permission.paid_first and self._customer_payment_under_way():
            return self.env._(
                "Your payment of another change is on its way: please wait until that is made."
            )
        return super()._customer_obstacle(asked)

    def _customer_payment_under_way(self):
        """Whether money for another change of this contract came, or may still come."""
        return any(
            one.state in ("pending", "paid") or one._busy_transactions()
            for one in self._waiting_prepayments()
        )

    def _customer_vals(self, kind, asked, given):
        """With whether it is paid first: its invoice is made as soon as it takes effect."""
        vals = super()._customer_vals(kind, asked, given)
        if asked.permission.paid_first:
            vals.update(customer_paid_first=True, customer_pays=True)
        return vals

    def _customer_wallets(self):
        """The customer's wallets that are topped up in the portal, in the contract's company."""
        self.ensure_one()
        # sudo: of the contract's own customer alone.
        return (
            self.env["cn285.wallet"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.partner_id.commercial_partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("type_id.portal_topup", "=", True),
                ]
            )
        )
