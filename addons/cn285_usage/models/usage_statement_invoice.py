from decimal import Decimal

import pytz
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal, in_users_language
from odoo.tools import SQL, format_date

from ..engine.statement import spread
from .usage_measure import next_day, utc

# Invoices whose statements one job makes.
STATEMENT_CHUNK = 20


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _send_invoices(self, moves):
        """Statements are made before the mails leave, in jobs of their own."""
        # A mail that takes its statement along makes it itself.
        wanted = moves.filtered(
            lambda move: (
                move.cn285_contract_ids.statement_layout_id
                and move.cn285_schedule_ids.rating_ids
                and not (move._is_mailed_by_run() and move._mailed_statement_formats())
            )
        )
        for start in range(0, len(wanted), STATEMENT_CHUNK):
            chunk = wanted[start : start + STATEMENT_CHUNK]
            self.with_delay(
                channel="root.billing",
                priority=12,
                description=self.env._("%(run)s: usage statements", run=self.name),
            )._job_make_statements(chunk.ids)
        return super()._send_invoices(moves)

    def _job_make_statements(self, move_ids):
        """Job: attach the usage statements of these invoices, once."""
        self = in_users_language(self)
        for move in self.env["account.move"].browse(move_ids).exists():
            move._make_usage_statements()
        return self.env._("%s invoices", len(move_ids))


class AccountMove(models.Model):
    _inherit = "account.move"

    cn285_statement_ids = fields.Many2many(
        "ir.attachment",
        "cn285_usage_statement_rel",
        "move_id",
        "attachment_id",
        string="Usage Statements",
        copy=False,
        readonly=True,
    )

    cn285_statement_missing = fields.Boolean(compute="_compute_cn285_statement_missing")

    @api.depends("state", "cn285_schedule_ids", "cn285_statement_ids")
    def _compute_cn285_statement_missing(self):
        """Whether a statement can be made: the contract has a layout, the invoice has usage."""
        for move in self:
            move.cn285_statement_missing = bool(
                move.state == "posted"
                and not move.cn285_statement_ids
                and move.cn285_schedule_ids.rating_ids
                and move.cn285_contract_ids.statement_layout_id
            )

    def action_make_usage_statements(self):
        """Button: attach the usage statements that are missing."""
        self.check_access("write")
        for move in self.filtered("cn285_statement_missing"):
            move._make_usage_statements()

    def _portal_statements(self):
        """The statement's files for the portal's visitor, who may see this invoice, with tokens."""
        # sudo: who may see the invoice may see what explains it; the files are this invoice's.
        files = self.sudo().cn285_statement_ids
        files.generate_access_token()
        return files

    def _make_usage_statements(self):
        """Attach a statement for each layout of the invoice's contracts; those there are kept.

        The sums of a statement equal the amounts that were rated: a difference raises, and nothing
        is attached.
        """
        self.ensure_one()
        if self.cn285_statement_ids:
            return self.cn285_statement_ids
        # Two who want it at once: one makes it.
        self.lock_for_update(allow_referencing=True)
        statements = self.env["cn285.usage.statement"]
        # What a credit note gives back, its lines and its statement count as positive.
        sign = -1 if self.move_type == "out_refund" else 1
        rows = self.cn285_schedule_ids.filtered("rating_ids")
        for layout, members in rows.grouped(
            lambda row: row.contract_id.statement_layout_id
        ).items():
            if not layout:
                continue
            ratings = members.rating_ids
            header = statements._header(
                layout,
                self.company_id,
                self.partner_id,
                self._statement_facts(members),
                self.currency_id,
            )
            rated = {rating.id: sign * as_decimal(rating.amount) for rating in ratings}
            files = statements._render(
                layout,
                header,
                [_signed(row, sign) for row in ratings._all_statement_rows()],
                formats=members.contract_id._statement_formats(),
                rated=sum(rated.values(), start=Decimal(0)),
                rated_lines=rated,
            )
            name = self.env._("Usage %(invoice)s", invoice=self.name)
            if len(rows.contract_id.statement_layout_id) > 1:
                name = f"{name} {layout.name}"
            self.cn285_statement_ids += self.env["ir.attachment"].create(
                statements._attachment_vals(self, name, files)
            )
        return self.cn285_statement_ids

    def _statement_facts(self, rows):
        """Pairs of label and text in the customer's language, for the head of a statement."""
        language = self.env["cn285.usage.statement"]._language(self.partner_id)
        env = self.with_context(lang=language.code).env
        first, last = min(rows.mapped("period_start")), max(rows.mapped("period_end"))
        return [
            (env._("Invoice"), self.name),
            (env._("Contract"), ", ".join(rows.contract_id.mapped("name"))),
            (
                env._("Period"),
                env._(
                    "%(start)s to %(end)s",
                    start=format_date(env, first, language.code),
                    end=format_date(env, last, language.code),
                ),
            ),
        ]


class UsageRating(models.Model):
    _inherit = "cn285.usage.rating"

    def _all_statement_rows(self):
        """Rows of a statement of these ratings, in their order."""
        seen = self._seen_before()
        return [row for rating in self for row in rating._statement_rows(seen[rating.id])]

    def _statement_rows(self, seen):
        """Rows of a statement: the events this rating has seen first, each with its share of the
        amount; what no event explains (a minimum, a flat fee) is a row of its own.
        """
        self.ensure_one()
        amount, unit = as_decimal(self.amount), as_decimal(self.currency_id.rounding)
        rows = [self._statement_row(*event) for event in self._events(seen)]
        total = sum((row["quantity"] for row in rows), start=Decimal(0))
        if total:
            parts = spread(amount, [row["quantity"] for row in rows], total, unit)
            for row, part in zip(rows, parts, strict=True):
                row["amount"] = part
        elif amount:
            rows.append({**self._statement_base(), "amount": amount})
        return rows

    def _statement_base(self):
        item, metric = self.item_id, self.calculator_id.metric_id
        return {
            "occurred_at": False,
            "item": item.name,
            "metric": metric.name or self.calculator_id.name,
            "label": self.calculator_id.name,
            "unit": metric.unit or "",
            "beneficiary": (item.beneficiary_id or item.contract_id.partner_id).display_name,
            "quantity": Decimal(0),
            "amount": Decimal(0),
            "properties": {},
            "line": self.id,
        }

    def _statement_row(self, occurred_at, ended_at, quantity, source, number, properties, name):
        zone = pytz.timezone(self.company_id.cn285_tz or "UTC")
        base = self._statement_base()
        return {
            **base,
            "occurred_at": _local(occurred_at, zone),
            "ended_at": _local(ended_at, zone),
            "quantity": Decimal(quantity),
            "source": source,
            "transaction_id": number,
            "properties": properties or {},
            "beneficiary": name or base["beneficiary"],
        }

    def _events(self, seen):
        """Events that this rating has seen and no earlier one of its period, in order of time.

        :param seen: the number, in order of arrival, up to which earlier ratings have seen them
        """
        row = self.schedule_id
        zone = pytz.timezone(self.company_id.cn285_tz or "UTC")
        metrics = self.calculator_id._metrics()
        beneficiary = SQL()
        if self.beneficiary_id:
            beneficiary = SQL(
                "AND coalesce(e.beneficiary_id, %s) = %s",
                row._default_beneficiary().id,
                self.beneficiary_id.id,
            )
        return self.env.execute_query(
            SQL(
                """SELECT e.occurred_at, e.ended_at, e.quantity::text, e.source, e.transaction_id,
                          e.properties, p.complete_name
                     FROM cn285_usage_event e
                LEFT JOIN res_partner p ON p.id = e.beneficiary_id
                    WHERE (%s) AND e.metric_id = ANY(%s) AND e.state != 'parked'
                      AND e.seq > %s AND e.seq <= %s
                      AND e.occurred_at >= %s AND e.occurred_at < %s %s
                 ORDER BY e.occurred_at, e.seq""",
                self._events_condition(metrics, zone),
                metrics.ids,
                seen,
                self.last_seq,
                utc(row.period_start, zone),
                utc(next_day(row.period_end), zone),
                beneficiary,
            )
        )

    def _events_condition(self, metrics, zone):
        """Whose events are meant: the item's, and those of the contract that are its."""
        row = self.schedule_id
        claims = row.contract_id._usage_claims({self.calculator_id.id: metrics})
        conditions = [SQL("e.item_id = %s", self.item_id.id)]
        for metric in metrics:
            window = row._window(None, claims.get((self.item_id.id, metric.id), ()))
            conditions += [
                SQL(
                    """e.item_id IS NULL AND e.contract_id = %s AND e.metric_id = %s
                       AND e.occurred_at >= %s AND e.occurred_at < %s""",
                    window.contract_id,
                    metric.id,
                    utc(first, zone),
                    utc(last, zone),
                )
                for first, last in window.contract_spans
            ]
        return SQL(" OR ").join(conditions)

    def _seen_before(self):
        """Up to which event earlier ratings of the same period have seen, in one query.

        :returns: ``{rating id: number in order of arrival}``, 0 for first ratings
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT r.id, max(p.last_seq)
                     FROM cn285_usage_rating r
                     JOIN cn285_usage_rating p ON p.item_id = r.item_id
                      AND p.period_start = r.period_start AND p.calculator_id = r.calculator_id
                      AND p.beneficiary_id IS NOT DISTINCT FROM r.beneficiary_id AND p.id < r.id
                    WHERE r.id = ANY(%s) GROUP BY r.id""",
                self.ids,
            )
        )
        return {**dict.fromkeys(self.ids, 0), **dict(rows)}


def _signed(row, sign):
    return {**row, "quantity": sign * row["quantity"], "amount": sign * row["amount"]}


def _local(moment, zone):
    if not moment:
        return False
    return pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
