"""What a load consists of: its files, the counts of its rows, and those that were refused."""

import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.files import ArchiveError, unpack, unpack_beside
from .report import LoadError

# A workbook says how many rows it has only when it is read: bytes that stand for one.
BYTES_OF_ROW = 40


class ImportLoadFile(models.Model):
    _name = "cn285.import.load.file"
    _description = "File of a Load"

    load_id = fields.Many2one(
        "cn285.import.load", required=True, readonly=True, ondelete="cascade", index=True
    )
    name = fields.Char(string="File", required=True, readonly=True)
    size = fields.Integer(string="Bytes", readonly=True, aggregator=None)
    sha256 = fields.Char("SHA-256", readonly=True)
    content = fields.Binary(
        readonly=True, attachment=True, help="Kept until it is loaded, and no longer."
    )

    def _content(self):
        """What is to be loaded, and what else rows may name: ``([(name, bytes)], {path: bytes})``.

        :raises UserError: where a zip cannot be read, or a file is not kept any more
        """
        messages = {
            "bad_zip": self.env._("cannot be opened as a zip file"),
            "zip_too_large": self.env._("holds too much for one load; cut it in parts"),
        }
        files, beside = [], {}
        for file in self.sorted("id"):
            if not file.content and file.size:
                raise UserError(self.env._("%s is not there any more: import it again.", file.name))
            content = base64.b64decode(file.content or b"")
            try:
                files += unpack(file.name, content)
                beside.update(unpack_beside(file.name, content))
            except ArchiveError as error:
                reason = messages[error.code]
                raise UserError(
                    self.env._("%(file)s %(reason)s", file=file.name, reason=reason)
                ) from error
        return files, beside

    def _rough_rows(self):
        """About how many rows they have, without reading them as rows."""
        count = 0
        for name, content in self._content()[0]:
            if name.lower().endswith(".csv"):
                count += max(content.count(b"\n"), content.count(b"\r"))
            else:
                count += len(content) // BYTES_OF_ROW
        return count


class ImportLoadCount(models.Model):
    _name = "cn285.import.load.count"
    _description = "Rows of a Load by Kind"
    _order = "load_id, id"

    load_id = fields.Many2one(
        "cn285.import.load", required=True, readonly=True, ondelete="cascade", index=True
    )
    kind = fields.Char(string="File", readonly=True)
    label = fields.Char(string="What", compute="_compute_label")
    created = fields.Integer(string="New", readonly=True)
    updated = fields.Integer(string="Changed", readonly=True)
    skipped = fields.Integer(string="As Before", readonly=True)
    refused = fields.Integer(readonly=True)

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_label(self):
        labels = self.env["cn285.import.wizard"]._kind_labels()
        for count in self:
            count.label = labels.get(count.kind, count.kind)


class ImportLoadError(models.Model):
    _name = "cn285.import.load.error"
    _description = "Refused Row of a Load"
    _order = "load_id, file, line, id"

    load_id = fields.Many2one(
        "cn285.import.load", required=True, readonly=True, ondelete="cascade", index=True
    )
    file = fields.Char(readonly=True)
    line = fields.Integer(readonly=True, aggregator=None)
    column = fields.Char(readonly=True)
    reason = fields.Text(readonly=True)
    kind = fields.Char(readonly=True)
    file_kind = fields.Char(readonly=True)
    key = fields.Char(readonly=True, help="Of the record that the row would have become.")
    cells = fields.Json(string="Row", readonly=True)

    @api.model
    def _keep(self, load, errors):
        """Keep refused rows of a load, as ``LoadError``."""
        self.create(
            [
                {
                    "load_id": load.id,
                    "file": error.file,
                    "line": error.line,
                    "column": error.column,
                    "reason": error.reason,
                    "kind": error.kind,
                    "file_kind": error.file_kind,
                    "key": error.key,
                    "cells": error.cells or False,
                }
                for error in errors
            ]
        )

    def _as_errors(self):
        return [
            LoadError(
                error.file,
                error.line,
                error.reason or "",
                error.cells or {},
                error.column or "",
                error.kind or "",
                error.key or "",
                error.file_kind or "",
            )
            for error in self
        ]
