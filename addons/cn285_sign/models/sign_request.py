from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..engine.flow import OVER, WITHOUT_EFFECT, Signer, may_move, outcome, turn
from ..engine.words import LONGEST_NAME, one_line


class SignRequest(models.Model):
    """A document that is to be signed, by whom and until when, and what it has come to.

    What is signed is one file of a fingerprint. Where what it says has changed before all have
    signed, the request is replaced: nobody signs one thing and gets another.
    """

    _name = "cn285.sign.request"
    _description = "Signature Request"
    _inherit = ["cn285.guarded", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, default="/")
    contract_id = fields.Many2one(
        "cn285.contract", readonly=True, index=True, ondelete="restrict", check_company=True
    )
    change_id = fields.Many2one(
        "cn285.contract.change", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="contract_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Customer", store=True)
    may_manage = fields.Boolean(related="contract_id.is_editable", related_sudo=False)
    is_outdated = fields.Boolean(
        compute="_compute_is_outdated",
        help="What it is about has changed since it was sent: send the new version.",
    )
    provider_id = fields.Many2one("cn285.sign.provider", readonly=True, ondelete="restrict")
    document_id = fields.Many2one(
        "cn285.document", string="To Be Signed", readonly=True, ondelete="restrict"
    )
    proof_id = fields.Many2one(
        "cn285.document", string="Signed Document", readonly=True, ondelete="restrict"
    )
    signer_ids = fields.One2many("cn285.sign.signer", "request_id", string="Signers")
    event_ids = fields.One2many("cn285.sign.event", "request_id", string="Log", readonly=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "To Be Signed"),
            ("signed", "Signed"),
            ("declined", "Declined"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
            ("replaced", "Replaced"),
        ],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        tracking=True,
        index=True,
    )
    expires_on = fields.Date(readonly=True, help="The last day on which it can be signed.")
    reminded_on = fields.Date(readonly=True)
    over_on = fields.Date(
        string="Ended On", readonly=True, help="The day on which it was signed, or came to an end."
    )
    content_hash = fields.Char(readonly=True, help="Of what the document says.")
    log_hash = fields.Char(
        string="Last Hash of the Log", readonly=True, help="Of the log's last entry."
    )
    is_done = fields.Boolean(
        string="Took Effect", readonly=True, help="What was signed has taken effect, once."
    )
    error = fields.Text(readonly=True, help="Why what was signed could not take effect.")
    seal = fields.Selection(
        [
            ("none", "Not Sealed"),
            ("bb", "Sealed (PAdES B-B)"),
            ("bt", "Sealed with a Time Stamp (PAdES B-T)"),
        ],
        readonly=True,
    )

    _running_uniq = models.UniqueIndex(
        "(contract_id, COALESCE(change_id, 0)) WHERE state IN ('draft', 'sent')",
        "It is being signed already.",
    )

    @api.depends("state", "is_done")
    def _compute_is_outdated(self):
        """Of what may still take effect; not kept, as anything that the paper says may change."""
        for request in self:
            # sudo: only whether it still says the same, for who may read the request.
            request.is_outdated = request._waits() and not request.sudo()._still_says_the_same()

    def _waits(self):
        """Whether it may take effect yet: it is being signed, or was signed and could not."""
        self.ensure_one()
        return self.state == "sent" or (self.state == "signed" and not self.is_done)

    # === WHAT IS SIGNED === #

    def _target(self):
        """The contract or change that takes effect when all have signed."""
        self.ensure_one()
        return self.change_id or self.contract_id

    @api.model
    def _make(self, target, rule):
        """Make a request for a contract or change, and send it.

        One that is being signed and says something else by now is replaced.

        :param rule: what asks for it: provider and who signs for the company
        :returns: the request, sent
        :raises UserError: in words, where nobody can be asked
        """
        contract = target if target._name == "cn285.contract" else target.contract_id
        self._replace_running(target)
        # sudo: who may send the contract may have it signed; requests are the program's.
        requests = self.sudo()._inside()
        request = requests.create(
            {
                "name": self.env["ir.sequence"].sudo().next_by_code("cn285.sign.request"),
                "contract_id": contract.id,
                "change_id": target.id if target != contract else False,
                "provider_id": rule.provider_id.id,
                "signer_ids": [
                    fields.Command.create(values) for values in self._signers_of(target, rule)
                ],
            }
        )
        request._send()
        return request

    @api.model
    def _signers_of(self, target, rule):
        """Values of who signs: the customer, others whom it concerns, then who signs for the
        company.

        :param target: a contract or change
        :raises UserError: where one has not just one e-mail address: whoever has the address signs
        """
        customers = target._sign_customer() | target._sign_others()
        people = [(partner, "customer") for partner in customers]
        if rule.countersigner_id:
            people.append((rule.countersigner_id.partner_id, "company"))
        found = []
        for order, (partner, role) in enumerate(people, 1):
            email = email_normalize(partner.email)
            if not email:
                raise UserError(
                    self.env._(
                        "%s has no e-mail address, or not a single one: the code for the "
                        "signature goes there.",
                        partner.display_name,
                    )
                )
            found.append(
                {
                    "partner_id": partner.id,
                    "name": one_line(partner.name or email, LONGEST_NAME),
                    "email": email,
                    "role": role,
                    "order": order,
                }
            )
        return found

    # === STATES === #

    def _update_state(self, target, **values):
        """The one door between states.

        :raises UserError: naming the request that cannot go there
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for request in self:
            if not may_move(request.state, target):
                raise UserError(
                    self.env._(
                        "%(request)s is “%(state)s” and cannot become “%(target)s”.",
                        request=request.name,
                        state=labels[request.state],
                        target=labels[target],
                    )
                )
        if target in OVER:
            for company, requests in self.grouped("company_id").items():
                requests._write_inside({"over_on": company._cn285_today()})
        self._write_inside({"state": target, **values})
        self._mark_documents(target)

    def _mark_documents(self, target):
        """What is not signed has no effect, and stands among no customer's papers; what is sent
        once more may have.
        """
        before, after = ("final", "void") if target in WITHOUT_EFFECT else ("void", "final")
        if target in WITHOUT_EFFECT or target == "sent":
            documents = (self.document_id | self.proof_id).filtered(lambda one: one.state == before)
            documents.sudo()._write_inside({"state": after})  # sudo: as requests are

    def _send(self):
        """File what is to be signed, and ask who signs first."""
        self.ensure_one()
        target, today = self._target(), self.company_id._cn285_today()
        document = target._document_to_sign(self)
        # Until it is signed it is no paper of the customer's; then the signed copy is.
        document._write_inside({"is_for_customer": False})
        self._update_state(
            "sent",
            document_id=document.id,
            content_hash=target._content_hash(),
            expires_on=self._last_day(today),
            reminded_on=today,
        )
        self._note("sent", document=self.document_id.name, sha256=self.document_id.sha256)
        self.provider_id._sign_send(self)

    def _last_day(self, today):
        """The last day on which a request that is sent today can be signed. Hook."""
        self.ensure_one()
        return today + timedelta(days=self.provider_id.expires_days)

    def _note(self, kind, signer=None, **data):
        self.ensure_one()
        return self.env["cn285.sign.event"]._note(self, kind, signer, **data)

    def _engine_signers(self):
        return [Signer(one.order, one.state) for one in self.signer_ids]

    def _signers_in_turn(self):
        """Those whose turn it is to sign."""
        self.ensure_one()
        if self.state != "sent":
            return self.signer_ids.browse()
        signers = self.signer_ids
        places = turn(self._engine_signers())
        return signers.browse([signers[place].id for place in places])

    def _still_says_the_same(self):
        """Whether the contract or change still is what the document says."""
        self.ensure_one()
        # In the language in which it was sent, whatever the customer's is by now.
        target = self._target().with_context(cn285_sign_lang=self.document_id.lang)
        return self.content_hash == target._content_hash()

    def _go_on(self):
        """After somebody has signed or declined: ask the next, or finish."""
        self.ensure_one()
        reached = outcome(self._engine_signers())
        if reached == "declined":
            self._update_state("declined")
            self._tell_declined()
        elif reached == "signed":
            self._update_state("signed")
            self._note("completed")
            self._complete()
        else:
            self.provider_id._sign_send(self)

    # === BUTTONS === #

    def action_remind(self):
        """Ask those whose turn it is once more."""
        for request in self:
            request._check_may_manage()
            if request.state != "sent":
                raise UserError(self.env._("%s is not to be signed any more.", request.name))
            request.provider_id._sign_remind(request)
        return True

    def action_cancel(self):
        """Nobody signs any more."""
        for request in self:
            request._check_may_manage()
            request.sudo()._cancel()  # sudo: requests are the program's; who may was checked
        return True

    def action_send_anew(self):
        """After it was declined, has expired or was replaced: a new request of what holds now."""
        self.ensure_one()
        self._check_may_manage()
        return self._target().action_send_for_signature()

    def action_retry(self):
        """Try again to let take effect what was signed."""
        for request in self:
            request._check_may_manage()
            request.sudo()._complete()  # sudo: it was signed, whoever presses the button
        return True

    def _check_may_manage(self):
        """Who may write the contract manages its signatures."""
        self.ensure_one()
        self.check_access("read")
        self.contract_id.check_access("write")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Signature requests are proof and stay: cancel them."))

    # === EACH DAY === #

    @api.model
    def _cron_sign(self):
        """Expire what is over, remind who has not signed, try again what could not take effect."""
        for company in self.env["res.company"]._cn285_daily_companies():
            today = company._cn285_today()
            running = self.search([("company_id", "=", company.id), ("state", "=", "sent")])
            for request in running:
                request._daily_alone(today)
            stuck = self.search(
                [("company_id", "=", company.id), ("state", "=", "signed"), ("is_done", "=", False)]
            )
            for request in stuck:
                request._complete()
            self.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "signed"),
                    ("proof_id", "=", False),
                ]
            )._delay_proof()

    def _daily_alone(self, today):
        """Look after one request; what keeps it from being done is told, and stops no other."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._daily(today)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # whatever a contract's data provoke
            self.env.invalidate_all()
            env = self._owners().env
            summary = env._("%s could not be looked after", self.name)
            if summary not in self.activity_ids.mapped("summary"):  # each day: told once
                self._tell_owner(summary, note=reason_of(env, error))

    def _daily(self, today):
        self.ensure_one()
        if self._replace_if_changed():
            self._tell_replaced()
            return
        if today > self.expires_on:
            self._update_state("expired")
            self._note("expired")
            self._tell_signers()
            self._tell_owner(self._owners().env._("%s has expired", self.name))
            return
        every = self.provider_id.remind_days
        if every and today >= self.reminded_on + timedelta(days=every):
            self._write_inside({"reminded_on": today})
            self.provider_id._sign_remind(self)
