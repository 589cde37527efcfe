import hashlib
import json

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import in_language_of
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_datetime

# An object that no remote call can put into its context: what was signed takes effect.
SIGNED = object()


class Contract(models.Model):
    """A contract that is to be signed before it is confirmed."""

    _inherit = "cn285.contract"

    sign_request_ids = fields.One2many(
        "cn285.sign.request", "contract_id", string="Signature Requests", readonly=True
    )
    sign_state = fields.Selection(
        selection="_sign_states",
        string="Signature",
        compute="_compute_sign_state",
    )
    sign_count = fields.Integer(compute="_compute_sign_state", string="Number of Signatures")
    sign_is_outdated = fields.Boolean(
        compute="_compute_sign_is_outdated",
        help="The contract has changed since it was sent to be signed.",
    )
    sign_is_waiting = fields.Boolean(
        compute="_compute_sign_is_outdated",
        help="It is being signed, or was signed and could not take effect yet.",
    )
    has_to_be_signed = fields.Boolean(
        compute="_compute_has_to_be_signed",
        help="It is confirmed by its last signature, not by hand.",
    )
    paper_is_signed = fields.Boolean(
        compute="_compute_paper_is_signed",
        help="What was signed is the contract's paper; amendments alter it.",
    )
    signatory_id = fields.Many2one(
        "res.partner",
        string="Signs for the Customer",
        check_company=True,
        copy=False,
        ondelete="restrict",
        domain="[('id', 'child_of', partner_id), ('is_company', '=', False)]",
        help="The person who signs for the customer, such as a firm's manager; the contract names "
        "that person. Left empty: the customer itself, by its own e-mail address.",
    )

    @api.model
    def _sign_states(self):
        return self.env["cn285.sign.request"]._fields["state"]._description_selection(self.env)

    @api.depends("sign_request_ids.state", "sign_request_ids.is_done")
    def _compute_sign_is_outdated(self):
        for contract in self:
            own = contract.sign_request_ids.filtered(
                lambda one, contract=contract: one._target() == contract
            )
            contract.sign_is_outdated = any(own.mapped("is_outdated"))
            contract.sign_is_waiting = bool(own.filtered(lambda one: one._waits()))

    @api.depends("sign_request_ids.is_done")
    def _compute_paper_is_signed(self):
        for contract in self:
            contract.paper_is_signed = bool(
                contract.sign_request_ids.filtered(
                    lambda one: (
                        one.is_done and not one.change_id and one.document_id.kind == "contract"
                    )
                )
            )

    def action_file_contract(self):
        """What both sides have signed is not replaced by a paper that one of them makes."""
        for contract in self:
            if contract.paper_is_signed:
                raise UserError(
                    self.env._(
                        "Contract %s was signed: that paper holds, with its amendments.",
                        contract.name,
                    )
                )
        return super().action_file_contract()

    @api.depends("state", "template_id", "company_id", "sign_request_ids.state")
    def _compute_has_to_be_signed(self):
        for contract in self:
            # What is being signed is confirmed by its signature, whether a rule asks for it or not.
            contract.has_to_be_signed = contract.state == "draft" and bool(
                contract.sign_state == "sent" or contract._sign_rule()
            )

    @api.constrains("signatory_id", "partner_id")
    def _check_signatory(self):
        """Who signs for a customer is one of the customer's own contacts."""
        for contract in self:
            # sudo: whose contact it is; nothing else of it is read.
            person, customer = contract.sudo().signatory_id, contract.sudo().partner_id
            if person and person.commercial_partner_id != customer.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s: %(person)s signs for another customer than "
                        "%(customer)s.",
                        contract=contract.name,
                        person=person.display_name,
                        customer=customer.display_name,
                    )
                )

    @api.depends("sign_request_ids.state", "sign_request_ids.change_id")
    def _compute_sign_state(self):
        for contract in self:
            requests = contract.sign_request_ids
            own = requests.filtered(lambda one: not one.change_id)
            contract.sign_state = own[:1].state
            contract.sign_count = len(requests)

    def action_confirm(self):
        """Drafts that have to be signed are confirmed by the last signature, not by hand.

        What was signed and waited for something else, such as a payment, is confirmed by that.
        """
        if self.env.context.get("cn285_signed") is SIGNED:
            return super().action_confirm()
        self.env["cn285.sign.request"]._refuse_running(self)
        signed = self._signed_before()
        for contract in self - signed.contract_id:
            if contract.state == "draft" and contract._sign_rule():
                raise UserError(
                    self.env._(
                        "Contract %s is confirmed when it has been signed: send it for signature.",
                        contract.name,
                    )
                )
        for request in signed:
            request.contract_id._conclude_signed(request)
        result = super().action_confirm()
        for request in signed:
            request.contract_id._note_starts(request)
            request._has_taken_effect()
        return result

    def _signed_before(self):
        """Requests of these contracts that all have signed, that wait to take effect, and that
        still say what the contract says; by sudo.
        """
        # sudo: whoever confirms, requests are the program's.
        waiting = self.sudo().sign_request_ids.filtered(
            lambda one: one.state == "signed" and not one.is_done and one._target() in self
        )
        return waiting.filtered(lambda one: one._still_says_the_same())

    def _conclude_signed(self, request):
        """The contract was concluded on the day of the last signature."""
        if not self.date_concluded:
            # sudo: signed by both sides; whose process it is does not matter.
            self.sudo().date_concluded = request.over_on

    def _update_state(self, allowed, target, **values):
        """Of contracts that are cancelled nothing is signed any more."""
        result = super()._update_state(allowed, target, **values)
        if target == "cancelled":
            self.env["cn285.sign.request"]._running(self)._cancel()
        return result

    def _sign_rule(self):
        """What asks for a signature of this contract; empty where nothing does."""
        self.ensure_one()
        return self.env["cn285.sign.rule"]._for("contract", self)

    def _signed_papers(self):
        """Those of these contracts whose own paper was signed, and not the quotation before it,
        of which the signature confirms them now.
        """
        return self.filtered(
            lambda one: one.sign_request_ids.filtered(
                lambda request: (
                    request.state == "signed"
                    and not request.is_done
                    and not request.change_id
                    and request.document_id.kind == "contract"
                )
            )
        )

    def _delay_documents(self):
        """What was signed is the contract's paper: none is made of it again."""
        return super(Contract, self - self._signed_papers())._delay_documents()

    def _note_terms(self):
        """The terms and conditions that were signed stay, whatever came into force since."""
        signed = self.filtered("terms_document_id") & self._being_signed_for()
        return super(Contract, self - self._signed_papers() - signed)._note_terms()

    def _being_signed_for(self):
        """Those of these contracts that what was signed, be it a quotation, confirms now."""
        return self.filtered(
            lambda one: one.sign_request_ids.filtered(
                lambda request: (
                    request.state == "signed" and not request.is_done and not request.change_id
                )
            )
        )

    def action_send_for_signature(self):
        """Send drafts to be signed: they are confirmed when all have signed."""
        for contract in self:
            contract.check_access("write")
            if contract.state != "draft":
                raise UserError(self.env._("Contract %s is no draft any more.", contract.name))
            if not contract.item_ids:
                raise UserError(self.env._("Contract %s has no items.", contract.name))
            rule = contract._sign_rule() or contract._usual_sign_rule()
            self.env["cn285.sign.request"]._make(contract, rule)
        return self.action_view_signatures() if len(self) == 1 else True

    def _usual_sign_rule(self):
        """A rule that is not kept, for contracts that somebody wants signed although none asks.

        :raises UserError: where the company has no provider
        """
        # sudo: which provider there is is no secret.
        provider = (
            self.env["cn285.sign.provider"]
            .sudo()
            .search([("company_id", "=", self.company_id.id)], limit=1)
        )
        if not provider:
            raise UserError(
                self.env._(
                    "%s has no signature provider: an administrator sets one up.",
                    self.company_id.name,
                )
            )
        return (
            self.env["cn285.sign.rule"]
            .sudo()
            .new({"company_id": self.company_id.id, "provider_id": provider.id})
        )

    def action_view_signatures(self):
        """The contract's signature requests."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_sign.action_sign_request")
        requests = self.sign_request_ids
        action["domain"] = [("contract_id", "=", self.id)]
        if len(requests) == 1:
            action.update(view_mode="form", views=[(False, "form")], res_id=requests.id)
        return action

    # === WHAT REQUESTS ASK OF THEIR TARGET === #

    def _sign_customer(self):
        """The contact who signs for the customer."""
        self.ensure_one()
        return self.signatory_id or self.partner_id

    def _sign_others(self):
        """Who signs besides, after the customer: nobody."""
        self.ensure_one()
        return self.env["res.partner"]

    def _represented_by(self, partner):
        """Contracts name who signs for the customer."""
        person = self.signatory_id if partner == self.partner_id else partner.browse()
        return person if person != partner else super()._represented_by(partner)

    def _content_hash(self):
        """SHA-256 of what the contract's paper says, in the customer's language."""
        self.ensure_one()
        # sudo: the paper says all of the contract.
        localised = in_language_of(self.sudo(), self.partner_id)
        lang = self.env.context.get("cn285_sign_lang")
        localised = localised.with_context(lang=lang) if lang else localised
        said = [
            localised.partner_id.id,
            localised._sign_customer().id,
            localised.payer_id.id,
            localised._document_items(),
            localised._document_terms(),
            localised.terms_document_id.id,
        ]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()

    def _document_to_sign(self, request):
        """The paper that is signed: filed, so that it is one file from now on."""
        self.ensure_one()
        if not self.date_start:
            self.sudo().date_start = self.company_id._cn285_today()  # sudo: as its paper says
        self._note_terms()
        return self._file_contract(f"{request._name},{request.id}")

    def _sign_completed(self, request):
        """All have signed: confirm the contract, concluded on the day of the last signature."""
        self.ensure_one()
        # sudo: signed by both sides; whose process it is does not matter.
        signed = self.sudo().with_context(cn285_signed=SIGNED)
        signed._conclude_signed(request)
        signed.action_confirm()
        signed._note_starts(request)

    def _note_starts(self, request):
        for event in request.event_ids.filtered(lambda one: one.kind == "signed"):
            if (event.data or {}).get("starts_at_once"):
                self.sudo()._note_start(event)  # sudo: what the customer asked for by signing

    def _note_start(self, event):
        """Keep that who signed asked to be served before the withdrawal period is over (L221-25).

        :param event: of the log, by which the words and the time are proved
        """
        self.ensure_one()
        localised = in_language_of(self, event.signer_id.partner_id)
        declaration = localised.env._(
            "%(name)s, with the electronic signature %(request)s on %(when)s (UTC): %(statement)s",
            name=event.signer_id.signed_name,
            request=event.request_id.name,
            when=format_datetime(localised.env, event.at, tz="UTC"),
            statement=event.data["starts_at_once"],
        )
        self._write_inside(
            {
                "performance_requested": True,
                "performance_date": self.company_id._cn285_today(),
                "performance_declaration": declaration,
            }
        )
        self.message_post(body=declaration, author_id=event.signer_id.partner_id.id)
