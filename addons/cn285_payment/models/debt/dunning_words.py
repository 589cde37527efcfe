from odoo import api, models
from odoo.addons.cn285_contract.models.common import labelled
from odoo.addons.cn285_renewal.models.letters.base import LetterKind, Parts, by_name
from odoo.addons.cn285_renewal.report.letter_pdf import Facts
from odoo.tools import LazyTranslate, format_date

_lt = LazyTranslate(__name__)


class DunningLetter(LetterKind):
    """Asks a payer formally for what is overdue, and says what follows."""

    name = "dunning"
    label = _lt("Formal Notice to Pay")
    words = {
        "company": _lt("name of the company"),
        "customer": _lt("name of the customer"),
        "amount": _lt("what is overdue"),
        "consequence": _lt("what follows, and from which day on, where nothing is paid"),
    }
    blocks = {"invoices": _lt("overdue invoices")}
    required = ("amount", "invoices")
    model = "cn285.dunning.case"
    domain = (("state", "!=", "closed"),)

    def parts(self, record):
        words = {**self.common_words(record), "consequence": record._consequence()}
        return Parts(words, {"invoices": [Facts(self.rows(record))]})

    def common_words(self, record):
        return {
            "company": record.company_id.name,
            "customer": record.partner_id.name or "",
            "amount": record.currency_id.format(record.overdue_amount),
        }

    def rows(self, record):
        """Overdue invoices, and what is open of them."""
        env = record.env
        return [
            (
                env._(
                    "%(invoice)s, due on %(day)s",
                    invoice=move._cn285_debt_name(),
                    day=format_date(env, due),
                ),
                amount,
            )
            for move, due, amount in record._overdue_lines()
        ]


class EndLetter(DunningLetter):
    """Tells a payer that contracts were terminated, and for what (Code civil, 1226)."""

    name = "dunning_end"
    label = _lt("Termination for a Debt")
    words = {
        "company": _lt("name of the company"),
        "customer": _lt("name of the customer"),
        "amount": _lt("what is overdue"),
        "contracts": _lt("contracts that were terminated"),
        "day": _lt("their last day"),
    }
    required = ("amount", "contracts", "day")

    def parts(self, record):
        words = {
            **self.common_words(record),
            "contracts": record._ended_names(),
            "day": record._ended_on(),
        }
        return Parts(words, {"invoices": [Facts(self.rows(record))]})


class LetterTemplate(models.Model):
    _inherit = "cn285.letter.template"

    @api.model
    def _kinds(self):
        return {**super()._kinds(), **by_name(DunningLetter(), EndLetter())}


class DunningCase(models.Model):
    """Who is written to, what is written, and who is asked to do something."""

    _inherit = "cn285.dunning.case"

    def _reader(self):
        """To whom it is written: the address of the oldest overdue invoice, else the payer."""
        self.ensure_one()
        address = self.sudo().move_ids[:1].partner_id  # sudo: the payer's own address
        return address if address.email else self.partner_id

    def _consequence(self):
        """What follows if nothing is paid, in words; empty where nothing does."""
        self.ensure_one()
        words = []
        if self.deactivation_date:
            words.append(
                self.env._(
                    "Without your payment your services will be suspended from %s on.",
                    format_date(self.env, self.deactivation_date),
                )
            )
        if self.termination_date:
            words.append(
                self.env._(
                    "If you still have not paid by then, we may terminate your contracts from %s "
                    "on.",
                    format_date(self.env, self.termination_date),
                )
            )
        return " ".join(words)

    def _ended(self):
        """The latest entries of the history that say what was terminated."""
        ended = self.event_ids.filtered(lambda event: event.kind == "terminated").sorted("id")
        return ended.filtered(lambda event: event.date == ended[-1:].date)

    def _ended_names(self):
        """The contracts that were terminated last, by their numbers."""
        self.ensure_one()
        return ", ".join(self._ended().contract_id.mapped("name"))

    def _ended_on(self):
        """The last day of what was terminated last, as the reader writes days."""
        self.ensure_one()
        ended = self._ended()
        return format_date(self.env, ended[:1].date) if ended else ""

    def _tell_ended(self, step):
        """Tell debtors, by e-mail or a letter, what was terminated today."""
        ended = self.filtered(lambda case: case._ended()[:1].date == case.company_id._cn285_today())
        reached = ended.filtered(lambda case: case._reader().email)
        # sudo: a text of the company's, for whoever runs the dunning.
        template = self.env.ref("cn285_payment.mail_template_dunning_ended").sudo()
        for company, members in reached.grouped("company_id").items():
            template.send_mail_batch(
                members.ids, email_values={"auto_delete": False, **company._cn285_writes_as()}
            )
        for case in ended - reached:
            document = case._make_letter(step, "dunning_end")
            case._note("step", step.name, step_id=step.id, attachment_id=document.id)
            case._ask(lambda one: one.env._("Print and post: %s", step.with_env(one.env).name))

    def _make_letter(self, step, kind="dunning"):
        """A letter about the case as PDF, kept as its file.

        :param kind: of ``cn285.letter.template``; the formal notice, where nothing is said
        """
        self.ensure_one()
        reader = self._reader()
        case = self.with_context(lang=reader.lang or self.env.lang)
        # sudo: files of the case are the program's.
        letters = case.env["cn285.letter.template"].sudo()
        letter = letters._write_letter(kind, case, reader)
        name = labelled(case.env, step.with_env(case.env).name, self.company_id._cn285_today())
        return (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{name}.pdf".replace("/", "-").replace(": ", " "),
                    "raw": self.company_id._cn285_letters(letter),
                    "mimetype": "application/pdf",
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )

    def _ask(self, words):
        """Ask who is responsible for the contracts that owe to do something about the debtor.

        :param words: function from the case, as he reads it, to what is to be done
        """
        self.ensure_one()
        today = self.company_id._cn285_today()
        contract = self.contract_ids[:1] or self._payers_contracts()[:1]
        if contract:
            contract._ask_responsible(self, words, today)
        else:
            self.sudo().message_post(body=words(self))  # sudo: a note for whoever comes
