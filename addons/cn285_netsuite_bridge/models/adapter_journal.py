from decimal import Decimal

from odoo import models
from odoo.addons.cn285_bridge.engine.steps import Later, Prepared, Refused, Skipped
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ..engine import journal as journals
from ..engine.raw import to_json
from ..engine.records import Record, Ref

PARTNER_ACCOUNTS = ("asset_receivable", "liability_payable")


class NetsuiteJournal(models.AbstractModel):
    """Entries of chosen journals: the sales journal, revenue recognition, any other.

    Amounts go in the company's currency. An accrual and its later reversal are one entry there,
    with a reversal date; NetSuite makes the second one itself.
    """

    _name = "cn285.netsuite.journal"
    _description = "NetSuite Journal Entries"
    _inherit = ["cn285.netsuite.adapter"]

    _bridge_model = "account.move"
    _bridge_sequence = 50
    _bridge_directions = ("out",)
    _netsuite_types = ("journalEntry",)

    # ------------------------------------------------------------------ which ones

    def _concerned(self, kind, records):
        """Entries of the chosen journals; a reversal concerns the entry that it takes back."""
        chosen = kind.backend_id.netsuite_journal_ids
        records = records.filtered(
            lambda move: (
                move.journal_id in chosen
                and move.company_id == kind.company_id
                and not move.cn285_netsuite_cleared_id
            )
        )
        taken_back = records.filtered(lambda move: move.state != "posted")
        bound = self.env["cn285.bridge.binding"]._of(kind, taken_back.ids)
        records = records.filtered(lambda move: move.state == "posted" or move.id in bound)
        covered = records.filtered(lambda move: self._covered(move, chosen))
        return (records - covered) | covered.reversed_entry_id

    def _all_here(self, kind):
        moves = self.env["account.move"].search(
            [
                ("journal_id", "in", kind.backend_id.netsuite_journal_ids.ids),
                ("state", "=", "posted"),
            ]
        )
        return self._concerned(kind, moves)

    def _covered(self, move, chosen):
        """Whether an entry is the whole, later reversal of another of the chosen journals."""
        origin = move.reversed_entry_id
        return bool(
            origin
            and move.move_type == "entry"
            and origin.journal_id in chosen
            and origin.state == move.state == "posted"
            and move.date > origin.date
            and len(origin.reversal_move_ids) == 1
            and self._opposite(origin, move)
        )

    @staticmethod
    def _opposite(one, other):
        """Whether two entries cancel each other account by account."""
        balances = {}
        for line in one.line_ids | other.line_ids:
            balances[line.account_id] = balances.get(line.account_id, 0.0) + line.balance
        return not any(
            float_compare(balance, 0.0, one.company_currency_id.decimal_places)
            for balance in balances.values()
        )

    # ------------------------------------------------------------------ out

    def _prepare(self, kind, records, bindings):
        book = self._book(kind)
        chosen = kind.backend_id.netsuite_journal_ids
        kinds = {found.code: found for found in kind.backend_id.kind_ids}
        partners = records.line_ids.partner_id.commercial_partner_id
        customers = self.env["cn285.bridge.binding"]._of(kinds["customer"], partners.ids)
        steps = []
        for move in records:
            if move.state != "posted":
                known = bindings[move.id].external_id
                skipped = Skipped(move.id, self.env._("Not posted (any more)."))
                steps.append(Prepared(move.id, {}, delete=True) if known else skipped)
                continue
            missing = self._missing_customers(kinds["customer"], move, customers)
            if missing:
                reason = self.env._("Customer %s has to go first.", missing[0].display_name)
                needs = (("customer", tuple(missing.ids)),)
                steps.append(Later(move.id, reason, needs))
                continue
            try:
                payload = self._payload(kind, book, move, customers, chosen)
            except UserError as error:
                steps.append(Refused(move.id, str(error)))
                continue
            values = to_json(Record("", payload))["values"]
            steps.append(Prepared(move.id, values, payload))
        return steps

    def _missing_customers(self, customer_kind, move, customers):
        """Customers of receivable lines that NetSuite does not have yet, where they are sent."""
        if not customer_kind._sends():
            return self.env["res.partner"]
        lines = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        partners = lines.partner_id.commercial_partner_id
        return partners.filtered(
            lambda partner: not (partner.id in customers and customers[partner.id].external_id)
        )

    def _payload(self, kind, book, move, customers, chosen):
        reversal = move.reversal_move_ids
        covered = len(reversal) == 1 and self._covered(reversal, chosen)
        cent = Decimal(1).scaleb(-move.company_currency_id.decimal_places)
        lines = []
        for line in move.line_ids.filtered(lambda found: found.account_id):
            partner = line.partner_id.commercial_partner_id
            binding = customers.get(partner.id)
            entity = None
            if binding and line.account_id.account_type in PARTNER_ACCOUNTS:
                entity = Ref(binding._netsuite_key())
            lines.append(
                journals.EntryLine(
                    account=book.there("account", line.account_id),
                    balance=Decimal(repr(line.balance)).quantize(cent),
                    text=line.name or "",
                    entity=entity,
                )
            )
        try:
            return journals.entry_values(
                journals.Entry(
                    day=move.date,
                    subsidiary=book.there("company", move.company_id),
                    currency=book.there("currency", move.company_currency_id),
                    lines=tuple(lines),
                    number=move.name if kind.backend_id.netsuite_send_numbers else "",
                    memo=move.ref or move.name,
                    reversal=reversal.date if covered else None,
                )
            )
        except journals.Unbalanced as error:
            raise UserError(
                self.env._(
                    "%(name)s does not balance: debit and credit differ by %(amount)s.",
                    name=move.name,
                    amount=f"{error.difference:f}",
                )
            ) from error
