import base64
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.cn285_import.engine.table import TableError
from odoo.addons.cn285_import.engine.written import Style, WrittenError, read_number, style_of
from odoo.addons.cn285_import.engine.xlsx import read_any, write_workbook
from odoo.addons.cn285_import.models.external_ids import ExternalIds
from odoo.addons.cn285_import.models.import_loader import NAMESPACE
from odoo.addons.cn285_import.models.messages import describe
from odoo.addons.cn285_import.models.references import References
from odoo.exceptions import UserError
from odoo.tools import format_date, split_every

from ..engine.comparing import Due, compare
from ..models.bounds import PRICE
from ..models.clock import imagined_day
from ..models.common import as_decimal
from ..models.importing.import_kinds import NAMED_BY

# Contracts whose bills are imagined, and undone, together.
CHUNK = 500


class _Compared(Exception):
    """Leaves the savepoint in which the month was billed, so that nothing of it stays."""


class TakeOverCompare(models.TransientModel):
    """Compares a month that would be billed here with what another system has billed for it.

    What is billed is undone. Those that agree are released from their billing hold by one button.
    """

    _name = "cn285.take.over.compare"
    _inherit = ["cn285.links.read", "cn285.bounded"]
    _description = "Compare with Another System"

    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: self.env.company._cn285_today().replace(day=1),
        help="First invoice date that is compared.",
    )
    date_until = fields.Date(
        string="Until",
        required=True,
        default=lambda self: self._end_of_month(),
        help="Last invoice date that is compared.",
    )
    file = fields.Binary(
        string="Invoices of the Other System",
        attachment=False,
        help="A CSV file or workbook with the columns contract (its number, reference or import "
        "id) and amount (excluding tax). Several lines of a contract are added up.",
    )
    file_name = fields.Char()
    decimal = fields.Selection(
        [(",", "A Comma (1,5)"), (".", "A Point (1.5)")],
        string="Decimals Behind",
        help="How the numbers of a CSV file are written. Left empty, as the file shows.",
    )
    tolerance = fields.Float(
        digits=(16, 2), help="Differences of a contract up to this count as agreement."
    )
    state = fields.Selection(
        [("draft", "File"), ("done", "Result")], default="draft", required=True, readonly=True
    )
    summary = fields.Text(readonly=True)
    result = fields.Binary(string="Contract by Contract", readonly=True, attachment=False)
    result_name = fields.Char(default="comparison.xlsx", readonly=True)
    agreeing_ids = fields.Many2many(
        "cn285.contract", string="Agreeing Contracts on Hold", readonly=True
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "tolerance": PRICE}

    @api.model
    def _end_of_month(self):
        first = self.env.company._cn285_today().replace(day=1)
        return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    def action_compare(self):
        """Bill the days in a savepoint, compare, and show the result.

        :raises UserError: where the file cannot be read, naming the line
        """
        self.ensure_one()
        there = self._read_file()
        held = self.env["cn285.contract"].search(
            [("company_id", "=", self.env.company.id), ("billing_hold", "=", True)]
        )
        contracts = (self.env["cn285.contract"].union(*there) | held).sorted("id")
        rows, agreeing, sums = [], [], defaultdict(Decimal)
        for ids in split_every(CHUNK, contracts.ids):
            part = self.env["cn285.contract"].browse(ids)
            billed = self._imagined_bills(part)
            for contract in part:
                verdict, row = self._compare_contract(contract, there, billed[contract.id])
                rows.append(row)
                sums["there"] += there.get(contract, Decimal(0))
                sums["difference"] += verdict.difference
                if verdict.code == "agrees":
                    agreeing.append(contract)
        self._inside_write(rows, agreeing, sums)
        return self._reopen()

    def action_release(self):
        """Release the contracts that agree from their billing hold."""
        self.ensure_one()
        self.agreeing_ids.action_release_billing()
        self.agreeing_ids = [fields.Command.clear()]
        return self._reopen()

    # === WHAT WAS BILLED THERE === #

    def _read_file(self):
        """What the file says, as ``{contract: Decimal}``."""
        if not self.file:
            raise UserError(self.env._("Choose the file of the other system's invoices."))
        name = self.file_name or "invoices.csv"
        try:
            table = read_any(name, base64.b64decode(self.file))[0][1]
        except TableError as error:
            reason = f"{name}: {describe(self.env, error)}"
            raise UserError(reason) from error
        names = {header.lower(): header for header in table.header}
        missing = [column for column in ("contract", "amount") if column not in names]
        if missing:
            raise UserError(
                self.env._("%(file)s has no column “%(column)s”.", file=name, column=missing[0])
            )
        cells = [
            (row.line, *(row.cells[names[n]] for n in ("contract", "amount"))) for row in table.rows
        ]
        style = style_of(
            (amount for *_row, amount in cells), Style(self.decimal, certain=bool(self.decimal))
        )
        references = References(self.env, ExternalIds(self.env, NAMESPACE), NAMED_BY)
        references.prepare("cn285.contract", {contract for _line, contract, _amount in cells})
        there = defaultdict(Decimal)
        for line, text, amount in cells:
            found = references.get("cn285.contract", text)
            if not isinstance(found, int):
                raise UserError(
                    self.env._(
                        "%(file)s, line %(line)s: there is no contract “%(text)s”, or several.",
                        file=name,
                        line=line,
                        text=text,
                    )
                )
            try:
                there[self.env["cn285.contract"].browse(found)] += read_number(amount, style)
            except WrittenError as error:
                raise UserError(
                    self.env._(
                        "%(file)s, line %(line)s: “%(text)s” is not a number, or may be read in "
                        "two ways: say what decimals stand behind.",
                        file=name,
                        line=line,
                        text=error.text,
                    )
                ) from error
        return dict(there)

    # === WHAT WOULD BE BILLED HERE === #

    def _imagined_bills(self, contracts):
        """What the contracts would be billed: ``{contract id: (list of Due, total, problem)}``."""
        result = {contract.id: ([], Decimal(0), None) for contract in contracts}
        try:
            with self.env.cr.savepoint(), imagined_day(self.date_until):
                silent = contracts.with_context(tracking_disable=True, mail_notrack=True)
                result |= silent.env[self._name].browse(self.id)._bill_all(silent)
                raise _Compared
        except _Compared:
            self.env.invalidate_all()
        return result

    def _bill_all(self, contracts):
        contracts._write_inside({"billing_hold": False})
        run = self.env["cn285.billing.run"].create(
            {
                "name": "compare",
                "date": self.date_until,
                "post": False,
                "contract_ids": [fields.Command.set(contracts.ids)],
            }
        )
        run._prepare_due_rows()
        for batch in run._batches():
            run._run_batch(batch)
        self.env.flush_all()
        problems = {issue.contract_id.id: issue.reason for issue in run.issue_ids}
        rows = self.env["cn285.billing.schedule"].search([("run_id", "=", run.id)])
        result = {}
        for contract, own in rows.grouped("contract_id").items():
            due = [
                Due(row.display_name, as_decimal(row.amount), row.billing_date < self.date_from)
                for row in own
            ]
            lines = own.move_line_id
            total = sum((as_decimal(self._with_tax(line)) for line in lines), start=Decimal(0))
            result[contract.id] = due, total, problems.pop(contract.id, None)
        return result | {key: ([], Decimal(0), reason) for key, reason in problems.items()}

    @api.model
    def _with_tax(self, line):
        return -line.price_total if line.move_id.move_type == "out_refund" else line.price_total

    # === THE RESULT === #

    def _compare_contract(self, contract, there, billed):
        due, total, problem = billed
        verdict = compare(there.get(contract), due, total, as_decimal(self.tolerance))
        here = sum((one.amount for one in due), start=Decimal(0))
        return verdict, [
            contract.name,
            contract.client_ref or "",
            contract.partner_id.display_name,
            there.get(contract, Decimal(0)),
            here,
            verdict.difference,
            problem or self._words(verdict),
            "; ".join(f"{one.text}: {one.amount}" for one in due),
        ]

    def _words(self, verdict):
        env = self.env
        texts = ", ".join(verdict.texts)
        return {
            "agrees": env._("agrees"),
            "nothing_here": env._("nothing is due here in these days"),
            "nothing_there": env._("the file says nothing of it"),
            "cents": env._("rounding"),
            "with_tax": env._("the file's amount includes tax"),
            "late": env._("due here since before: %s", texts),
            "row": env._("here also: %s", texts),
            "other": env._("price, quantity, discount or days differ"),
        }[verdict.code]

    def _inside_write(self, rows, agreeing, sums):
        header = [
            self.env._("Contract"),
            self.env._("Customer Reference"),
            self.env._("Customer"),
            self.env._("There"),
            self.env._("Here"),
            self.env._("Difference"),
            self.env._("Reason"),
            self.env._("Rows"),
        ]
        rows.sort(key=lambda row: (-abs(row[5]), row[0]))
        book = write_workbook([(self.env._("Comparison"), header, rows)])
        money = self.env.company.currency_id.format
        summary = self.env._(
            "%(agree)s of %(all)s contracts agree for %(start)s to %(end)s. Billed there "
            "%(there)s, here %(difference)s more.",
            agree=len(agreeing),
            all=len(rows),
            start=format_date(self.env, self.date_from),
            end=format_date(self.env, self.date_until),
            there=money(float(sums["there"])),
            difference=money(float(sums["difference"])),
        )
        held = [contract.id for contract in agreeing if contract.billing_hold]
        self.write(
            {
                "state": "done",
                "summary": summary,
                "result": base64.b64encode(book),
                "agreeing_ids": [fields.Command.set(held)],
            }
        )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare with Another System"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
