"""From an invoice to the document that is printed: the texts and figures, in order."""

import re

from odoo.tools import format_date, html2plaintext, is_html_empty

from ..report.document import Document, Labels, Notes
from .invoice_lines import InvoiceLines
from .invoice_mentions import InvoiceMentions
from .invoice_parties import InvoiceParties
from .invoice_sums import InvoiceSums

# Headings where the company has no colour.
INK = "#1c2833"
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
        self._move, self.env = move, move.env
        self._with_payments, self._proforma = with_payments, proforma
        self._is_credit = move.move_type in ("out_refund", "in_refund")

    def document(self) -> Document:
        """The document, all its texts in the language of the move's environment."""
        parties, lines, sums = self._parts()
        return Document(
            title=self._title(),
            seller=parties.seller(),
            buyer=parties.buyer(),
            others=parties.others(),
            labels=Labels(
                description=self.env._("Description"),
                page=self.env._("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
            ),
            facts=self._facts(lines),
            columns=lines.columns(),
            lines=lines.lines(),
            table=sums.by_rate(),
            totals=sums.totals(),
            notes=self._notes(),
            footer=parties.footer(),
            color=self._color(),
            language=(self.env.lang or "en")[:2],
            logo=parties.logo(),
        )

    def _parts(self):
        """Who it is between, its lines, and what they come to."""
        move = self._move
        sums = InvoiceSums(move, self._with_payments)
        return InvoiceParties(move), InvoiceLines(move), sums

    def _color(self):
        """The company's colour, where it is the code of one."""
        color = self._move.company_id.primary_color or ""
        return color if re.fullmatch("#[0-9a-fA-F]{6}", color) else INK

    # --- what it is ----------------------------------------------------------------------

    def _title(self):
        """What the document is, and its number where it has one."""
        move = self._move
        state = "proforma" if self._proforma else move.state
        number = move.name if move.name and move.name != "/" else ""
        return f"{self._kinds()[self._kind()][state]} {number}".strip()

    def _kind(self):
        """Which of :meth:`_kinds` the document is."""
        kind = self._move.move_type
        if kind in ("in_invoice", "in_refund") and not self._move._cn285_is_made_out_here():
            return f"vendor_{kind}"
        return kind if kind in self._kinds() else "receipt"

    def _kinds(self):
        """What documents are called, by kind and state."""
        states = ("posted", "draft", "cancel", "proforma")
        words = {
            "out_invoice": (
                self.env._("Invoice"),
                self.env._("Draft Invoice"),
                self.env._("Cancelled Invoice"),
                self.env._("Proforma Invoice"),
            ),
            "out_refund": (
                self.env._("Credit Note"),
                self.env._("Draft Credit Note"),
                self.env._("Cancelled Credit Note"),
                self.env._("Proforma Credit Note"),
            ),
            # The word is the law's: annex II of the French tax code, 242 nonies A, I-14°;
            # directive 2006/112/EC, article 226 (10a).
            "in_invoice": (
                self.env._("Self-billing: Invoice"),
                self.env._("Self-billing: Draft Invoice"),
                self.env._("Self-billing: Cancelled Invoice"),
                self.env._("Self-billing: Proforma Invoice"),
            ),
            "in_refund": (
                self.env._("Self-billing: Credit Note"),
                self.env._("Self-billing: Draft Credit Note"),
                self.env._("Self-billing: Cancelled Credit Note"),
                self.env._("Self-billing: Proforma Credit Note"),
            ),
            "vendor_in_invoice": (
                self.env._("Vendor Bill"),
                self.env._("Draft Vendor Bill"),
                self.env._("Cancelled Vendor Bill"),
                self.env._("Vendor Bill"),
            ),
            "vendor_in_refund": (
                self.env._("Vendor Credit Note"),
                self.env._("Draft Vendor Credit Note"),
                self.env._("Cancelled Vendor Credit Note"),
                self.env._("Vendor Credit Note"),
            ),
            "receipt": (
                self.env._("Receipt"),
                self.env._("Draft Receipt"),
                self.env._("Cancelled Receipt"),
                self.env._("Proforma Receipt"),
            ),
        }
        return {kind: dict(zip(states, texts, strict=True)) for kind, texts in words.items()}

    def _facts(self, lines):
        move = self._move
        facts = [
            (self.env._("Date of Issue"), self._day(move.invoice_date)),
            (self.env._("Due Date"), "" if self._is_credit else self._day(move.invoice_date_due)),
            (self.env._("Period of Service"), self._period()),
            (self.env._("Delivery Date"), self._day(move.delivery_date)),
            (self.env._("Operation"), self._category(lines)),
            (self.env._("Corrects"), self._corrected()),
            (self.env._("Contract"), self._names(move.cn285_contract_ids.mapped("name"))),
            (self.env._("Your Reference"), self._names(self._references())),
            (self._number_label(), move.partner_id.ref or ""),
            (self.env._("Source"), self._source()),
        ]
        return [(label, value) for label, value in facts if value]

    def _number_label(self):
        if self._move.is_purchase_document(include_receipts=True):
            return self.env._("Supplier Number")
        return self.env._("Customer Number")

    def _day(self, day):
        return format_date(self.env, day) if day else ""

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
        words = {
            "services": self.env._("Supply of services"),
            "goods": self.env._("Supply of goods"),
            "mixed": self.env._("Supply of goods and of services"),
        }
        category = lines.category()
        return words[category.value] if category else ""

    def _corrected(self):
        """The invoices that this one corrects, each with its date."""
        origins = self._move._cn285_corrected().filtered(lambda origin: origin.state == "posted")
        return ", ".join(
            self.env._(
                "%(number)s of %(date)s", number=origin.name, date=self._day(origin.invoice_date)
            )
            for origin in origins.sorted(lambda origin: (origin.invoice_date, origin.id))
        )

    def _references(self):
        move, ref = self._move, self._move.ref or ""
        # Odoo writes there what a credit note reverses, which stands above as what it corrects.
        known = [origin.name for origin in move._cn285_corrected() if origin.name]
        return [
            "" if any(number in ref for number in known) else ref,
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
            return self.env._("%(names)s and %(count)s others", names=shown, count=others)
        return shown

    # --- below the totals ----------------------------------------------------------------

    def _notes(self):
        move = self._move
        mentions = InvoiceMentions(move)
        notes = [
            Notes(mentions.about_tax()),
            self._payment(),
            Notes([*self._terms(), *mentions.about_payment()]),
            Notes([*self._plain(move.fiscal_position_id.note), *self._narration()]),
        ]
        return [*(note for note in notes if note.paragraphs), *self._explanations()]

    def _payment(self):
        """Where to pay what remains, with which reference, and a code that asks the bank to."""
        move, heading = self._move, self.env._("Payment")
        if self._is_credit or move.state == "cancel" or not move.amount_residual:
            return Notes([])
        told = move._cn285_payment_notes()
        if told:
            # Who is debited is not asked to pay besides.
            return Notes(told, heading, boxed=True)
        return Notes(
            self._account(),
            heading,
            boxed=True,
            code=move._cn285_epc_code(),
            code_label=self.env._("Pay with your bank's application"),
        )

    def _account(self):
        """The account to pay to, and the reference."""
        move = self._move
        bank = move.partner_bank_id
        parts = []
        if bank:
            number = bank.acc_number or ""
            if bank.acc_type == "iban":
                plain = number.replace(" ", "")
                number = " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))
            account = [bank.bank_name or "", self.env._("Account: %s", number)]
            if bank.bank_bic:
                account.append(self.env._("BIC: %s", bank.bank_bic))
            parts.append(" · ".join(filter(None, account)))
        if move.payment_reference:
            parts.append(self.env._("Reference of the payment: %s", move.payment_reference))
        return parts

    def _terms(self):
        """The terms of payment in the seller's own words, and what is due when."""
        move = self._move
        terms = move.invoice_payment_term_id
        if self._is_credit:
            return []
        texts = self._terms_note()
        if terms.display_on_invoice and move.show_payment_term_details:
            details = move.payment_term_details or []
            if len(details) > 1:
                texts += [self._instalment(*each) for each in enumerate(details, start=1)]
            if move._is_eligible_for_early_payment_discount(move.currency_id, move.invoice_date):
                texts.append(self._early_discount())
        return texts

    def _terms_note(self):
        """The terms' own words; those that Odoo brings in English only, by the terms' name.

        Odoo stores these notes in a shape that it does not find in its translations.
        """
        terms = self._payment_term()
        english = terms.with_context(lang="en_US")
        note = self._plain(terms.note)
        if note == [f"Payment terms: {english.name}"] and terms.name != english.name:
            return [self.env._("Payment terms: %s", terms.name)]
        return note

    def _payment_term(self):
        return self._move.invoice_payment_term_id

    def _instalment(self, number, detail):
        amount = self._move.currency_id.format(detail["amount"])
        return self.env._(
            "%(number)s. %(amount)s due on %(date)s",
            number=number,
            amount=amount,
            date=detail["date"],
        )

    def _early_discount(self):
        move, terms = self._move, self._move.invoice_payment_term_id
        amount = terms._get_amount_due_after_discount(move.amount_total, move.amount_tax)
        return self.env._(
            "%(amount)s due if paid before %(date)s",
            amount=move.currency_id.format(amount),
            date=terms._get_last_discount_date_formatted(move.invoice_date),
        )

    def _narration(self):
        """The document's own remarks, without what it corrects: that stands above the lines."""
        move = self._move
        above = move._cn285_origin_text(move.cn285_origin_ids) if move.cn285_origin_ids else ""
        return [text for text in self._plain(move.narration) if text != above]

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
                    steps = [*steps[:MOST_STEPS], self.env._("… and further steps")]
                title = (line.name or "").splitlines()[:1]
                notes.append((title[0] if title else "", steps))
        if not any(steps for _title, steps in notes):
            return []
        head = self.env._("How the amounts came about")
        return [Notes([], head), *(Notes(steps, title) for title, steps in notes if steps)]
