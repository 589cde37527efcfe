"""From an invoice to the document that is printed: the texts and figures, in order."""

from odoo.tools import format_date, html2plaintext, is_html_empty

from ..report.document import Document, Labels, Notes
from .invoice_lines import InvoiceLines
from .invoice_mentions import InvoiceMentions
from .invoice_parties import InvoiceParties
from .invoice_sums import InvoiceSums

# So many steps of one calculation are printed; statements have them all.
MOST_STEPS = 40
# So many names are listed before "and others".
MOST_NAMES = 4


class InvoiceDocument:
    """What an invoice or credit note says.

    :param move: the invoice, by sudo, in the language of its recipient
    :param with_payments: whether it says what was paid
    :param proforma: whether it is called a proforma invoice
    """

    def __init__(self, move, with_payments, proforma):
        self._move, self._env = move, move.env
        self._with_payments, self._proforma = with_payments, proforma
        self._is_credit = move.move_type == "out_refund"

    def document(self) -> Document:
        """The document, all its texts in the language of the move's environment."""
        move = self._move
        parties = InvoiceParties(move)
        lines = InvoiceLines(move)
        sums = InvoiceSums(move, self._with_payments)
        return Document(
            title=self._title(),
            seller=parties.seller(),
            buyer=parties.buyer(),
            others=parties.others(),
            labels=Labels(
                description=self._env._("Description"),
                page=self._env._("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
            ),
            facts=self._facts(lines),
            columns=lines.columns(),
            lines=lines.lines(),
            table=sums.by_rate(),
            totals=sums.totals(),
            notes=self._notes(),
            footer=parties.footer(),
            color=move.company_id.primary_color or "#1c2833",
            language=(self._env.lang or "en")[:2],
            logo=parties.logo(),
        )

    # --- what it is ----------------------------------------------------------------------

    def _title(self):
        """What the document is, and its number where it has one."""
        move, _ = self._move, self._env._
        kinds = {
            "posted": (_("Invoice"), _("Credit Note"), _("Receipt")),
            "draft": (_("Draft Invoice"), _("Draft Credit Note"), _("Draft Receipt")),
            "cancel": (
                _("Cancelled Invoice"),
                _("Cancelled Credit Note"),
                _("Cancelled Receipt"),
            ),
        }
        place = {"out_invoice": 0, "out_refund": 1}.get(move.move_type, 2)
        title = kinds[move.state][place]
        if self._proforma:
            title = (
                _("Proforma Invoice"),
                _("Proforma Credit Note"),
                _("Proforma Receipt"),
            )[place]
        number = move.name if move.name and move.name != "/" else ""
        return f"{title} {number}".strip()

    def _facts(self, lines):
        move, _ = self._move, self._env._
        facts = [
            (_("Date of Issue"), self._day(move.invoice_date)),
            (_("Due Date"), "" if self._is_credit else self._day(move.invoice_date_due)),
            (_("Period of Service"), self._period()),
            (_("Delivery Date"), self._day(move.delivery_date)),
            (_("Operation"), self._category(lines)),
            (_("Corrects"), self._corrected()),
            (_("Contract"), self._names(move.cn285_contract_ids.mapped("name"))),
            (_("Your Reference"), self._names(self._references())),
            (_("Customer Number"), move.partner_id.ref or ""),
            (_("Source"), self._source()),
        ]
        return [(label, value) for label, value in facts if value]

    def _day(self, day):
        return format_date(self._env, day) if day else ""

    def _period(self):
        """From the first to the last day of what is billed, of the rows behind it."""
        rows = self._move.cn285_schedule_ids
        spans = rows.filtered(lambda row: row.kind != "one_shot") or rows
        if not spans:
            return ""
        first, last = min(spans.mapped("period_start")), max(spans.mapped("period_end"))
        if first == last:
            return self._day(first)
        return f"{self._day(first)} – {self._day(last)}"

    def _category(self, lines):
        _ = self._env._
        words = {
            "services": _("Supply of services"),
            "goods": _("Supply of goods"),
            "mixed": _("Supply of goods and of services"),
        }
        category = lines.category()
        return words[category.value] if category else ""

    def _corrected(self):
        """The invoices that this one corrects, each with its date."""
        origins = self._move._cn285_corrected().filtered(lambda origin: origin.state == "posted")
        if not self._is_credit:
            return ""
        return ", ".join(
            self._env._(
                "%(number)s of %(date)s", number=origin.name, date=self._day(origin.invoice_date)
            )
            for origin in origins.sorted(lambda origin: (origin.invoice_date, origin.id))
        )

    def _references(self):
        move = self._move
        return [
            move.ref or "",
            *(name or "" for name in move.cn285_contract_ids.mapped("client_ref")),
        ]

    def _source(self):
        """Where the invoice comes from, besides the contracts and what a credit note corrects."""
        known = self._move.cn285_contract_ids.mapped("name")
        known += self._move._cn285_corrected().mapped("name")
        origins = (self._move.invoice_origin or "").split(",")
        return self._names(name.strip() for name in origins if name.strip() not in known)

    def _names(self, names):
        names = list(dict.fromkeys(filter(None, names)))
        shown = ", ".join(names[:MOST_NAMES])
        if len(names) > MOST_NAMES:
            others = len(names) - MOST_NAMES
            return self._env._("%(names)s and %(count)s others", names=shown, count=others)
        return shown

    # --- below the totals ----------------------------------------------------------------

    def _notes(self):
        move = self._move
        mentions = InvoiceMentions(move)
        notes = [
            Notes(mentions.about_tax()),
            Notes(self._payment(), self._env._("Payment"), boxed=True),
            Notes([*self._terms(), *mentions.about_payment()]),
            Notes([*self._plain(move.fiscal_position_id.note), *self._plain(move.narration)]),
        ]
        return [*(note for note in notes if note.paragraphs), *self._explanations()]

    def _payment(self):
        """Where to pay what remains, and with which reference."""
        move, _ = self._move, self._env._
        if self._is_credit or not move.amount_residual:
            return []
        bank = move.partner_bank_id
        parts = []
        if bank:
            number = bank.acc_number or ""
            if bank.acc_type == "iban":
                plain = number.replace(" ", "")
                number = " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))
            account = [bank.bank_name or "", _("Account: %s", number)]
            if bank.bank_bic:
                account.append(_("BIC: %s", bank.bank_bic))
            parts.append(" · ".join(filter(None, account)))
        if move.payment_reference:
            parts.append(_("Reference of the payment: %s", move.payment_reference))
        return parts

    def _terms(self):
        """The terms of payment in the seller's own words, and what is due when."""
        move = self._move
        terms = move.invoice_payment_term_id
        if self._is_credit:
            return []
        texts = self._plain(terms.note)
        if terms.display_on_invoice and move.show_payment_term_details:
            details = move.payment_term_details or []
            if len(details) > 1:
                texts += [self._instalment(*each) for each in enumerate(details, start=1)]
            if move._is_eligible_for_early_payment_discount(move.currency_id, move.invoice_date):
                texts.append(self._early_discount())
        return texts

    def _instalment(self, number, detail):
        amount = self._move.currency_id.format(detail["amount"])
        return self._env._(
            "%(number)s. %(amount)s due on %(date)s",
            number=number,
            amount=amount,
            date=detail["date"],
        )

    def _early_discount(self):
        move, terms = self._move, self._move.invoice_payment_term_id
        amount = terms._get_amount_due_after_discount(move.amount_total, move.amount_tax)
        return self._env._(
            "%(amount)s due if paid before %(date)s",
            amount=move.currency_id.format(amount),
            date=terms._get_last_discount_date_formatted(move.invoice_date),
        )

    def _plain(self, html):
        """An HTML text in plain paragraphs."""
        if not html or is_html_empty(html):
            return []
        text = html2plaintext(html, include_references=False)
        return [line.strip() for line in text.splitlines() if line.strip()]

    def _explanations(self):
        """How amounts of usage and of parts of periods came about, line by line."""
        notes = []
        for line in self._move.invoice_line_ids.sorted(lambda line: (line.sequence, line.id)):
            for row in line._cn285_explained_rows():
                steps = [step for step in (row.explanation or "").splitlines() if step.strip()]
                if len(steps) > MOST_STEPS:
                    steps = [*steps[:MOST_STEPS], self._env._("… and further steps")]
                title = (line.name or "").splitlines()[:1]
                notes.append((title[0] if title else "", steps))
        if not any(steps for _title, steps in notes):
            return []
        head = self._env._("How the amounts came about")
        return [Notes([], head), *(Notes(steps, title) for title, steps in notes if steps)]
