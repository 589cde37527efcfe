from collections import defaultdict
from decimal import Decimal
from uuid import uuid4

from odoo import models
from odoo.addons.cn285_bridge.engine.steps import Later, Prepared, Refused, Skipped
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine import document as documents
from ..engine.raw import to_json
from ..engine.records import Record, Ref


class NetsuiteDocument(models.AbstractModel):
    """What invoices and credit memos have in common: from a posted move to NetSuite's values.

    A batch reads mappings, bindings and lines once each, so that a hundred invoices cost hardly
    more queries than one.
    """

    _name = "cn285.netsuite.document"
    _description = "NetSuite Documents"
    _inherit = ["cn285.netsuite.adapter"]

    _bridge_model = "account.move"
    _bridge_directions = ("out",)
    _netsuite_move_type = None

    # ------------------------------------------------------------------ which ones

    def _concerned(self, kind, records):
        """Posted documents of this type, and those that were taken back after they had gone.

        Those of a journal that goes as journal entries do not go as documents.
        """
        journals = kind.backend_id.netsuite_journal_ids
        records = records.filtered(
            lambda move: (
                move.move_type == self._netsuite_move_type
                and move.company_id == kind.company_id
                and move.journal_id not in journals
            )
        )
        taken_back = records.filtered(lambda move: move.state != "posted")
        bound = self.env["cn285.bridge.binding"]._of(kind, taken_back.ids)
        return records.filtered(lambda move: move.state == "posted" or move.id in bound)

    def _all_here(self, kind):
        moves = self.env["account.move"].search(
            [
                ("move_type", "=", self._netsuite_move_type),
                ("state", "=", "posted"),
                ("company_id", "=", kind.company_id.id),
            ]
        )
        return self._concerned(kind, moves)

    # ------------------------------------------------------------------ out

    def _prepare(self, kind, records, bindings):
        batch = _Batch(self, kind, records)
        return [batch.step(move, bindings[move.id]) for move in records]

    def _payload(self, document, custom):
        """NetSuite's values of a document."""
        return documents.invoice_values(document, custom)

    def _document(self, batch, move):
        """The Document of a move; kinds add what is theirs.

        :raise UserError: what is missing, and what to do about it
        """
        return {
            "entity": batch.customer(move),
            "day": move.invoice_date,
            "currency": batch.book.there("currency", move.currency_id),
            "lines": tuple(batch.lines(move)),
            "number": move.name if batch.backend.netsuite_send_numbers else "",
            "memo": move.ref or move.payment_reference or "",
            "reference": move.name,
            "pdf": batch.pdf_link(move),
        }


class _Batch:
    """The moves of one call, with everything that they refer to read at once."""

    def __init__(self, adapter, kind, moves):
        self.adapter = adapter
        self.env = adapter.env
        self.kind = kind
        self.backend = kind.backend_id
        self.book = adapter._book(kind)
        kinds = {found.code: found for found in self.backend.kind_ids}
        self.customers = kinds["customer"]
        bindings = self.env["cn285.bridge.binding"]
        lines = moves.invoice_line_ids
        partners = moves.commercial_partner_id
        self.partner_bindings = bindings._of(self.customers, partners.ids)
        self.item_bindings = bindings._of(kinds["item"], lines.product_id.ids)
        self.invoice_bindings = {}
        # sudo: the address of this server, which is no secret.
        self.base_url = self.env["ir.config_parameter"].sudo().get_param("web.base.url")
        self.periods = self._periods(lines)
        lines.tax_ids.fetch(["name"])
        self._give_tokens(moves)

    def _periods(self, lines):
        """{invoice line id: (first day, last day)} of what the contracts' schedule billed."""
        groups = self.env["cn285.billing.schedule"]._read_group(
            [("move_line_id", "in", lines.ids)],
            ["move_line_id"],
            ["period_start:min", "period_end:max"],
        )
        return {line.id: (start, end) for line, start, end in groups}

    def _give_tokens(self, moves):
        """Give all the moves the token of their portal link at once.

        By SQL: the ORM checks each move's balance when anything of it is written.
        """
        missing = moves.filtered(lambda move: not move.access_token)
        if not missing:
            return
        missing.flush_recordset(["access_token"])
        self.env.cr.execute(
            SQL(
                "UPDATE account_move move SET access_token = given.token"
                " FROM (VALUES %s) given(id, token) WHERE move.id = given.id",
                SQL(", ").join(SQL("(%s, %s)", move.id, str(uuid4())) for move in missing),
            )
        )
        missing.invalidate_recordset(["access_token"])

    def step(self, move, binding):
        """What happens to one move."""
        if move.state != "posted":
            if binding.external_id:
                return Prepared(move.id, {}, delete=True)
            return Skipped(move.id, self.env._("Not posted (any more)."))
        partner = move.commercial_partner_id
        known = self.partner_bindings.get(partner.id)
        if self.customers.direction == "off" and not known:
            return Refused(
                move.id,
                self.env._(
                    "Customer %s is not linked to NetSuite. Switch customers on in the bridge, or"
                    " enter the link under Bindings.",
                    partner.display_name,
                ),
            )
        if not known or not known.external_id:
            return self._customer_first(move, partner, known)
        try:
            document = documents.Document(**self.adapter._document(self, move))
        except UserError as error:
            return Refused(move.id, str(error))
        payload = self.adapter._payload(document, self.backend._netsuite_custom_fields())
        values = to_json(Record("", payload))["values"]
        return Prepared(move.id, values, payload)

    def _customer_first(self, move, partner, binding):
        reason = self.env._("Customer %s has to go first.", partner.display_name)
        if binding and binding.state == "parked":
            reason = self.env._(
                "Customer %(name)s is parked: %(reason)s",
                name=partner.display_name,
                reason=binding.reason,
            )
        return Later(move.id, reason, (("customer", (partner.id,)),))

    # ------------------------------------------------------------------ parts

    def customer(self, move):
        return Ref(self.partner_bindings[move.commercial_partner_id.id]._netsuite_key())

    def pdf_link(self, move):
        """Where the customer's PDF is, for whoever has the link."""
        path = move.get_portal_url(report_type="pdf", download=True)
        return f"{self.base_url}{path}"

    def lines(self, move):
        """The lines with amounts; sections and notes do not go.

        Each line's tax is its share of the document's tax of that code, so that the document's
        total there is to the cent the total here, however the tax was rounded.
        """
        lines = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        if not lines:
            raise UserError(self.env._("The document has no line with an amount."))
        taxes = self._taxes(move, lines)
        currency = move.currency_id
        for line in lines:
            start, end = self.periods.get(line.id, (None, None))
            yield documents.Line(
                item=self._item(line),
                text=line.name or "",
                quantity=_decimal(line.quantity, "0.000001"),
                amount=_amount(line.price_subtotal, currency),
                tax_code=self._tax_code(line),
                tax=taxes[line.id],
                start=start,
                end=end,
            )

    def _item(self, line):
        found = self.item_bindings.get(line.product_id.id)
        if found and found.external_id:
            return Ref(found.external_id)
        if self.backend.netsuite_default_item:
            return Ref(self.backend.netsuite_default_item)
        raise UserError(
            self.env._(
                "%(line)s: its product is no item of NetSuite. Make the item there with reference"
                " %(code)s, or choose an item for other lines in the bridge.",
                line=line.name or "",
                code=line.product_id.default_code or "?",
            )
        )

    def _tax_code(self, line):
        taxes = line.tax_ids
        if len(taxes) != 1:
            raise UserError(
                self.env._(
                    "%(line)s has %(count)s taxes, NetSuite takes one tax code a line. Give it one"
                    " tax; for no tax, a tax of 0 %%.",
                    line=line.name or "",
                    count=len(taxes),
                )
            )
        return self.book.there("tax", taxes)

    def _taxes(self, move, lines):
        """{line id: tax} in the document's currency."""
        sign = -1 if move.move_type == "out_invoice" else 1
        totals = defaultdict(Decimal)
        for line in move.line_ids:
            if line.display_type == "tax":
                amount = _amount(sign * line.amount_currency, move.currency_id)
                totals[line.group_tax_id or line.tax_line_id] += amount
        shares = {}
        cent = Decimal(1).scaleb(-move.currency_id.decimal_places)
        for tax, group in lines.grouped("tax_ids").items():
            bases = [_amount(line.price_subtotal, move.currency_id) for line in group]
            total = totals.pop(tax, Decimal(0)) if len(tax) == 1 else Decimal(0)
            shares.update(zip(group.ids, documents.share_tax(total, bases, cent), strict=True))
        return shares


def _amount(value, currency):
    return _decimal(value, f"{Decimal(1).scaleb(-currency.decimal_places):f}")


def _decimal(value, step):
    return Decimal(repr(value)).quantize(Decimal(step))


class NetsuiteInvoice(models.AbstractModel):
    """Invoices go; what NetSuite collects comes back."""

    _name = "cn285.netsuite.invoice"
    _description = "NetSuite Invoices"
    _inherit = ["cn285.netsuite.payment.status", "cn285.netsuite.document"]

    _bridge_sequence = 30
    _bridge_reads_back = True
    _netsuite_search = "invoice"
    _netsuite_types = ("invoice",)
    _netsuite_move_type = "out_invoice"

    def _document(self, batch, move):
        values = super()._document(batch, move)
        term = move.invoice_payment_term_id
        if term:
            values["terms"] = batch.book.there("term", term)
        values["due"] = move.invoice_date_due
        return values


class NetsuiteCreditMemo(models.AbstractModel):
    """Credit notes go after the invoices that they pay."""

    _name = "cn285.netsuite.credit_memo"
    _description = "NetSuite Credit Memos"
    _inherit = ["cn285.netsuite.payment.status", "cn285.netsuite.document"]

    _bridge_sequence = 40
    _bridge_reads_back = True
    _netsuite_search = "creditMemo"
    _netsuite_types = ("creditMemo",)
    _netsuite_move_type = "out_refund"

    def _document(self, batch, move):
        values = super()._document(batch, move)
        values["applied"] = tuple(self._applied(batch, move))
        return values

    def _applied(self, batch, move):
        """The invoices that this credit note pays here, as far as NetSuite has them."""
        invoices = batch.backend.kind_ids.filtered(lambda found: found.code == "invoice")
        for partial in move._get_all_reconciled_invoice_partials():
            other = partial["aml"].move_id
            if other.move_type != "out_invoice":
                continue
            found = self.env["cn285.bridge.binding"]._of(invoices, other.ids).get(other.id)
            if found and found.external_id:
                yield documents.Applied(
                    found.external_id, _amount(partial["amount"], move.currency_id)
                )

    def _payload(self, document, custom):
        return documents.credit_values(document, custom)
