from odoo import api, fields, models


class SignRequest(models.Model):
    """A quotation that is to be signed; its contract is a draft until then."""

    _inherit = "cn285.sign.request"

    order_id = fields.Many2one(
        "sale.order",
        string="Quotation",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )

    def _target(self):
        return self.order_id or super()._target()

    def _last_day(self, today):
        """Not after the last day of the quotation."""
        last, until = super()._last_day(today), self.order_id.validity_date
        return min(last, until) if until else last

    def action_send_anew(self):
        """A quotation is sent as it is now."""
        self.ensure_one()
        if not self.order_id:
            return super().action_send_anew()
        self._check_may_manage()
        # sudo: who manages signatures of the contract need not be the quotation's seller.
        self.order_id.sudo()._cn285_send_for_signature()
        return True

    @api.model
    def _make(self, target, rule):
        """Also of quotations: the request is that of the draft contract that is signed with it."""
        if target._name != "sale.order":
            return super()._make(target, rule)
        # sudo: who may send the quotation may have it signed; requests are the program's.
        requests = self.sudo()._inside()
        request = requests.create(
            {
                "name": self.env["ir.sequence"].sudo().next_by_code("cn285.sign.request"),
                "contract_id": target.cn285_contract_id.id,
                "order_id": target.id,
                "provider_id": rule.provider_id.id,
                "signer_ids": [
                    fields.Command.create(values) for values in self._signers_of(target, rule)
                ],
            }
        )
        request._send()
        return request


class SignSigner(models.Model):
    """Of a quotation that changes a contract, who takes it over agrees to its terms."""

    _inherit = "cn285.sign.signer"

    def _agrees_to_terms(self):
        order = self.request_id.order_id
        if order and order._cn285_amends():
            return bool(order.cn285_new_holder_id) and self._comes_in(order)
        return super()._agrees_to_terms()


class SignRule(models.Model):
    """Quotations may have to be signed."""

    _inherit = "cn285.sign.rule"

    @api.model
    def _what_selection(self):
        return [("quote", self.env._("Quotations")), *super()._what_selection()]
