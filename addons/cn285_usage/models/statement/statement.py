import base64
import io
import json
import mmap
import re
import tempfile
from contextlib import ExitStack
from decimal import Decimal

from odoo import models
from odoo.addons.cn285_contract.engine.errors import EngineError
from odoo.exceptions import UserError
from odoo.tools import file_path
from odoo.tools.misc import get_lang

from ...engine.statement import Statement, check_sums
from ...engine.statement_spec import order_keys, sort_rows
from ...report.statement_csv import StatementCsv
from ...report.statement_format import Header, Labels, Locale, Party
from ...report.statement_pdf import StatementPdf
from ...report.statement_xlsx import StatementXlsx

MIMETYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
_FONT = "web/static/fonts/google/Roboto/Roboto-%s.ttf"
# Up to this size a file is made in memory.
_SPOOL = 8 * 1024 * 1024


class UsageStatement(models.AbstractModel):
    """Makes the files of a statement from plain rows; where the rows come from is not its affair.

    A row is a dict with the names of ``engine.statement_fields`` (times are local), ``properties``,
    and ``line``: the key of the invoice line or rating that its amount is part of.
    """

    _name = "cn285.usage.statement"
    _description = "Usage Statement"

    def _render(self, layout, header, rows, formats=None, rated=None, rated_lines=None):
        """Return the files of a statement, as ``{"pdf": bytes, ...}``; large ones are mapped.

        ``header``: what :meth:`_header` returns. ``rows``: a list, which is sorted here, or an
        iterator, whose rows come in the order of :meth:`_order_keys` and are never kept. ``rated``:
        the amount rated in all, ``rated_lines`` that of each ``line``: both are compared with the
        rows, to the last digit. ``formats``: those of the layout where it is None.

        :raises UserError: where the sums differ (nothing is returned then), or rows are not sorted
        """
        layout.ensure_one()
        formats = layout._formats() if formats is None else list(formats)
        spec = layout.with_context(lang=header.language)._spec()
        numbers = [name for name, field in spec.fields.items() if field.is_number]
        exact = (_exact(row, numbers) for row in rows)
        if isinstance(rows, list | tuple):
            exact = sort_rows(exact, spec)
        try:
            with ExitStack() as stack:
                files = {
                    name: stack.enter_context(tempfile.SpooledTemporaryFile(_SPOOL))
                    for name in formats
                }
                sinks = [self._sink(name, file, spec, header) for name, file in files.items()]
                outcome = Statement(spec, sinks).feed(exact)
                if rated is not None:
                    check_sums(outcome, rated, rated_lines)
                mapped = self.env["ir.attachment"]._storage() != "db"
                return {name: _content(file, mapped) for name, file in files.items()}
        except EngineError as error:
            raise UserError(self._refusal(error)) from error

    def _sink(self, name, file, spec, header):
        """What writes a format."""
        if name == "pdf":
            return StatementPdf(file, spec, header, self._font_paths())
        if name == "xlsx":
            return StatementXlsx(file, spec, header)
        if name == "csv":
            return StatementCsv(file, spec, header)
        raise UserError(self.env._("A statement cannot be written as “%s”.", name))

    def _order_keys(self, layout):
        """The fields by which an iterator's rows must be sorted: ``[(key, descending)]``."""
        return order_keys(layout._spec())

    def _header(self, layout, company, partner, facts=(), currency=None):
        """What the statement of a customer says besides its rows, in the customer's language.

        ``facts``: pairs of label and text, in that language already (see :meth:`_language`).
        """
        language = self._language(partner)
        self = self.with_context(lang=language.code)
        layout, company, partner = (
            record.with_context(lang=language.code) for record in (layout, company, partner)
        )
        return Header(
            company=Party(
                company.name,
                self._address(company.partner_id, with_vat=True),
                _logo(company.logo) if layout.show_company_logo else None,
            ),
            customer=Party(
                partner.commercial_partner_id.name or partner.name,
                self._address(partner, attention=True),
                _logo(partner.commercial_partner_id.image_512)
                if layout.show_customer_logo
                else None,
            ),
            facts=tuple(facts),
            footer=self._footer(company),
            locale=self._locale(language, currency or company.currency_id),
            labels=self._labels(layout),
            color=_color(company.primary_color),
            language=language.code,
        )

    def _language(self, partner):
        """The language of the customer, else of the user."""
        return get_lang(self.env, partner.lang)

    def _locale(self, language, currency):
        return Locale(
            decimal_point=language.decimal_point,
            thousands_sep=language.thousands_sep or "",
            grouping=tuple(json.loads(language.grouping)),
            date_format=language.date_format,
            time_format=language.time_format,
            currency=currency.symbol or currency.name,
            currency_before=currency.position == "before",
            decimals=currency.decimal_places,
        )

    def _labels(self, layout):
        return Labels(
            title=layout.title or self.env._("Usage Statement"),
            page=self.env._("Page"),
            page_of=self.env._("of"),
            total=self.env._("Total"),
            grand_total=self.env._("Grand total"),
            continued=self.env._("continued"),
            none=self.env._("Not given"),
            customer=self.env._("Customer"),
            colon=self.env._("%(label)s: %(text)s", label="", text=""),
            summary_sheet=self.env._("Statement"),
            detail_sheet=self.env._("Detail"),
            empty=self.env._("No usage in this period."),
        )

    def _address(self, partner, with_vat=False, attention=False):
        """The lines of an address below the name, as the country writes them."""
        lines = []
        if attention and partner != partner.commercial_partner_id and partner.name:
            lines.append(partner.name)
        address = partner._display_address(without_company=True)
        lines += [line.strip() for line in address.splitlines() if line.strip()]
        if with_vat and partner.vat:
            lines.append(self.env._("VAT %s", partner.vat))
        return tuple(lines)

    def _footer(self, company):
        """The company's legal line."""
        parts = [
            company.name,
            company.company_registry,
            company.vat,
            company.email,
            company.website,
        ]
        return " · ".join(part for part in parts if part)

    def _font_paths(self):
        """Odoo's own Roboto, which has the signs of all European languages."""
        try:
            return {
                "regular": file_path(_FONT % "Regular"),
                "bold": file_path(_FONT % "Bold"),
            }
        except FileNotFoundError:
            return None

    def _attachment_vals(self, record, name, files):
        """Values of the attachments that keep a statement's files with its record."""
        return [
            {
                "name": f"{_file_name(name)}.{kind}",
                "raw": content,
                "mimetype": MIMETYPES[kind],
                "res_model": record._name,
                "res_id": record.id,
                "company_id": record.company_id.id if "company_id" in record else False,
            }
            for kind, content in files.items()
        ]

    def _refusal(self, error):
        messages = {
            "total_differs": self.env._(
                "The statement adds up to %(found)s, but %(rated)s was rated. It is not made."
            ),
            "line_differs": self.env._(
                "The rows of “%(line)s” add up to %(found)s, but %(rated)s was rated. The "
                "statement is not made."
            ),
            "line_needed": self.env._(
                "Rows of %(row)s in all do not say which invoice line they belong to."
            ),
            "not_sorted": self.env._(
                "The statement's rows are not in the order of its groups: “%(group)s” comes twice."
            ),
            "not_numeric": self.env._(
                "“%(value)s” in the column “%(column)s” is not a number, so it has no total."
            ),
        }
        return messages.get(error.code, str(error)) % error.values


def _exact(row, numbers):
    """The row with decimals where the database gave binary numbers."""
    for name in numbers:
        if type(row.get(name)) is float:
            row = {**row, name: Decimal(repr(row[name]))}
    return row


def _content(file, mapped):
    """What was written; a large file is not read into memory, but mapped where that will do."""
    file.seek(0, io.SEEK_END)
    if mapped and file.tell() > _SPOOL:
        file.flush()
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    file.seek(0)
    return file.read()


def _logo(image):
    """The bytes of an image that can be drawn, or None: a logo may be an SVG."""
    if not image:
        return None
    from PIL import Image

    content = base64.b64decode(image)
    try:
        with Image.open(io.BytesIO(content)) as opened:
            opened.load()
            # What is printed 50 mm wide needs no more; a photo would be in every file.
            opened.thumbnail((800, 800))
            target = io.BytesIO()
            opened.convert("RGBA").save(target, "PNG")
            return target.getvalue()
    except (OSError, ValueError):
        return None


def _color(color):
    """The company's colour if white text can be read on it, else a dark blue."""
    found = re.fullmatch("#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", color or "")
    if found:
        red, green, blue = (int(part, 16) for part in found.groups())
        if red * 299 + green * 587 + blue * 114 < 130_000:
            return color
    return "#1f4e79"


def _file_name(name):
    """A name that every system takes."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "-", name).strip(" .-") or "statement"
