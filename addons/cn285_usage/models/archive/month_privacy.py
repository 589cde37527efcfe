"""Personal data in exported months: files are rewritten as the database is."""

from dataclasses import dataclass

import pytz
from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import Place
from odoo.exceptions import UserError

from ...engine import month_file
from ...engine.month_file import PLACE
from ..measure.usage_measure import next_day, utc

WITH_FILE = ("exported", "dropped", "restored")


@dataclass(frozen=True)
class Months(Place):
    """Exported months with events of a person: as in the database, figures stay."""

    # sudo: a person is looked up and forgotten in all companies; who may, says the look-up.
    def found(self, person):
        is_of, months = _of_person(person), person.env[self.model].sudo()
        return (
            months._with_file()
            .filtered(
                lambda month: any(
                    is_of(row) for page in month_file.read(month._path()) for row in page
                )
            )
            .ids
        )

    def anonymise(self, person):
        is_of, months = _of_person(person), person.env[self.model].sudo()
        for month in months._with_file():
            month._rewrite(lambda row: _bare(row) if is_of(row) else row)


def _bare(row):
    """An event without whom it was of and what it says, as ``usage_purge.py`` leaves it."""
    return month_file.changed(
        row,
        properties=None,
        beneficiary_id=None,
        reference=None,
        transaction_id=f"purged-{row[PLACE['id']]}",
    )


def _is_bare(row):
    return (
        row[PLACE["properties"]] is None
        and row[PLACE["beneficiary_id"]] is None
        and row[PLACE["reference"]] is None
        and row[PLACE["transaction_id"]].startswith("purged-")
    )


def _of_person(person):
    """Whether a row is of a person and still says so; as in ``purge/personal_data.py``."""
    partners, items = set(person.partners.ids), set(person.items.ids)
    contracts = set(person.contracts.filtered(lambda one: one.partner_id in person.partners).ids)

    def is_of(row):
        item = row[PLACE["item_id"]]
        return not _is_bare(row) and (
            row[PLACE["beneficiary_id"]] in partners
            or item in items
            or (item is None and row[PLACE["contract_id"]] in contracts)
            or (
                row[PLACE["state"]] == "parked"
                and person.texts.is_in(row[PLACE["reference"]] or "")
            )
        )

    return is_of


class UsageMonth(models.Model):
    _inherit = "cn285.usage.month"

    @api.model
    def _with_file(self):
        """The months that have a file.

        :raises UserError: if there are some and they cannot be read
        """
        months = self.search([("state", "in", WITH_FILE)])
        if months:
            try:
                month_file.need_library()
            except month_file.NoParquet:
                raise UserError(self._library_missing()) from None
        return months

    def _rewrite(self, change):
        """Write the file anew with changed rows; returns how many there are.

        The file takes the old one's place before this transaction ends: were it lost then, the
        file would be called damaged, and is written anew by doing the same again.
        """
        self.ensure_one()
        path = self._path()
        content, count = month_file.rewrite(path, change)
        if count or month_file.file_hash(path) != self.file_hash:
            self._write_inside(
                {
                    "event_count": content.count,
                    "content_digest": content.digest,
                    "file_size": path.stat().st_size / 1e6,
                    "file_hash": month_file.file_hash(path),
                }
            )
        return count

    @api.model
    def _purge_files(self, metrics, limit):
        """Purge events of a company's metrics, of local days up to ``limit``, from files of months.

        :returns: how many events went, or were bared
        """
        company = metrics.company_id
        until = utc(next_day(limit), pytz.timezone(company.cn285_tz or "UTC"))
        bare = set(metrics.filtered(lambda one: one.retention_scope == "details").ids)
        gone, known = 0, set(metrics.ids)

        def change(row):
            if row[PLACE["metric_id"]] not in known or row[PLACE["occurred_at"]] >= until:
                return row
            if row[PLACE["metric_id"]] not in bare:
                return None
            return row if _is_bare(row) else _bare(row)

        for month in self._with_file():
            if month._begins() < until:
                gone += month._rewrite(change)
        return gone
