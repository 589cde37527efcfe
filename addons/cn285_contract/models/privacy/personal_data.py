from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from .person import Person
from .places import Deleted, Done, Naming, Place, Texts

_lt = LazyTranslate(__name__)

OPEN_ROWS = ("planned", "waiting")


class PersonalData(models.AbstractModel):
    """Where personal data is, and how a person is made anonymous everywhere.

    Odoo's privacy look-up and the dialog on contacts go by the same list of places.
    """

    _name = "cn285.personal.data"
    _description = "Personal Data"

    # === WHERE IT IS === #

    @api.model
    def _places(self):
        """All places, in the order in which they are made anonymous.

        Another addon adds its own: ``return [*mine, *super()._places()]``.
        """
        return [
            Place(
                "invoices",
                _lt("Invoices, credit notes and their files"),
                "account.move",
                lambda person: [
                    ("partner_id", "in", person.partners.ids),
                    ("state", "=", "posted"),
                ],
                kept=_lt("Kept ten years: Code de commerce, L123-22; LPF, L102 B."),
            ),
            Texts(
                "changes",
                _lt("Contract changes: what they say, before and after"),
                "cn285.contract.change",
                self._changes_of,
                texts=("note", "error"),
                data=("values", "before", "after"),
            ),
            Texts(
                "versions",
                _lt("Versions of contract items"),
                "cn285.contract.item.version",
                lambda person: [("item_id", "in", person.items.ids)],
                data=("patch",),
            ),
            Texts(
                "items",
                _lt("Contract items: descriptions, service numbers"),
                "cn285.contract.item",
                lambda person: [("id", "in", person.items.ids)],
                texts=("name",),
                cleared=("code",),
            ),
            Texts(
                "discounts",
                _lt("Discounts of contract items: labels"),
                "cn285.contract.item.discount",
                lambda person: [("item_id", "in", person.items.ids)],
                texts=("name",),
            ),
            Place(
                "runs",
                _lt("Billing runs for chosen customers"),
                "cn285.billing.run",
                lambda person: [("partner_ids", "in", person.partners.ids)],
                kept=_lt("Kept: they point to the contact, and say nothing of it."),
            ),
            Naming(
                "run_issues",
                _lt("Billing runs: why contracts were set aside"),
                "cn285.billing.run.issue",
                None,
                texts=("reason",),
            ),
            Naming(
                "refused_rows",
                _lt("Imports of files: rows that were refused"),
                "cn285.import.load.error",
                None,
                texts=("reason", "key"),
                data=("cells",),
            ),
            Naming(
                "loads",
                _lt("Imports of files: what was said of them"),
                "cn285.import.load",
                None,
                texts=("notes", "problem", "undone"),
            ),
            Naming(
                "jobs",
                _lt("Background jobs: what they said"),
                "queue.job",
                None,
                texts=("name", "result", "exc_info", "exc_message"),
            ),
            Texts(
                "contracts",
                _lt("Contracts: references, notes"),
                "cn285.contract",
                lambda person: [("id", "in", person.contracts.ids)],
                texts=("note",),
                cleared=("client_ref",),
            ),
            # Odoo writes messages about what becomes of these: messages come after them.
            Done(
                "users",
                _lt("Portal users"),
                "res.users",
                lambda person: [("partner_id", "in", person.partners.ids)],
                method="_cn285_anonymise",
            ),
            Done(
                "bank_accounts",
                _lt("Bank accounts"),
                "res.partner.bank",
                lambda person: [("partner_id", "in", person.partners.ids)],
                method="_cn285_anonymise",
            ),
            Done(
                "contact",
                _lt("The contact and its addresses"),
                "res.partner",
                lambda person: [("id", "in", person.partners.ids)],
                method="_cn285_anonymise",
            ),
            Deleted(
                "mails",
                _lt("E-mails"),
                "mail.mail",
                lambda person: Domain.OR(
                    [
                        Domain("recipient_ids", "in", person.partners.ids),
                        Domain("mail_message_id", "any", self._messages_of(person, own=True)),
                        *(Domain("email_to", "ilike", email) for email in person.emails),
                    ]
                ),
            ),
            Texts(
                "tracking",
                _lt("Tracked values"),
                "mail.tracking.value",
                lambda person: [("mail_message_id", "any", self._messages_of(person))],
                texts=(
                    "old_value_char",
                    "new_value_char",
                    "old_value_text",
                    "new_value_text",
                ),
            ),
            Texts(
                "own_messages",
                _lt("Messages of the person, and notes about it"),
                "mail.message",
                lambda person: self._messages_of(person, own=True),
                cleared=(
                    "subject",
                    "email_from",
                    "reply_to",
                    "incoming_email_to",
                    "incoming_email_cc",
                    "outgoing_email_to",
                ),
                marked=("body",),
            ),
            Texts(
                "messages",
                _lt("Other messages of its records"),
                "mail.message",
                lambda person: self._messages_of(person),
                texts=(
                    "subject",
                    "body",
                    "email_from",
                    "reply_to",
                    "incoming_email_to",
                    "incoming_email_cc",
                    "outgoing_email_to",
                ),
            ),
            Texts(
                "activities",
                _lt("Activities"),
                "mail.activity",
                lambda person: self._of_documents(person, "res_model"),
                texts=("summary", "note"),
            ),
            Deleted(
                "attachments",
                _lt("Files of the contact, of contracts and changes"),
                "ir.attachment",
                lambda person: (
                    self._of_documents(person, "res_model", but=("account.move",))
                    & Domain("res_field", "in", [False, *self._file_fields()])
                ),
                is_proof=True,
            ),
        ]

    @api.model
    def _changes_of(self, person):
        return [
            "|",
            ("contract_id", "in", person.contracts.ids),
            ("item_id", "in", person.items.ids),
        ]

    @api.model
    def _file_fields(self):
        return ["image_1920", "image_1024", "image_512", "image_256", "image_128"]

    @api.model
    def _documents(self, person):
        """Records with messages, activities and files about the person: ``{model: ids}``.

        Another addon adds its own.
        """
        changes = person.env["cn285.contract.change"].search(self._changes_of(person))
        moves = person.env["account.move"].search([("partner_id", "in", person.partners.ids)])
        return {
            "res.partner": person.partners.ids,
            "cn285.contract": person.contracts.ids,
            "cn285.contract.change": changes.ids,
            "account.move": moves.ids,
        }

    @api.model
    def _of_documents(self, person, model_field, but=()):
        return Domain.OR(
            Domain(model_field, "=", model) & Domain("res_id", "in", ids)
            for model, ids in self._documents(person).items()
            if model not in but
        )

    @api.model
    def _messages_of(self, person, own=False):
        """Messages about the person.

        :param own: those that it wrote, and those on the contact itself
        """
        author = Domain("author_id", "in", person.partners.ids)
        if own:
            contact = Domain("model", "=", "res.partner")
            return author | contact & Domain("res_id", "in", person.partners.ids)
        return author | self._of_documents(person, "model")

    # === WHAT KEEPS IT === #

    @api.model
    def _obstacles(self, person):
        """Why the person cannot be made anonymous yet: sentences, the most important ones first."""
        env = person.env
        found = [
            self.env._(
                "Contract %(contract)s is running (%(role)s).",
                contract=person.partners._cn285_told_contract(contract),
                role=role,
            )
            for _partner, contract, role in person.partners._cn285_running()
        ]
        rows = env["cn285.billing.schedule"].search(
            [
                ("state", "in", OPEN_ROWS),
                "|",
                ("contract_id", "in", person.contracts.ids),
                ("item_id", "in", person.items.ids),
            ]
        )
        for contract in rows.contract_id.filtered(lambda one: one.state != "draft"):
            found.append(self.env._("Contract %s: something is not invoiced yet.", contract.name))
        unpaid = env["account.move"].search(
            [
                ("partner_id", "in", person.partners.ids),
                ("state", "=", "posted"),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("payment_state", "in", ("not_paid", "partial", "in_payment")),
                ("amount_residual", "!=", 0),
            ]
        )
        found += [
            self.env._(
                "%s is not settled: the claim needs its debtor (GDPR, article 17-3-e).",
                move.name,
            )
            for move in unpaid
        ]
        staff = person.partners.user_ids.filtered(lambda user: not user.share)
        found += [
            self.env._("%s is a user of this database: archive the user first.", user.name)
            for user in staff.filtered("active")
        ]
        companies = env["res.company"].search([("partner_id", "in", person.partners.ids)])
        found += [
            self.env._("%s is the company itself.", company.display_name) for company in companies
        ]
        return list(dict.fromkeys(found))

    # === MAKING IT ANONYMOUS === #

    @api.model
    def _check_administrator(self, partner):
        """Refuse all but administrators, and contacts that they may not write.

        :raises AccessError: in words
        """
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only administrators make people anonymous."))
        partner.check_access("write")

    @api.model
    def _preview(self, partner, keep_proofs=False):
        """What would be done: list of ``(label, number of records, what becomes of them)``."""
        person = Person(partner)
        result = []
        for place in self._places():
            count = len(place.found(person))
            if not count:
                continue
            if place.kept:
                fate = self.env._(place.kept)
            elif keep_proofs and place.is_proof:
                fate = self.env._("Kept as proof until its retention is over.")
            elif isinstance(place, Deleted):
                fate = self.env._("Deleted.")
            else:
                fate = self.env._("Made anonymous.")
            result.append((self.env._(place.label), count, fate))
        return result

    @api.model
    def _anonymise(self, partner, keep_proofs=False):
        """Make a person anonymous everywhere, in one transaction.

        :param keep_proofs: leave what proves something until its retention is over
        :raises UserError: with all that keeps it from being done
        """
        self._check_administrator(partner)
        partner.lock_for_update()
        person = Person(partner)
        obstacles = self._obstacles(person)
        if obstacles:
            raise UserError(
                self.env._("“%s” cannot be made anonymous:", partner.display_name)
                + "\n"
                + "\n".join(f"• {one}" for one in obstacles)
            )
        person.env["account.move"].browse(self._place("invoices").found(person))._cn285_keep_files()
        for place in self._places():
            if not place.kept and not (keep_proofs and place.is_proof):
                place.anonymise(person)
        person.env["mail.followers"].search([("partner_id", "in", person.partners.ids)]).unlink()
        self.env.invalidate_all()
        day = fields.Date.to_string(self.env.company._cn285_today())
        for one in person.partners:
            one.message_post(
                body=self.env._(
                    "Made anonymous on %(day)s by %(user)s.", day=day, user=self.env.user.name
                )
            )

    @api.model
    def _place(self, name):
        return next(place for place in self._places() if place.name == name)
