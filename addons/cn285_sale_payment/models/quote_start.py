"""What a quotation asks for before its contract starts, and how much."""

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import LIVE_STATES, as_decimal
from odoo.addons.cn285_payment.engine.prepayment import due_at_start
from odoo.addons.cn285_payment.models.prepayment.initiation import (
    INITIATIONS,
    MEANS,
    NOTHING,
    PAID,
    WAITING_FOR,
    due_of,
)
from odoo.addons.cn285_sign.models.contract import SIGNED


class SaleOrder(models.Model):
    _inherit = "sale.order"

    cn285_initiation = fields.Selection(
        INITIATIONS,
        string="Starts With",
        compute="_compute_cn285_initiation",
        store=True,
        readonly=False,
        help="Means first, paid first: the customer adds means of payment, or pays what is due at "
        "the start, after signing; then the contract starts by itself.",
    )
    cn285_activation = fields.Selection(
        selection_add=[("unpaid", "Accepted, Not Paid"), ("done",)],
        ondelete={"unpaid": "set null"},
    )

    @api.depends("cn285_template_id", "company_id", "require_payment")
    def _compute_cn285_initiation(self):
        """That of the template; without one Odoo's online payment asks, or the company does."""
        for order in self:
            template = order.cn285_template_id
            usual = PAID if order.require_payment else order.company_id.cn285_quote_initiation
            order.cn285_initiation = template.initiation if template else usual or NOTHING

    @api.model
    def _cn285_agreed_fields(self):
        return super()._cn285_agreed_fields() | {"cn285_initiation"}

    def _cn285_contract_vals(self):
        """With what it starts; means that are asked for pay its later invoices too.

        A template says itself how its contracts are collected.
        """
        vals = {**super()._cn285_contract_vals(), "initiation": self.cn285_initiation or NOTHING}
        recurs = any(line._cn285_recurs() for line in self.order_line)
        if vals["initiation"] in WAITING_FOR and recurs and not self.cn285_template_id:
            vals["collection_mode"] = "automatic"
        return vals

    # === WHETHER IT ASKS === #

    def _cn285_asks(self):
        """Whether means or a payment are asked for before the contract of it starts."""
        self.ensure_one()
        return self.cn285_kind == "new" and self.cn285_initiation in WAITING_FOR

    def _cn285_prepayment(self):
        """What the contract of it waits for, or was paid by; the last one, by sudo; or none."""
        self.ensure_one()
        # sudo: whether it was paid is told to whoever may read the quotation.
        return self.sudo().cn285_contract_id.prepayment_ids.sorted("id")[-1:]

    def _cn285_is_signed(self):
        """Whether whoever has to sign it has."""
        self.ensure_one()
        if self._cn285_sign_rule():
            return "signed" in self._cn285_signatures().mapped("state")
        return not self._has_to_be_signed()

    def _cn285_signed(self):
        """The quotation for what follows from its signature, where it was signed."""
        signed = bool(self._cn285_sign_rule()) and self._cn285_is_signed()
        return self.with_context(cn285_signed=SIGNED) if signed else self

    def _cn285_may_sign(self):
        """Odoo's page offers to sign what was not signed; what waits for a payment was."""
        if not super()._cn285_may_sign():
            return False
        return not self._cn285_asks() or not self._cn285_is_signed()

    def _cn285_is_given(self):
        """Whether what is asked for was given, or is on its way."""
        self.ensure_one()
        prepayment = self._cn285_prepayment()
        if prepayment.state in ("pending", "paid", "done"):
            return True
        # sudo: as the contract will ask for it.
        contract = self.sudo().cn285_contract_id
        if contract.state in LIVE_STATES:
            return True
        return self.cn285_initiation == MEANS and self._cn285_has_means()

    def _cn285_has_means(self):
        """Whether the customer has means on file by which the contract could be paid."""
        self.ensure_one()
        order = self.sudo()  # sudo: whether there are any, not which
        names = ("partner_id", "partner_invoice_id", "company_id")
        payer = {name: order[name].id for name in names}
        contract = order.cn285_contract_id or order.env["cn285.contract"].new(payer)
        return bool(contract._means_to_start())

    def _has_to_be_paid(self):
        """Odoo's; of what becomes a contract, what that asks for, once it was signed properly."""
        if self.cn285_kind != "new":
            return super()._has_to_be_paid()
        if not self._cn285_asks() or self.is_expired or self.cn285_superseded_by_id:
            return False
        if self.state not in ("draft", "sent") or self._cn285_signed()._cn285_unsigned():
            return False
        return not self._cn285_is_given()

    # === HOW MUCH === #

    def _cn285_asked_amount(self):
        """What is to be paid at acceptance, with tax: what is due then, by the part that is asked.

        0.0 where only means are asked for, or nothing is due on that day.
        """
        self.ensure_one()
        if not self._cn285_asks() or self.cn285_initiation != PAID:
            return 0.0
        # sudo: as every preview; nothing is written.
        order = self.sudo().with_company(self.company_id)
        contract = order.cn285_contract_id or order._cn285_imagined_contract()
        if contract.state != "draft":
            return 0.0
        due = due_at_start(due_of(one) for one in contract._start_previews())
        return float(order._cn285_asked_part(due))

    def _cn285_asked_part(self, due):
        """Of what is due at the start, the part that is asked for: Odoo's *Prepayment*.

        :param due: a ``Decimal``
        """
        self.ensure_one()
        if not self.require_payment or not 0 < self.prepayment_percent < 1:
            return due
        part = self.currency_id.round(float(due) * self.prepayment_percent)
        return as_decimal(part)

    def _get_prepayment_required_amount(self):
        """Odoo's; of what becomes a contract, what is due at its start."""
        if self.cn285_kind != "new":
            return super()._get_prepayment_required_amount()
        return self._cn285_asked_amount()

    def _is_confirmation_amount_reached(self):
        """Odoo's; of what becomes a contract, whether what is asked for was given."""
        if self.cn285_kind != "new":
            return super()._is_confirmation_amount_reached()
        return not self._cn285_asks() or self._cn285_is_given()
