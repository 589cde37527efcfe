"""The ways by which steps are carried out: a class each, and the table of all. No model is here."""

from typing import Any

from markupsafe import Markup
from odoo.addons.cn285_contract.models.common import labelled
from odoo.addons.cn285_renewal.engine.letter_text import fill
from odoo.addons.cn285_renewal.report.letter_pdf import Letter
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

# What may stand between braces in subjects and texts.
WORDS = frozenset({"customer", "contract", "date", "company", "offer", "until"})


class Channel:
    """A way by which a step is carried out. One object serves all steps."""

    #: As it stands in the field ``channel``.
    name: str
    #: What users read: a text made by ``LazyTranslate``.
    label: Any
    #: The customer is told: it counts for limits, waits for quiet hours, and asks for consent.
    tells: bool = True

    def missing(self, step) -> str | None:
        """What a step needs for it and does not say, in words; None: nothing."""
        return None

    def obstacle(self, communication) -> str | None:
        """Why this one cannot be carried out, in words; None if it can."""
        return None

    def carry_out(self, step, communications) -> dict[int, dict[str, Any]]:
        """Do it for some records, all or none; the caller notes that it was done.

        :returns: ``{id: values}`` to be kept of each
        """
        raise NotImplementedError


class Mail(Channel):
    """An e-mail in the reader's language, handed to the mail queue with the note that it was."""

    name = "mail"
    label = _lt("E-mail")

    def missing(self, step):
        if step.mail_template_id or (step.subject and step.body):
            return None
        return step.env._("an e-mail needs a template, or a subject and a text.")

    def obstacle(self, communication):
        if not communication.partner_id.email:
            return communication.env._(
                "%s has no e-mail address.", communication.partner_id.display_name
            )
        if not communication.company_id._cn285_sender():
            return communication.env._(
                "%s has no e-mail address from which it could write.",
                communication.company_id.name,
            )
        return None

    def carry_out(self, step, communications):
        usual = communications.env.ref("cn285_campaign.mail_template_communication")
        template = (step.mail_template_id or usual).sudo()  # sudo: a text of the company's
        kept = {}
        for company, members in communications.grouped("company_id").items():
            mails = template.send_mail_batch(
                members.ids, email_values={"auto_delete": False, **company._cn285_writes_as()}
            )
            for mail in mails.sudo():  # sudo: the company's own mails, just written
                one = members.browse(mail.res_id)
                if one.purpose == "marketing" and one._refusal_path() not in (mail.body_html or ""):
                    mail.body_html += one._refusal_footer()
                kept[one.id] = {
                    "subject": mail.subject,
                    "mail_message_id": mail.mail_message_id.id,
                }
        return kept


class Offer(Mail):
    """An offer to stay is made, and told by e-mail; the customer answers it in the portal."""

    name = "offer"
    label = _lt("Offer to Stay")

    def missing(self, step):
        if not step.offer_template_id:
            return step.env._("say which offer is made.")
        return super().missing(step)

    def obstacle(self, communication):
        obstacle = super().obstacle(communication)
        if obstacle:
            return obstacle
        offers = communication.env["cn285.retention.offer"]
        return offers._obstacle(communication.step_id.offer_template_id, communication.contract_id)

    def carry_out(self, step, communications):
        offers = communications.env["cn285.retention.offer"]
        for communication in communications:
            offer = offers._propose(step.offer_template_id, communication.contract_id)
            communication._write_inside({"offer_id": offer.id})
        return super().carry_out(step, communications)


class LetterToPost(Channel):
    """A letter as PDF, kept as a file, and somebody is asked to post it."""

    name = "letter"
    label = _lt("Letter")

    def missing(self, step):
        if step.subject and step.body:
            return None
        return step.env._("a letter needs a subject and a text.")

    def carry_out(self, step, communications):
        return {one.id: self._write(one) for one in communications}

    def _write(self, one):
        reader = one._localised()
        words, text = reader._words(), reader.step_id
        letter = Letter(
            **reader.company_id._cn285_letter_parties(reader.partner_id),
            subject=reader._filled(text.subject),
            body=fill(text.body, words, {}),
            closing=reader.company_id.name,
        )
        name = labelled(one.env, letter.subject, one.contract_id.name)
        # sudo: files of what was told are the program's.
        document = (
            one.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{name}.pdf".replace("/", "-").replace(": ", " "),
                    "raw": one.company_id._cn285_letters(letter),
                    "mimetype": "application/pdf",
                    "res_model": one.contract_id._name,
                    "res_id": one.contract_id.id,
                }
            )
        )
        one.contract_id._ask_responsible(
            one.contract_id,
            lambda contract: contract.env._("Print and post: %s", letter.subject),
            one.company_id._cn285_today(),
        )
        return {"subject": letter.subject, "attachment_id": document.id}


class PortalNote(Channel):
    """A note on the contract's page in the portal."""

    name = "portal"
    label = _lt("Note in the Portal")

    def missing(self, step):
        if step.subject and step.body:
            return None
        return step.env._("a note needs a subject and a text.")

    def carry_out(self, step, communications):
        kept = {}
        for one in communications:
            reader = one._localised()
            text = reader.step_id
            kept[one.id] = {
                "subject": reader._filled(text.subject),
                "body": reader._filled(text.body),
            }
        return kept


class Activity(Channel):
    """Somebody is asked to do something; the customer is told nothing."""

    name = "activity"
    label = _lt("Activity")
    tells = False

    def missing(self, step):
        return None if step.subject else step.env._("an activity needs a subject.")

    def carry_out(self, step, communications):
        kept = {}
        for one in communications:
            one.contract_id._ask_responsible(
                one.contract_id,
                lambda contract, one=one: one.with_env(contract.env)._filled(
                    step.with_env(contract.env).subject
                ),
                one.company_id._cn285_today(),
                one._filled(step.body or ""),
            )
            kept[one.id] = {"subject": one._filled(step.subject)}
        return kept


def paragraphs_html(text):
    """A text with its paragraphs and lines, as HTML."""
    parts = [Markup("<br/>").join(part.splitlines()) for part in text.split("\n\n") if part.strip()]
    return Markup("").join(Markup("<p>%s</p>") % part for part in parts)


# In the order in which the screen offers them.
CHANNELS = {one.name: one for one in (Mail(), Activity(), LetterToPost(), PortalNote(), Offer())}
