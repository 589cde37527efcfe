"""Makes posted customer invoices in bulk, equal to those that Odoo makes one by one."""

import logging
from collections import Counter
from datetime import date
from itertools import pairwise

from odoo import api, fields, models, tools
from odoo.tools import str2bool

from .invoice_writer_guard import GUARDED_MODELS, examine, patched_obstacle
from .invoice_writer_header import HeaderPlanner
from .invoice_writer_items import ItemPlanner
from .invoice_writer_known import Known
from .invoice_writer_memory import remember
from .invoice_writer_modules import VERIFIED_MODULES
from .invoice_writer_numbers import KEY, Numbers
from .invoice_writer_ranks import raise_customer_ranks
from .invoice_writer_reasons import NotQuick, Reason
from .invoice_writer_refusals import refuse_request
from .invoice_writer_rows import (
    add_followers,
    insert_invoices,
    log_creation,
)
from .invoice_writer_watched import WATCHED_METHODS

_logger = logging.getLogger(__name__)

# The date of invoices of which Odoo says it: they come last.
UNDATED = date(9999, 12, 30)

SWITCH = "cn285_contract.quick_invoices"
# Context keys that do not change what create and _post do, or that are followed here.
HARMLESS_CONTEXT = frozenset(
    {
        "active_id",
        "active_ids",
        "active_model",
        "active_test",
        "allowed_company_ids",
        "bin_size",
        "cron_end_time",
        "cron_id",
        "job_uuid",
        "lang",
        "lastcall",
        "mail_create_nolog",
        "mail_create_nosubscribe",
        "mail_notify_force_send",
        "mail_notrack",
        "params",
        "prefetch_fields",
        "tracking_disable",
        "tz",
        "uid",
    }
)
HARMLESS_PREFIXES = ("cn285_", "queue_job__", "search_default_")


class InvoiceWriter(models.AbstractModel):
    """One door through which this product creates invoices.

    Customer invoices whose features are known are inserted as posted rows, a whole batch in a few
    statements; all the others, and all invoices of a database in which another module takes part in
    creating or posting them, go through `account.move.create` and `_post`. The result is the same
    field by field, which `tests/writer/` holds. Why an invoice was not quick stands on it, in
    `cn285_ordinary_reason`.

    Deliberate differences from Odoo's own path:

    - within one call the invoices that go Odoo's way get their numbers before the quick ones of
      the same date; numbers of both follow the dates;
    - the creation messages of one batch have the same time of posting.
    """

    _name = "cn285.invoice.writer"
    _description = "Invoice Writer"

    @api.model
    def _create_invoices(self, vals_list, post=True):
        """Create the invoices of ``vals_list`` and post them unless ``post`` is false.

        Quick invoices get their numbers last, because the sequence is locked from then on: see
        :meth:`_with_numbers_last` where more is to be done first.

        :param list vals_list: dictionaries as `account.move.create` takes them.
        :return: the moves, in the order of ``vals_list``; their lines are in the order given.
        :raise UserError: what Odoo raises when it creates or posts the invoice; then nothing of the
            call may be kept, so callers that go on use a savepoint.
        """
        vals_list = list(vals_list)
        if not vals_list:
            return self.env["account.move"]
        obstacle = self._quick_obstacle() if post else Reason("draft")
        if obstacle:
            planned, ordinary = {}, dict.fromkeys(range(len(vals_list)), obstacle)
        else:
            self.env.flush_all()
            planned, ordinary = self._plan(vals_list)
        if post and ordinary:
            _logger.info("Invoices made in Odoo's ordinary way: %s", _counted(ordinary))
        ids = [0] * len(vals_list)
        later = Numbers.of(self.env)
        numbers = later or Numbers()
        writer, plain = self.with_context(**{KEY: numbers}), self._without_numbers()
        for reasons, quick in _in_turns(vals_list, ordinary, planned):
            if reasons:
                # those of earlier dates come first
                numbers.take()
            moves = plain.env["account.move"]._cn285_create(
                [
                    {**vals_list[index], "cn285_ordinary_reason": reason.dump()}
                    for index, reason in reasons.items()
                ]
            )
            if post and moves:
                moves._post(soft=False)
            for index, move in zip(reasons, moves, strict=True):
                ids[index] = move.id
            for company, entries in quick.items():
                if not entries:
                    continue
                invoices = [invoice for _index, invoice in entries]
                quick_ids = writer.with_company(company)._insert(invoices)
                for (index, _invoice), move_id in zip(entries, quick_ids, strict=True):
                    ids[index] = move_id
        if not later:
            numbers.take()
        return plain.env["account.move"].browse(ids)

    @api.model
    def _with_numbers_last(self):
        """Return a writer that numbers quick invoices when it is told to, and what is told to.

        Until ``take()`` of the second is called, invoices bear the numbers that are foreseen.
        """
        numbers = Numbers()
        return self.with_context(**{KEY: numbers}), numbers

    @api.model
    def _without_numbers(self):
        return self.with_context(**{KEY: None}) if self.env.context.get(KEY) else self

    # ------------------------------------------------------------------ which way

    @api.model
    def _quick_verified_modules(self):
        """Return the modules of which all that concerns posting an invoice was read.

        An addon declares single methods and fields instead, by ``_quick_harmless``: see
        `invoice_writer_guard.py`.
        """
        return VERIFIED_MODULES

    @api.model
    def _quick_refusal(self, vals):
        """Return, in words, why an addon wants this one invoice made in Odoo's way, or None.

        For extension, beside ``_quick_harmless``: what an addon adds does nothing to most invoices,
        and this hook names the others. It is asked for every invoice, so it should read little.

        :param dict vals: as `account.move.create` takes them.
        """
        return None

    @tools.ormcache(cache="stable")
    def _quick_report(self):
        """Return what the modules of this database mean for the quick path."""
        report = examine(self.env, WATCHED_METHODS, self._quick_verified_modules())
        for obstacle in report.obstacles:
            _logger.info("Invoices are made in Odoo's ordinary way: %s", obstacle)
        if report.tax_modules:
            _logger.info("Odoo's tax engine is always asked, for: %s", report.tax_modules)
        return report

    @api.model
    def _quick_obstacle(self):
        """Return the Reason why no invoice of this call can be quick, or None."""
        obstacle = self._quick_database_obstacle()
        if obstacle:
            return obstacle
        for key in self.env.context:
            if key not in HARMLESS_CONTEXT and not key.startswith(HARMLESS_PREFIXES):
                return Reason("context", (key,))
        try:
            refuse_request(self.env)
        except NotQuick as refusal:
            return refusal.reason
        if not self.env.su:
            if not self.env.user.has_group("account.group_account_invoice"):
                return Reason("may_not_post")
            for model in GUARDED_MODELS:
                if not self.env[model].has_access("create"):
                    return Reason("may_not_create", (model,))
        return None

    @api.model
    def _quick_database_obstacle(self):
        """Return the Reason why no invoice of this database can be quick, or None."""
        # sudo: a switch of the whole database, which everybody's invoices obey.
        switch = self.env["ir.config_parameter"].sudo().get_param(SWITCH, "True")
        if not str2bool(switch, default=True):
            return Reason("switch", (SWITCH,))
        obstacles = self._quick_report().obstacles
        return obstacles[0] if obstacles else patched_obstacle(self.env, WATCHED_METHODS)

    @api.model
    def _quick_company_obstacle(self):
        """Return the Reason why invoices of the current company are not quick, or None.

        Says what holds for all of them: addons, settings, and the journal used by default.
        """
        obstacle = self._quick_database_obstacle()
        if obstacle:
            return obstacle
        try:
            HeaderPlanner(Known(self.env, {})).check_default_journal()
        except NotQuick as refusal:
            return refusal.reason
        return None

    @api.model
    def _plan(self, vals_list):
        """Return ({company: [(index, planned invoice)]}, {index that goes Odoo's way: Reason})."""
        by_company, ordinary = {}, {}
        for index, vals in enumerate(vals_list):
            company_id = vals.get("company_id") or self.env.company.id
            if company_id in self.env.companies.ids or company_id == self.env.company.id:
                by_company.setdefault(company_id, []).append(index)
            else:
                ordinary[index] = Reason("company")
        planned = {}
        for company_id, indexes in by_company.items():
            company = self.env["res.company"].browse(company_id)
            entries, refused = self.with_company(company)._plan_company(vals_list, indexes)
            if entries:
                planned[company] = entries
            ordinary.update(refused)
        return planned, dict(sorted(ordinary.items()))

    @api.model
    def _plan_company(self, vals_list, indexes):
        """Return ([(index, planned invoice)], {other index: Reason}) for the current company."""
        try:
            report = self._quick_report()
            known = Known(self.env, report.plain_fields, plain_taxes=not report.tax_modules)
        except NotQuick as refusal:
            return [], dict.fromkeys(indexes, refusal.reason)
        chosen = [vals_list[index] for index in indexes]
        for name in ("partner_id", "partner_shipping_id"):
            known.prefetch("res.partner", (vals.get(name) for vals in chosen))
        known.prefetch("product.product", _product_ids(chosen))
        headers, items = HeaderPlanner(known), ItemPlanner(known)
        entries, refused = [], {}
        for index, vals in zip(indexes, chosen, strict=True):
            try:
                if words := self._quick_refusal(vals):
                    raise NotQuick("addon", words)
                invoice = headers.plan(vals)
                items.add_items(invoice, vals)
            except NotQuick as refusal:
                refused[index] = refusal.reason
            else:
                entries.append((index, invoice))
        return entries, refused

    # ------------------------------------------------------------------ quick way

    @api.model
    def _insert(self, invoices):
        """Insert ``invoices`` of the current company and do what Odoo does besides.

        Their numbers are foreseen, and final when the caller has taken them.
        """
        self.env.flush_all()
        ids = insert_invoices(self, invoices, Numbers.of(self.env).foresee)
        self._forget_cached()
        remember(self.env, invoices)
        moves = self.env["account.move"].browse(ids)
        if not self.env.su:
            moves.check_access("create")
            moves.line_ids.check_access("create")
        if not self.env.context.get("tracking_disable"):
            add_followers(self.env, ids)
            log_creation(self.env, ids)
        moves._track_discard()
        raise_customer_ranks(self.env, invoices)
        analytic_ids = [
            item.columns["id"]
            for invoice in invoices
            for item in invoice.items
            if item.columns.get("analytic_distribution")
        ]
        if analytic_ids:
            self.env["account.move.line"].browse(analytic_ids)._create_analytic_lines()
        self._trigger_foreign(moves)
        return ids

    @api.model
    def _forget_cached(self):
        """Drop cached values that the inserted rows made stale."""
        for model, name in self._quick_report().stale_fields:
            self.env[model]._fields[name]._invalidate_cache(self.env)

    @api.model
    def _trigger_foreign(self, moves):
        """Have stored fields of other modules recomputed that depend on the new invoices."""
        triggers = self._quick_report().foreign_triggers
        if not any(triggers.values()):
            return
        records = {"account.move": moves, "account.move.line": moves.line_ids}
        stored = [
            ([fld for fld in record._fields.values() if fld.store and fld.compute], record)
            for record in records.values()
        ]
        with self.env.protecting(stored):
            for model, names in triggers.items():
                if names:
                    records[model].modified(names, create=True)


def _in_turns(vals_list, ordinary, planned):
    """Pairs of ordinary and quick invoices: made one after the other, numbers follow the dates.

    Few: a new one begins with each date of ordinary invoices only.
    """
    days = [fields.Date.to_date(vals.get("invoice_date")) or UNDATED for vals in vals_list]
    begins = sorted({days[index] for index in ordinary}) if planned else []
    for first, until in pairwise([date.min, *begins, date.max]):
        yield (
            {index: one for index, one in ordinary.items() if first <= days[index] < until},
            {
                company: [entry for entry in entries if first <= days[entry[0]] < until]
                for company, entries in planned.items()
            },
        )


def _counted(ordinary):
    return dict(Counter(str(reason) for reason in ordinary.values()))


def _product_ids(vals_list):
    for vals in vals_list:
        for command in vals.get("invoice_line_ids") or ():
            if len(command) == 3 and isinstance(command[2], dict):
                yield command[2].get("product_id")
