"""What a signer does on the page: open the file, ask for a code, sign, or decline."""

import base64
import hashlib
from dataclasses import dataclass

from odoo import fields, models
from odoo.exceptions import UserError

from ..engine.codes import Answer, Code, check, hashed, may_send, may_try, new_code, whence
from ..engine.drawings import drawing
from ..engine.words import LONGEST_NAME, LONGEST_REASON, many_lines, one_line


@dataclass(frozen=True)
class Signing:
    """What the page posts: the fingerprint of what was shown, the code, the name, a drawing;
    whether the service is expressly asked for before the withdrawal period is over.
    """

    sha256: str
    code: str
    name: str
    consent: bool
    drawing: str = ""
    starts_at_once: bool = False
    address: str = ""
    agent: str = ""


class SignSigner(models.Model):
    _inherit = "cn285.sign.signer"

    def _obstacle(self):
        """Why this signer cannot sign now, in words; None where it can."""
        self.ensure_one()
        request = self.request_id
        texts = {
            "signed": self.env._("This document has been signed by everybody."),
            "declined": self.env._("This document was declined."),
            "expired": self.env._("The time to sign this document is over."),
            "cancelled": self.env._("This document is not to be signed any more."),
            "replaced": self.env._("A newer version of this document exists."),
            "draft": self.env._("This document has not been sent yet."),
        }
        if self.state == "signed" and request.state in ("sent", "signed"):
            return self.env._("You have signed this document. Thank you.")
        if self.state == "signed":
            return self.env._("%s Your signature has no effect.", texts[request.state])
        if request.state != "sent":
            return texts[request.state]
        if self not in request._signers_in_turn():
            return self.env._("Others sign first: you will be written to when it is your turn.")
        if request.company_id._cn285_today() > request.expires_on:
            return texts["expired"]
        if not request._still_says_the_same():
            return texts["replaced"]
        return None

    def _refuse_obstacle(self):
        """Lock the request, and refuse whoever cannot sign.

        :raises UserError: as :meth:`_obstacle`
        """
        self.request_id.lock_for_update(allow_referencing=True)
        self.request_id.invalidate_recordset()
        self.invalidate_recordset()
        reason = self._obstacle()
        if reason:
            raise UserError(reason)

    # === THE CODE === #

    def _send_code(self, address=""):
        """Mail a new code to this signer; the one before is no good any more.

        :raises UserError: after too many within an hour
        """
        self.ensure_one()
        self._refuse_obstacle()
        now = fields.Datetime.now()
        sent = self.request_id.event_ids.filtered(
            lambda event: event.kind == "code_sent" and event.signer_id == self
        )
        if not may_send(sent.mapped("at"), now):
            raise UserError(
                self.env._("Too many codes were asked for. Please wait an hour, then try again.")
            )
        self._refuse_address(address)
        code = new_code()
        self._write_inside(
            {"code_hash": hashed(code, self._secret()), "code_sent_at": now, "code_tries": 0}
        )
        self.request_id._note("code_sent", self, email=self.email, **whence(address))
        self.with_context(cn285_sign_code=code)._mail("mail_template_sign_code")

    def _refuse_address(self, address):
        """Refuse an address of the network from which too much came, whoever's codes it were.

        :raises UserError: in words
        """
        if not may_try(*self.env["cn285.sign.event"]._count_from(address)):
            raise UserError(
                self.env._("Too much was tried from your network. Please wait an hour.")
            )

    def _check_code(self, typed, address):
        """Count a try, and say what became of it."""
        now, kept = fields.Datetime.now(), None
        if self.code_hash:
            kept = Code(self.code_hash, self.code_sent_at, self.code_tries)
        answer = check(typed, kept, self._secret(), now)
        if answer is not Answer.NONE:
            self._write_inside({"code_tries": self.code_tries + 1})
        if answer is not Answer.RIGHT:
            self.request_id._note("code_wrong", self, why=answer.value, **whence(address))
        return answer

    def _code_refusal(self, answer):
        """What a signer is told whose code does not do."""
        texts = {
            Answer.NONE: self.env._("Ask for a code first: it is sent to your e-mail address."),
            Answer.WRONG: self.env._("This is not the code that was sent to you."),
            Answer.EXPIRED: self.env._("This code is too old: ask for a new one."),
            Answer.EXHAUSTED: self.env._("This code was tried too often: ask for a new one."),
        }
        return texts[answer]

    # === SIGNING === #

    def _sign(self, signing: Signing):
        """Sign: what was shown, with the code of the mail; what follows happens here, once.

        A wrong code is counted, so the caller must not roll back where this returns words.

        :returns: None, or why it was refused, in words
        :raises UserError: where nobody can sign
        """
        self.ensure_one()
        self._refuse_obstacle()
        request = self.request_id
        if signing.sha256 != request.document_id.sha256:
            return self.env._("A newer version of this document exists: open it again.")
        self._refuse_address(signing.address)
        name = one_line(signing.name, LONGEST_NAME + 1)
        if not name or len(name) > LONGEST_NAME:
            return self.env._("Type your name, as you sign.")
        if not signing.consent:
            return self.env._("Say that you agree, by the box.")
        answer = self._check_code(signing.code, signing.address)
        if answer is not Answer.RIGHT:
            return self._code_refusal(answer)
        picture = drawing(signing.drawing)
        self._write_inside(
            {
                "state": "signed",
                "signed_name": name,
                "signed_at": fields.Datetime.now(),
                "signature": base64.b64encode(picture) if picture else False,
                "code_hash": False,
            }
        )
        asks = signing.starts_at_once and self._offers_start()
        request._note(
            "signed",
            self,
            name=name,
            email=self.email,
            sha256=signing.sha256,
            consent=self._consent(),
            address=signing.address,
            agent=one_line(signing.agent, 500),
            **({"starts_at_once": self._start_statement()} if asks else {}),
            # The log vouches for the picture too.
            **({"drawing_sha256": hashlib.sha256(picture).hexdigest()} if picture else {}),
        )
        request._go_on()
        return None

    def _consent(self):
        """The words that the signer agrees to, as the page shows them and the proof keeps them."""
        self.ensure_one()
        localised, terms = self._localised(), self._terms_to_read()
        if terms:
            return localised.env._(
                "I have read the document %(document)s (SHA-256 %(sha256)s) and the terms and "
                "conditions that are part of it, %(terms)s (SHA-256 %(terms_sha256)s), and sign it "
                "electronically. I accept that this signature is proof between us.",
                document=self.request_id.document_id.title,
                sha256=self.request_id.document_id.sha256,
                terms=terms.title,
                terms_sha256=terms.sha256,
            )
        return localised.env._(
            "I have read the document %(document)s (SHA-256 %(sha256)s) and sign it "
            "electronically. I accept that this signature is proof between us.",
            document=self.request_id.document_id.title,
            sha256=self.request_id.document_id.sha256,
        )

    def _terms_to_read(self):
        """The terms and conditions that are part of the contract that is signed: who signs reads
        them before (Code civil, article 1119). Of a change none: they were agreed before.
        """
        self.ensure_one()
        terms = self.request_id.contract_id.terms_document_id.filtered("attachment_id")
        return terms if self._agrees_to_terms() else terms.browse()

    def _agrees_to_terms(self):
        """Whether the terms and conditions bind this signer by this signature, and not by one
        before: also who takes over a contract has not agreed to them yet.
        """
        self.ensure_one()
        change = self.request_id.change_id
        return not change or (change.type == "holder" and self._comes_in(change))

    def _comes_in(self, target):
        """Whether somebody signs besides the customer, to be bound by the contract from now on.

        :param target: what is signed
        """
        self.ensure_one()
        return self.role == "customer" and self.partner_id != target._sign_customer()

    def _offers_start(self):
        """Whether the page offers to ask that the service begin before the withdrawal period is
        over (Code de la consommation, L221-25).
        """
        self.ensure_one()
        contract = self.request_id.contract_id
        return (
            self.role == "customer"
            and self.request_id._target() == contract
            and contract.has_withdrawal
            and not contract.performance_requested
        )

    def _start_statement(self):
        """What is asked for then, in the signer's words."""
        return self._localised().request_id.contract_id._performance_statement()

    def _is_order(self):
        """Whether the button that signs has to say that it obliges to pay (Code de la consommation,
        L221-14; directive 2011/83, article 8-2).
        """
        self.ensure_one()
        kind = self.request_id.contract_id._legal_kind()
        return self.role == "customer" and kind != "professional"

    def _decline(self, reason, address=""):
        """Decline: nobody signs any more.

        :raises UserError: where this signer cannot sign
        """
        self.ensure_one()
        self._refuse_obstacle()
        reason = many_lines(reason, LONGEST_REASON)
        self._write_inside({"state": "declined", "declined_reason": reason or False})
        self.request_id._note("declined", self, reason=reason, address=address)
        self.request_id._go_on()
