from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from .letters.letter_html import with_legal_parts

# What confirms each type of change: the template of the e-mail, and the kind of letter.
CONFIRMATIONS = {
    "terminate": ("cn285_renewal.mail_template_termination", "termination"),
    "withdraw": ("cn285_renewal.mail_template_withdrawal", "withdrawal"),
}


class ContractChange(models.Model):
    """Confirmations on a durable medium: an e-mail, and a PDF that stays with the contract."""

    _inherit = "cn285.contract.change"

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
        """Make the confirmations, hand them to the mail queue, and put them into the portal."""
        for change in self:
            template, letter = change._confirmation()
            attachment = change._attach_letter(letter)
            mail_id = template.send_mail(
                change.id,
                email_values={
                    "attachment_ids": [attachment.id],
                    "auto_delete": False,
                    **change.company_id._cn285_writes_as(),
                },
            )
            if not change.company_id._cn285_sender():
                change.contract_id._ask_responsible(
                    change,
                    lambda one: one.env._(
                        "%s has no e-mail address: send this confirmation to the customer by post",
                        one.company_id.name,
                    ),
                    change.company_id._cn285_today(),
                )
            # sudo: the mail of somebody who may confirm, but not write mails.
            mail = self.env["mail.mail"].sudo().browse(mail_id)
            mail.body_html = with_legal_parts(mail.body_html, change._localised().legal_box)
            change._write_inside(
                {
                    "confirmation_id": attachment.id,
                    "date_notified": change.company_id._cn285_today(),
                    "received_at": change.received_at or fields.Datetime.now(),
                }
            )

    def _localised(self):
        """This change in the language of its customer."""
        self.ensure_one()
        return self.with_context(lang=self.partner_id.lang or self.env.lang)

    def _confirmation(self):
        """The mail template of this change's confirmation, and the letter that goes with it."""
        self.ensure_one()
        template, kind = CONFIRMATIONS[self.type]
        localised = self._localised()
        letters = localised.env["cn285.letter.template"]
        return self.env.ref(template), letters._write_letter(kind, localised, self.partner_id)

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

    def _effects(self):
        """The effects of a termination, a sentence each, with their amounts and dates."""
        quote = self._quote()
        money = self.currency_id.format
        effects = [
            self.env._(
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
        if self.fee_amount:
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
