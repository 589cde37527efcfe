"""Quotations that are signed: the file that was signed is ours, and the last signature accepts."""

import hashlib
import json

from odoo import fields, models
from odoo.addons.cn285_contract.models.common import in_language_of
from odoo.addons.cn285_print.report.document_pdf import document_pdf
from odoo.addons.cn285_sign.engine.codes import may_send
from odoo.addons.cn285_sign.models.contract import SIGNED
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _cn285_sign_rule(self):
        """What asks for a signature of this quotation; empty where nothing does."""
        self.ensure_one()
        rules = self.env["cn285.sign.rule"].sudo()  # sudo: what is signed binds whoever accepts
        if not self.cn285_kind:
            return rules
        found = rules.search(
            [
                ("company_id", "=", self.company_id.id),
                ("what", "=", "quote"),
                ("template_id", "in", (False, self.cn285_template_id.id)),
            ],
            order="template_id NULLS LAST, sequence, id",
            limit=1,
        )
        if found or not self._cn285_amends():
            return found
        # sudo: changes that have to be signed are signed with the quotation that makes them.
        asking = (rules._for(kind, self.sudo().cn285_contract_id) for kind in self._cn285_types())
        return next(filter(None, asking), found)

    def _cn285_signatures(self):
        """The signature requests of this quotation, the last first."""
        # sudo: requests of a quotation that its reader may read.
        requests = self.env["cn285.sign.request"].sudo()
        return requests.search([("order_id", "in", self.ids)])

    def _cn285_running_signatures(self):
        """Requests that are being signed, or that were and have not taken effect yet."""
        if not self.cn285_kind:
            return self.env["cn285.sign.request"]
        return self._cn285_signatures().filtered(
            lambda one: (
                one.state in ("draft", "sent") or (one.state == "signed" and not one.is_done)
            )
        )

    def _cn285_unsigned(self):
        """Why a quotation that has to be signed cannot be accepted yet; None if it can."""
        if self.env.context.get("cn285_signed") is SIGNED:
            return None
        if self._cn285_running_signatures():
            return self.env._("%s is being signed: remind, or cancel it first.", self.name)
        if not self._cn285_sign_rule():
            return None
        return self.env._(
            "%s is accepted by the customer's signature: send it for signature.", self.name
        )

    def _has_to_be_signed(self):
        """A drawn name is not asked for where the quotation is signed properly."""
        return (
            super()._has_to_be_signed()
            and not self._cn285_sign_rule()
            and not self._cn285_running_signatures()
        )

    def action_cn285_send_for_signature(self):
        """Send quotations to be signed: the last signature accepts them."""
        for order in self:
            order.check_access("write")
            order._cn285_send_for_signature()
        return True

    def _cn285_send_for_signature(self):
        """Draft the contract, file the quotation as it is, and ask the customer to sign it.

        :returns: the request, sent
        :raises UserError: where it cannot be accepted, or is being signed already
        """
        self.ensure_one()
        order = self.with_context(cn285_signed=SIGNED)
        reason = order._confirmation_error_message()
        if reason:
            raise UserError(reason)
        for request in self._cn285_signatures().filtered(lambda one: one.state == "sent"):
            if not request._replace_if_changed():
                raise UserError(self.env._("%s is being signed already.", self.name))
        if self.validity_date and self.validity_date < self.company_id._cn285_today():
            raise UserError(self.env._("%s has expired: give it a new date first.", self.name))
        rule = self._cn285_sign_rule()
        contract = self._cn285_make_contract(anew=True)
        request = self.env["cn285.sign.request"]._make(
            self.sudo(), rule or contract._usual_sign_rule()
        )
        if self.state == "draft":
            # sudo: it is out once somebody is asked to sign it.
            self.sudo().action_quotation_sent()
        return request

    def _cn285_may_sign(self):
        """Whether the page of the portal offers to sign."""
        self.ensure_one()
        return (
            self.state == "sent"
            and not self.is_expired
            and not self.cn285_superseded_by_id
            and bool(self._cn285_sign_rule() or self._cn285_running_signatures())
        )

    def _cn285_send_from_page(self):
        """The customer wants to sign: the link goes to the customer's address, once more if asked.

        :raises UserError: where there is nothing to sign
        """
        self.ensure_one()
        if not self._cn285_may_sign():
            raise UserError(self.env._("%s is not to be signed.", self.name))
        running = self._cn285_signatures().filtered(lambda one: one.state == "sent")
        for request in running:
            asked = request.event_ids.filtered(lambda event: event.kind == "asked")
            # Whoever has the page's address: nobody's mailbox is filled by it.
            if may_send(asked.mapped("at"), fields.Datetime.now()):
                request.provider_id._sign_remind(request)
        if not running:
            self._cn285_send_for_signature()

    def _cn285_cancel_signatures(self):
        """Nobody signs any more what is cancelled or replaced, and who was asked is told."""
        self._cn285_signatures().filtered(lambda one: one.state == "sent")._cancel()

    def _cn285_confirm_contract(self, contract):
        """Confirm the contract of what was accepted; signed with the quotation, it is not again."""
        signed = self.env.context.get("cn285_signed") is SIGNED or (
            "signed" in self._cn285_signatures().mapped("state")
        )
        if not signed and contract._sign_rule():
            contract.action_send_for_signature()
            return
        confirmed = contract.with_context(cn285_signed=SIGNED)
        if not confirmed.date_concluded:
            confirmed.date_concluded = contract.company_id._cn285_today()
        confirmed.action_confirm()

    # === WHAT REQUESTS ASK OF THEIR TARGET === #

    def _sign_customer(self):
        """The contact who signs: of the contract, which the quotation makes or changes."""
        self.ensure_one()
        return self.cn285_contract_id._sign_customer()

    def _sign_others(self):
        """Who takes over the contract by this quotation signs for it too (Code civil, article
        1216)."""
        self.ensure_one()
        return self.cn285_new_holder_id if self._cn285_amends() else self.env["res.partner"]

    def _content_hash(self):
        """SHA-256 of what is offered: to whom, lines with prices and rhythm, terms; and of what the
        contract says that was drafted of it.
        """
        self.ensure_one()
        order = self.sudo()
        contract = order.cn285_contract_id
        lines = order.order_line.sorted("id")
        names = ("product_uom_qty", "price_unit", "discount", "price_total", "name")
        said = [
            [order.partner_id.id, order.currency_id.name, str(order.cn285_date_start or "")],
            {name: str(order[name]) for name in order._term_rule_fields()},
            [
                [line.product_id.id, *(str(line[name]) for name in names)]
                + [str(line[name]) for name in line._rhythm_fields()]
                + line._cn285_discount_facts()
                for line in lines
            ],
            contract.order_id == order and contract._content_hash(),
        ]
        if order.cn285_step_ids:
            names = ("date", "months", "quantity", "price_unit", "discount")
            steps = order.cn285_step_ids.sorted("id")
            said += [[step.line_id.id, *(str(step[name]) for name in names)] for step in steps]
        if order._cn285_amends():
            names = ("cn285_contract_id", "cn285_date_effective", "cn285_new_term_end")
            said += [[str(order[name]) for name in (*names, "cn285_new_holder_id")]]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()

    def _document_to_sign(self, request):
        """The quotation as PDF, filed with its contract: one file from now on."""
        self.ensure_one()
        if not self._cn285_amends():
            # sudo: who signs reads the terms and conditions of the contract that is drafted.
            self.sudo().cn285_contract_id._note_terms()
        # sudo: the quotation says all that is offered.
        localised = in_language_of(self.sudo(), self.partner_id)
        content = document_pdf(localised._cn285_document(), self.company_id._cn285_document_fonts())
        title = localised.env._("Quotation %s", self.name)
        return self.env["cn285.document"]._file(
            content,
            {
                "kind": "quote",
                "title": title,
                "contract_id": self.sudo().cn285_contract_id.id,
                "date": self.company_id._cn285_today(),
                "file_name": f"{title}.pdf".replace("/", "-"),
                "lang": localised.env.lang,
            },
            source=f"{request._name},{request.id}",
        )

    def _sign_completed(self, request):
        """All have signed: accept the quotation, once."""
        self.ensure_one()
        # sudo: signed by both sides; whose process it is does not matter.
        order = self.sudo().with_context(cn285_signed=SIGNED)
        if order.state == "sale":
            return
        signer = request.signer_ids.filtered(lambda one: one.role == "customer")[:1]
        order.write({"signed_by": signer.signed_name, "signed_on": self.env.cr.now()})
        order._validate_order()
