import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .contract import SIGNED

# Of an item, what another product of it alters.
OF_A_PRODUCT = frozenset({"quantity", "price_source", "price_unit", "discount"})
# What the law lets a customer do by a word needs no signature.
BY_A_WORD = frozenset({"terminate", "withdraw"})


class ContractChange(models.Model):
    """A change that is to be signed before it is scheduled: its amendment is sent."""

    _inherit = "cn285.contract.change"

    sign_request_ids = fields.One2many(
        "cn285.sign.request", "change_id", string="Signature Requests", readonly=True
    )

    sign_state = fields.Selection(
        selection="_sign_states", string="Signature", compute="_compute_sign_state"
    )
    sign_is_waiting = fields.Boolean(
        compute="_compute_sign_state",
        help="It is being signed, or was signed and could not take effect yet.",
    )
    sign_is_outdated = fields.Boolean(
        compute="_compute_sign_state",
        help="It is another change than the one that was sent to be signed.",
    )

    @api.model
    def _sign_states(self):
        return self.env["cn285.sign.request"]._fields["state"]._description_selection(self.env)

    @api.depends("sign_request_ids.state", "sign_request_ids.is_done")
    def _compute_sign_state(self):
        for change in self:
            change.sign_state = change.sign_request_ids[:1].state
            change.sign_is_waiting = any(one._waits() for one in change.sign_request_ids)
            change.sign_is_outdated = any(change.sign_request_ids.mapped("is_outdated"))

    def action_schedule(self):
        """Changes that have to be signed are sent for signature, and scheduled by the last one."""
        if self.env.context.get("cn285_signed") is SIGNED:
            return super().action_schedule()
        to_sign = self.filtered(lambda change: change._sign_rule())
        to_sign.action_send_for_signature()
        rest = self - to_sign
        self.env["cn285.sign.request"]._refuse_running(rest)
        return super(ContractChange, rest).action_schedule() if rest else True

    def action_reschedule(self, date_effective):
        """What was signed for a day takes effect on that day.

        :raises UserError: naming the change
        """
        for change in self:
            # sudo: whether it was signed, of a change that its reader may read
            signed = change.sudo().sign_request_ids.filtered(lambda one: one.state == "signed")
            if change.state != "draft" and signed:
                raise UserError(
                    self.env._(
                        "%s was signed for its day: cancel it, and have another one signed.",
                        change.display_name,
                    )
                )
        return super().action_reschedule(date_effective)

    def _update_state(self, allowed, target, **values):
        """Of changes that are given up nothing is signed any more."""
        result = super()._update_state(allowed, target, **values)
        if target in ("cancelled", "rejected"):
            self.env["cn285.sign.request"]._running(self)._cancel()
        return result

    def _sign_rule(self):
        """What asks for a signature of this change; empty where nothing does."""
        self.ensure_one()
        if self.state != "draft" or self.origin == "system" or self.type in BY_A_WORD:
            return self.env["cn285.sign.rule"]
        return self.env["cn285.sign.rule"]._for(self.type, self.contract_id)

    def action_send_for_signature(self):
        """Send drafts of changes to be signed: they are scheduled when all have signed."""
        for change in self:
            change.check_access("write")
            if change.state != "draft":
                raise UserError(self.env._("%s is not a draft any more.", change.display_name))
            if change.type in BY_A_WORD:
                raise UserError(
                    self.env._(
                        "%s is a matter of a word by the law: it waits for no signature.",
                        change.display_name,
                    )
                )
            change._parsed()
            change._type().check(change)
            rule = change._sign_rule() or change.contract_id._usual_sign_rule()
            self.env["cn285.sign.request"]._make(change, rule)
        return True

    def _sign_for_customer(self):
        """Where a change that a customer asks for in the portal has to be signed: send it, to be
        signed at once by the contact who asks (``requested_by``).

        For code alone: who calls it has looked whether the customer may ask for the change. It
        needs no rights of the customer, who has none on changes and requests.

        :returns: the path of the page to sign on; None where nothing asks for a signature: then
            the caller schedules the change
        :raises UserError: in words, as :meth:`action_send_for_signature`
        :raises AccessError: where another customer asks
        """
        self.ensure_one()
        change = self.sudo()  # sudo: as said above
        if not change._sign_rule():
            return None
        if change._sign_customer() != change.requested_by.partner_id:
            raise AccessError(self.env._("Another customer's contract is not yours to sign."))
        change.action_send_for_signature()
        request = change.env["cn285.sign.request"].search(
            [("change_id", "=", change.id), ("state", "=", "sent")]
        )
        return request.signer_ids.filtered(lambda one: one.role == "customer")[:1]._path()

    def _delay_amendments(self):
        """What was signed is the amendment: none is made of it again."""
        signed = self.filtered(
            lambda one: one.sign_request_ids.filtered(lambda request: request.state == "signed")
        )
        return super(ContractChange, self - signed)._delay_amendments()

    # === WHAT REQUESTS ASK OF THEIR TARGET === #

    def _sign_customer(self):
        """The contact who signs: of the customer, who asked for it; else the contract's."""
        self.ensure_one()
        customer = self.contract_id._sign_customer()
        asked = self.requested_by.partner_id
        is_theirs = asked.commercial_partner_id == customer.commercial_partner_id
        return asked if self.origin == "customer" and is_theirs else customer

    def _sign_others(self):
        """Who takes over a contract signs for it too (Code civil, article 1216)."""
        self.ensure_one()
        if self.type != "holder":
            return self.env["res.partner"]
        return self.env["res.partner"].browse(self._parsed()["partner_id"].id)

    def _content_hash(self):
        """SHA-256 of what the change asks for."""
        self.ensure_one()
        said = [
            self.contract_id.id,
            self.item_id.id,
            self.type,
            self.date_effective.isoformat(),
            self.values or {},
            self._terms_before(),
        ]
        text = json.dumps(said, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _terms_before(self):
        """The terms that it alters as they are now: its amendment tells them as what was before."""
        self.ensure_one()
        names = set(self.values or {})
        if "product_id" in names:
            names |= OF_A_PRODUCT
        # A record by its number: names are in the reader's language.
        return {
            name: value[0] if isinstance(value, list) else value
            for name, value in self._snapshot().items()
            if name.removeprefix("item.") in names
        }

    def _document_to_sign(self, request):
        """The amendment that is signed: filed, so that it is one file from now on."""
        self.ensure_one()
        today = self.contract_id.company_id._cn285_today()
        paper = self._amendment_paper(today, f"{request._name},{request.id}")
        return self.env["cn285.document"]._file(*paper)

    def _sign_completed(self, request):
        """All have signed: schedule the change; the last day on which it can start is moved on."""
        self.ensure_one()
        # sudo: signed by both sides; whose process it is does not matter.
        self.sudo().with_context(cn285_signed=SIGNED).action_schedule()
