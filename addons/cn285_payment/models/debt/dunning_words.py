from odoo import api, models
from odoo.addons.cn285_contract.models.common import labelled
from odoo.addons.cn285_renewal.models.letters.base import LetterKind, Parts
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
        env = record.env
        words = {
            "company": record.company_id.name,
            "customer": record.partner_id.name or "",
            "amount": record.currency_id.format(record.overdue_amount),
            "consequence": record._consequence(),
        }
        rows = [
            (
                env._(
                    "%(invoice)s, due on %(day)s",
                    invoice=move.name,
                    day=format_date(env, due),
                ),
                amount,
            )
            for move, due, amount in record._overdue_lines()
        ]
        return Parts(words, {"invoices": [Facts(rows)]})


class LetterTemplate(models.Model):
    _inherit = "cn285.letter.template"

    @api.model
    def _kinds(self):
        letter = DunningLetter()
        return {**super()._kinds(), letter.name: letter}


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
        if not self.deactivation_date:
            return ""
        return self.env._(
            "Without your payment your services will be suspended from %s on.",
            format_date(self.env, self.deactivation_date),
        )

    def _make_letter(self, step):
        """The formal notice as PDF, kept as a file of the case."""
        self.ensure_one()
        reader = self._reader()
        case = self.with_context(lang=reader.lang or self.env.lang)
        # sudo: files of the case are the program's.
        letters = case.env["cn285.letter.template"].sudo()
        letter = letters._write_letter("dunning", case, reader)
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
