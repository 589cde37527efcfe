"""Events from a CSV file."""

import base64
import csv
import io
import json
import re

from odoo import api, models
from odoo.addons.cn285_import.engine.text import safe_row
from odoo.exceptions import UserError

from ...engine.event_rows import FIELDS

_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*")


class UsageEvent(models.Model):
    _inherit = "cn285.usage.event"

    @api.model
    def ingest_csv(self, content, source=None, park=False):
        """Record the events of a CSV file; the good rows go in.

        :param content: the file: text, or bytes (UTF-8), or base64 of them. The first line has
            the names of :meth:`ingest`; any other column is a property. Comma, semicolon or tab;
            between semicolons a quantity may have a decimal comma.
        :param source: the source of rows that have none of their own
        :param park: keep rows for whom nobody is known yet, where they do not say themselves
        :return: what :meth:`ingest` returns, and ``errors``: the refused rows as a CSV file with
            their ``line`` and ``reason`` (text; empty if all went in)
        """
        text = self._csv_text(content)
        header, lines = self._csv_lines(text)
        numbers = []
        report = self.ingest(self._csv_rows(header, lines, numbers, source, park))
        return {**report, "errors": self._csv_errors(text, numbers, report["refused"])}

    @api.model
    def _ingest_file(self, path, source=None, park=False):
        """Record the events of a CSV file of any length, committing chunk by chunk.

        :param path: a ``Path``; columns as for :meth:`ingest_csv`
        :return: what :meth:`ingest` returns; ``row`` counts the file's filled lines from 0
        """
        header, lines = self._csv_lines(self._csv_text(path.read_bytes()))
        return self._ingest_committed(self._csv_rows(header, lines, [], source, park))

    @api.model
    def _csv_text(self, content):
        if not isinstance(content, str | bytes):
            raise UserError(self.env._("The file cannot be read."))
        if isinstance(content, str):
            if any(mark in content for mark in ",;\t\n") or not content:
                return content.removeprefix("\ufeff")
            content = content.encode()
        if not any(mark in content for mark in b",;\t"):
            try:
                content = base64.b64decode(content, validate=False)
            except ValueError:
                raise UserError(self.env._("The file cannot be read.")) from None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UserError(self.env._("The file must be in UTF-8.")) from None

    @api.model
    def _csv_lines(self, text):
        """Return the header and an iterator of ``(line number, cells)``."""
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        header = [cell.strip() for cell in next(reader, [])]
        if "transaction_id" not in header:
            raise UserError(
                self.env._("The file needs a line of headings with at least transaction_id.")
            )
        lines = ((reader.line_num, cells) for cells in reader)
        if delimiter == ";" and "quantity" in header:
            lines = self._csv_decimal_commas(lines, header.index("quantity"))
        return header, lines

    @api.model
    def _csv_decimal_commas(self, lines, place):
        """Lines whose quantity has a decimal point, as programs write it."""
        for number, cells in lines:
            if place < len(cells) and _DECIMAL_COMMA.fullmatch(cells[place]):
                cells[place] = cells[place].replace(",", ".")
            yield number, cells

    @api.model
    def _csv_rows(self, header, lines, numbers, source, park):
        """Yield rows for the ingest; fills ``numbers`` with where they stand in the file."""
        known = [(n, name) for n, name in enumerate(header) if name in FIELDS]
        others = [(n, name) for n, name in enumerate(header) if name and name not in FIELDS]
        for number, cells in lines:
            if not any(cells):
                continue
            row = {name: cells[n] for n, name in known if n < len(cells) and cells[n] != ""}
            if source and "source" not in row:
                row["source"] = source
            if park and "park" not in row:
                row["park"] = True
            properties = {name: cells[n] for n, name in others if n < len(cells) and cells[n]}
            if properties:
                row["properties"] = self._csv_properties(row.get("properties"), properties)
            numbers.append((number, cells))
            yield row

    @api.model
    def _csv_properties(self, given, properties):
        if not given:
            return properties
        try:
            return {**json.loads(given), **properties}
        except (ValueError, TypeError):
            return given

    @api.model
    def _csv_errors(self, text, numbers, refused):
        if not refused:
            return ""
        header, _lines = self._csv_lines(text)
        target = io.StringIO()
        writer = csv.writer(target)
        writer.writerow(safe_row(["line", "reason", *header]))
        for entry in refused:
            number, cells = numbers[entry["row"]]
            writer.writerow(safe_row([number, entry["reason"], *cells]))
        return target.getvalue()
