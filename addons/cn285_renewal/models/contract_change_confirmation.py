from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, format_date, format_datetime

from ..engine.confirmation import confirmation_route
from .letters.company_letters import address_lines
from .letters.letter_html import with_legal_parts

# What confirms each type of change: the template of the e-mail, and the kind of letter.
CONFIRMATIONS = {
    "terminate": ("cn285_renewal.mail_template_termination", "termination"),
    "withdraw": ("cn285_renewal.mail_template_withdrawal", "withdrawal"),
}
# For so many days it is looked at whether a confirmation could leave.
CHECKED_DAYS = 30


class ContractChange(models.Model):
    """Confirmations on a durable medium: an e-mail, and a PDF that stays with the contract."""

    _inherit = "cn285.contract.change"

    confirmation_channel = fields.Selection(
        [("email", "E-mail"), ("letter", "Letter"), ("none", "No Address Known")],
        string="Confirmed By",
        readonly=True,
        copy=False,
        help="As the customer declared it; a letter counts as sent once it was posted.",
    )
    confirmation_to = fields.Text(
        string="Confirmed To", readonly=True, copy=False, help="Where the confirmation goes."
    )
    legal_box = fields.Html(
        compute="_compute_legal_box",
        sanitize=False,
        help="The last day of the contract in a box, as e-mails show it.",
    )

    def action_confirm_to_customer(self):
        """Send the customer the confirmation of these terminations (again)."""
        self.check_access("write")
        self._confirm_to_customer()
        return True

    def _confirm_to_customer(self):
        """Make the confirmations, put them into the portal, and let them leave.

        They go where the customer declared, by e-mail or as a letter. A letter is not sent before
        somebody has posted it, and is asked for; so is an address where there is none.
        """
        for change in self:
            route = change._confirmation_route()
            template, letter = change._confirmation(route)
            attachment = change._attach_letter(letter)
            vals = {
                "confirmation_id": attachment.id,
                "confirmation_channel": route.channel,
                "confirmation_to": "\n".join(route.to),
                "received_at": change.received_at or fields.Datetime.now(),
            }
            if route.channel == "email":
                change._mail_confirmation(template, attachment, route.to[0])
                vals["date_notified"] = change.company_id._cn285_today()
            change._write_inside(vals)
            if route.channel != "email":
                change._ask_to_post()
            change._tell_owner(route, template, attachment)

    def _tell_owner(self, route, template, attachment):
        """Tell the e-mail on file too what somebody declared who was not logged in.

        Whoever knows a name and a number can terminate: the customer learns of it.
        """
        self.ensure_one()
        partner = self.sudo().partner_id  # sudo: see _confirmation_route
        on_file = email_normalize(partner.email or "")
        anonymous = self.declaration and not self.requested_by
        if anonymous and on_file and on_file not in route.to and self.company_id._cn285_sender():
            self._mail_confirmation(template, attachment, on_file)

    # === WHERE IT GOES === #

    def _confirmation_route(self):
        """By which way the confirmation goes, and where to, by the engine."""
        self.ensure_one()
        partner = self.sudo().partner_id  # sudo: for the customer who terminates without account
        return confirmation_route(
            (self.declaration or {}).get("address") or "",
            email_normalize(partner.email or "") or "",
            address_lines(partner) if partner.street or partner.zip or partner.city else (),
            mails=bool(self.company_id._cn285_sender()),
        )

    def _goes_to(self, *addresses):
        """Whether the confirmation goes to one of these e-mails, which is no copy for the owner."""
        self.ensure_one()
        to = email_normalize(self.confirmation_to or "")
        return to in [email_normalize(address or "") for address in addresses]

    def _goes_as_declared(self):
        """Whether the confirmation goes where the customer declared: strangers read no other."""
        self.ensure_one()
        declared = (self.declaration or {}).get("address") or ""
        return all(line in declared for line in (self.confirmation_to or "").splitlines())

    def _confirmation(self, route=None):
        """The mail template of this change's confirmation, and the letter that goes with it.

        :param route: where it goes, by the engine; left out, as :meth:`_confirmation_route`
        """
        self.ensure_one()
        route = route or self._confirmation_route()
        template, kind = CONFIRMATIONS[self.type]
        localised = self._localised()
        letters = localised.env["cn285.letter.template"]
        letter = letters._write_letter(kind, localised, self.partner_id)
        declared = self.declaration or {}
        if declared.get("name") and declared.get("address"):
            # Who declared it reads no address of ours that he did not give.
            letter = replace(letter, recipient=[declared["name"], *route.to])
        return self.env.ref(template), letter

    def _mail_confirmation(self, template, attachment, to):
        """Hand the confirmation to the mail queue, to one address."""
        self.ensure_one()
        values = {
            "attachment_ids": [attachment.id],
            "auto_delete": False,
            **self.company_id._cn285_writes_as(),
        }
        if to != email_normalize(self.sudo().partner_id.email or ""):
            values.update(email_to=to, recipient_ids=[])
        mail_id = template.send_mail(self.id, email_values=values)
        # sudo: the mail of somebody who may confirm, but not write mails.
        mail = self.env["mail.mail"].sudo().browse(mail_id)
        mail.body_html = with_legal_parts(mail.body_html, self._localised().legal_box)

    def _ask_to_post(self):
        """Ask whoever follows the contract to post the letter, or to find where it goes."""
        self.ensure_one()
        self.contract_id._ask_responsible(
            self,
            lambda change: change._posting_text(),
            self.company_id._cn285_today(),
            note=self.confirmation_to or "",
        )

    def _posting_text(self):
        """What whoever follows the contract is asked to do about this confirmation."""
        self.ensure_one()
        if not self.company_id._cn285_sender():
            return self.env._(
                "%s has no e-mail address: send this confirmation to the customer by post",
                self.company_id.name,
            )
        if self.confirmation_channel == "letter":
            return self.env._("Send this confirmation to the customer by post")
        return self.env._(
            "%s gave no address: find out where this confirmation goes",
            self.partner_id.display_name,
        )

    def action_confirmation_posted(self):
        """Somebody has posted the letter: now it is sent."""
        self.check_access("write")
        for change in self:
            if not change.confirmation_id or change.confirmation_channel == "email":
                raise UserError(self.env._("%s has no confirmation to post.", change.display_name))
            change._write_inside({"date_notified": change.company_id._cn285_today()})
            change.activity_feedback(["mail.mail_activity_data_todo"])
        return True

    def _message_receive_bounce(self, email, partner):
        """A confirmation came back: it was not sent, and goes by post."""
        result = super()._message_receive_bounce(email, partner)
        sent = self.filtered(lambda change: change.confirmation_channel == "email")
        sent.filtered(lambda change: not email or change._goes_to(email))._came_back()
        return result

    def _came_back(self):
        """What was sent by e-mail did not arrive: a letter is asked for."""
        for change in self:
            partner = change.sudo().partner_id  # sudo: see _confirmation_route
            lines = address_lines(partner) if partner.street or partner.zip else []
            change._write_inside(
                {
                    "confirmation_channel": "letter" if lines else "none",
                    "confirmation_to": "\n".join(lines),
                    "date_notified": False,
                }
            )
            change._ask_to_post()

    @api.model
    def _check_confirmations(self, company):
        """Learn from the mail queue which confirmations could not leave."""
        changes = self.search(
            [
                ("company_id", "=", company.id),
                ("confirmation_channel", "=", "email"),
                ("date_notified", ">=", company._cn285_today() - timedelta(days=CHECKED_DAYS)),
            ]
        )
        # sudo: the state of the queue, which is the administrator's; nothing of it is shown.
        failed = (
            self.env["mail.mail"]
            .sudo()
            .search(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", changes.ids),
                    ("state", "in", ("exception", "cancel")),
                ]
            )
        )
        failed = failed.filtered(
            lambda mail: (
                mail.attachment_ids & self.browse(mail.res_id).confirmation_id
                and self.browse(mail.res_id)._goes_to(
                    mail.email_to, *mail.recipient_ids.mapped("email")
                )
            )
        )
        self.browse(set(failed.mapped("res_id")))._came_back()

    def _localised(self):
        """This change in the language of its customer."""
        self.ensure_one()
        return self.with_context(lang=self.partner_id.lang or self.env.lang)

    @api.depends("type", "date_effective", "ground")
    @api.depends_context("lang")
    def _compute_legal_box(self):
        ends = self.filtered(lambda change: change.type == "terminate")
        boxes = self.env["cn285.letter.template"]._legal_boxes("termination", ends)
        for change in self:
            change.legal_box = boxes.get(change, False)

    def _attach_letter(self, letter):
        """Keep a letter with the contract, where the customer finds it in the portal."""
        self.ensure_one()
        contract = self.contract_id.sudo()  # sudo: for the customer, who may not write contracts
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(  # sudo: as above
                {
                    "name": f"{letter.subject}.pdf".replace("/", "-"),
                    "raw": self.company_id._cn285_letters(letter),
                    "mimetype": "application/pdf",
                    "res_model": contract._name,
                    "res_id": contract.id,
                }
            )
        )
        contract.portal_document_ids = [fields.Command.link(attachment.id)]
        contract.message_post(
            body=Markup("<p>%s</p>") % letter.subject, attachment_ids=[attachment.id]
        )
        return attachment

    # === TEXTS === #

    def _received_text(self):
        zone = self.company_id.cn285_tz
        return format_datetime(self.env, self.received_at or fields.Datetime.now(), tz=zone)

    def _declaration_facts(self):
        """What the customer declared, as it is repeated to the customer."""
        contract = self.contract_id
        facts = [(self.env._("Contract"), contract.name)]
        if self.item_id:
            facts.append((self.env._("Item"), self.item_id.name))
        labels = {
            "name": self.env._("Name or company"),
            "address": self.env._("E-mail or postal address"),
            "phone": self.env._("Telephone number"),
            "wished_date": self.env._("Wished date"),
            "statement": self.env._("Statement"),
        }
        declared = self.declaration or {}
        for name, label in labels.items():
            value = declared.get(name)
            if value and name == "wished_date":
                value = format_date(self.env, value)
            if value:
                facts.append((label, value))
        if self.legitimate_reason:
            facts.append((self.env._("Reason"), self.legitimate_reason))
        return facts

    def _is_immediate(self):
        """Whether it ends at once: the day of the request is not served any more."""
        self.ensure_one()
        requested = self.date_requested or self.company_id._cn285_today()
        return self.type == "terminate" and self._last_day() < requested <= self.date_effective

    def _end_text(self):
        """When the contract ends, as the customer reads it: never as a day that is over."""
        self.ensure_one()
        if self._is_immediate():
            day = format_date(self.env, self.date_effective)
            return self.env._("%s, with immediate effect", day)
        return format_date(self.env, self._last_day())

    def _effects(self):
        """The effects of a termination, a sentence each, with their amounts and dates."""
        quote = self._quote()
        money = self.currency_id.format
        effects = [
            self.env._(
                "The service ends at once: this day is not billed any more; your last invoice "
                "follows, with what was used until then."
            )
            if self._is_immediate()
            else self.env._(
                "Until that day the service goes on and is billed; your last invoice follows, with "
                "what was used until then."
            )
        ]
        if quote["refund_total"] and self.contract_id._portal_shows_prices():
            effects.append(
                self.env._(
                    "What was billed in advance for later days, %(amount)s, is credited, and "
                    "refunded by %(day)s as far as you have paid it.",
                    amount=money(quote["refund_total"]),
                    day=format_date(self.env, quote["refund_due"]),
                )
            )
        if self.fee_amount and quote["shows_tax"]:
            effects.append(
                self.env._(
                    "A fee of %(amount)s, tax included, is owed, as the contract ends before the "
                    "commitment does.",
                    amount=money(self.contract_id._fee_with_tax(self.fee_amount)),
                )
            )
        elif self.fee_amount:
            effects.append(
                self.env._(
                    "A fee of %(amount)s excluding tax is owed, as the contract ends before the "
                    "commitment does.",
                    amount=money(self.fee_amount),
                )
            )
        else:
            effects.append(self.env._("No fee is owed for the termination."))
        return effects
