"""Papers of another system come in with their files: each becomes a final document."""

import base64

from odoo import api, models
from odoo.addons.cn285_import.models.kinds import Column, Kind, columns_of
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate

from ..engine.fingerprint import fingerprint

_lt = LazyTranslate(__name__)


def _file_of(reader, text):
    """The file that a row names, from the zip or folder."""
    return base64.b64encode(reader.file_content(text))


def _check_file(vals, cells):
    """A fingerprint that the file of rows tells is the file's own."""
    told = (cells.get("sha256") or "").strip().lower()
    if told and "file" in vals and fingerprint(base64.b64decode(vals["file"])).sha256 != told:
        raise ValidationError(_lt("the file is another one than the row's SHA-256 tells."))


def _same_file(record, vals, _cells):
    """A row that was loaded before: the same file once more is no change."""
    if record and record.state != "draft" and "file" in vals:
        content = base64.b64decode(vals["file"])
        if fingerprint(content).sha256 == record.sha256:
            del vals["file"]


def make_final(load):
    """Documents of a load become final, under the numbers that they had where the file says so."""
    entries = load.loaded["documents"]
    drafts = (
        load.env["cn285.document"]
        .browse(entries)
        .filtered(lambda document: document.state == "draft")
    )
    pairs = [(entries[document.id], document) for document in drafts]
    load.in_bulk(pairs, _make_final)


def _make_final(pairs):
    for entry, document in pairs:
        document.check_access("write")
        number = entry.cells.get("number")
        document._make_final([number] if number else None)
    return pairs


DOCUMENTS = Kind(
    "documents",
    "cn285.document",
    columns_of(
        "contract_id",
        "kind",
        "title",
        "date",
        "lang",
        file=Column("file", _file_of),
        for_customer="is_for_customer",
        number=Column(None, "char", meaning=_lt("The number that the document had.")),
        sha256=Column(
            None, "char", meaning=_lt("Fingerprint of the file; another file is refused.")
        ),
    ),
    required=("contract", "kind", "title", "date", "file"),
    complete_new=_check_file,
    complete_record=_same_file,
    finish=make_final,
    example={
        "id": "DOC-1",
        "contract": "C-1",
        "kind": "contract",
        "title": "Signed contract",
        "date": "2024-01-01",
        "file": "papers/contract.pdf",
    },
    beside={"papers/contract.pdf": b"%PDF-1.4 an example"},
)


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _kinds(self):
        return [*super()._kinds(), DOCUMENTS]
