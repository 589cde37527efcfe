"""How documents are numbered: a count for each kind of each company, set by its managers."""

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import COUNT, Bound
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..engine.numbers import LONGEST_PREFIX, MOST_DIGITS, PARTS, number_text, unknown_part


class DocumentNumbering(models.Model):
    """The numbers of a kind of documents at a company: prefix, digits, and the next one.

    A number is given once and never again. Numbers need not be without gaps: so jobs that file
    documents beside each other never wait for one another.
    """

    _name = "cn285.document.numbering"
    _description = "Numbering of Documents"
    _inherit = ["cn285.editable", "cn285.guarded"]
    _order = "id"
    _rec_name = "kind"

    kind = fields.Selection(selection="_kind_selection", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    prefix = fields.Char(
        required=True,
        help="What stands before the number. %(year)s, %(y)s, %(month)s and %(day)s are those of "
        "the document's day; the count goes on when the year changes.",
    )
    padding = fields.Integer(
        string="Digits", default=5, required=True, help="Filled up with zeros: 5 makes 00012."
    )
    next_count = fields.Integer(
        string="Next Number",
        compute="_compute_next_count",
        inverse="_inverse_next_count",
        help="With what the count goes on. It may be raised, where another system numbered "
        "before, and not lowered.",
    )
    sequence_id = fields.Many2one(
        "ir.sequence", required=True, readonly=True, ondelete="restrict", index=True
    )
    example = fields.Char(compute="_compute_example", help="What the next number looks like.")

    _kind_uniq = models.Constraint(
        "unique(company_id, kind)", "This kind of documents is numbered already."
    )

    @api.model
    def _kind_selection(self):
        return self.env["cn285.document"]._kind_selection()

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "padding": Bound(1, MOST_DIGITS), "next_count": COUNT}

    def _compute_next_count(self):
        for numbering in self:
            # sudo: sequences are the administrators'; this one is the numbering's alone.
            sequence = numbering.sudo().sequence_id
            sequence.invalidate_recordset(["number_next_actual"])
            numbering.next_count = sequence.number_next_actual

    def _inverse_next_count(self):
        for numbering in self:
            sequence = numbering.sudo().sequence_id  # sudo: as above
            sequence.invalidate_recordset(["number_next_actual"])
            if numbering.next_count < sequence.number_next_actual:
                raise ValidationError(
                    self.env._(
                        "%(kind)s: number %(number)s may be in use, the count goes on with "
                        "%(next)s or more.",
                        kind=numbering.display_name,
                        number=numbering.next_count,
                        next=sequence.number_next_actual,
                    )
                )
            sequence.number_next_actual = numbering.next_count

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._kind_selection())
        for numbering in self:
            numbering.display_name = labels.get(numbering.kind, numbering.kind)

    @api.depends("prefix", "padding", "next_count")
    def _compute_example(self):
        for numbering in self:
            prefix, digits = numbering.prefix or "", numbering.padding
            good = unknown_part(prefix) is None and 1 <= digits <= MOST_DIGITS
            today = (numbering.company_id or self.env.company)._cn285_today()
            numbering.example = good and number_text(
                prefix, digits, today, max(numbering.next_count, 1)
            )

    @api.constrains("prefix")
    def _check_prefix(self):
        for numbering in self:
            bad = unknown_part(numbering.prefix)
            if bad:
                raise ValidationError(
                    self.env._(
                        "“%(prefix)s”: %(bad)s cannot be part of a number; parts of the day are "
                        "%(known)s.",
                        prefix=numbering.prefix,
                        bad=bad,
                        known=", ".join(f"%({name})s" for name in PARTS),
                    )
                )
            if len(numbering.prefix) > LONGEST_PREFIX:
                raise ValidationError(
                    self.env._("“%s” is too long to begin a number.", numbering.prefix)
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if not self._is_inside():
            raise UserError(self.env._("A numbering is changed, not deleted."))

    # === WHICH ONE === #

    @api.model
    def _ensure(self, companies=None):
        """Every kind of documents has its numbering at every company; safe to run again.

        :param companies: those to look at; none: all
        """
        # sudo: numberings follow from which kinds and companies there are.
        numberings, sequences = self.sudo()._inside(), self.env["ir.sequence"].sudo()
        if companies is None:
            companies = self.env["res.company"].sudo().search([("id", "!=", False)])
        known = {
            (one.company_id.id, one.kind)
            for one in numberings.search([("company_id", "in", companies.ids)])
        }
        missing = [
            (company, name, kind)
            for company in companies
            for name, kind in self.env["cn285.document"]._kinds().items()
            if (company.id, name) not in known
        ]
        counts = sequences.create(
            [
                {
                    "name": f"{company.name}: {name}",
                    "code": f"cn285.document.{name}",
                    "company_id": company.id,
                }
                for company, name, _kind in missing
            ]
        )
        return numberings.create(
            [
                {
                    "kind": name,
                    "company_id": company.id,
                    "prefix": f"{kind.code}/%(year)s/",
                    "sequence_id": count.id,
                }
                for (company, name, kind), count in zip(missing, counts, strict=True)
            ]
        )

    @api.model
    def _of(self, company, kind):
        """The numbering of a kind of documents at a company; with sudo."""
        # sudo: whoever files a document numbers it.
        domain = [("company_id", "=", company.id), ("kind", "=", kind)]
        found = self.sudo().search(domain)
        if not found:
            self._ensure(company)
            found = self.sudo().search(domain)
        return found

    def _next(self, days):
        """Numbers that no document of the company has or had, one for each of these days.

        :param days: days of the documents, in order
        :returns: list of texts, as long
        """
        self.ensure_one()
        # sudo: only whether a number is taken, by documents too that the user may not read.
        numbers, documents = [], self.env["cn285.document"].sudo()
        while len(numbers) < len(days):
            given = self._counted(days[len(numbers) :])
            # Prefixes of two kinds may meet, and papers taken over bring numbers of their own.
            of_company = [("company_id", "=", self.company_id.id), ("name", "in", given)]
            taken = {*documents.search(of_company).mapped("name"), *numbers}
            free = [number for number in given if number not in taken]
            # Of one that is taken, the rest is counted anew: each has the prefix of its own day.
            numbers += free if len(free) == len(given) else given[: _first(given, taken)]
        return numbers

    def _counted(self, days):
        """As many numbers as there are days, in one statement."""
        self.env.cr.execute(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{self.sequence_id.id:03d}",
                len(days),
            )
        )
        return [
            number_text(self.prefix, self.padding, day, count)
            for day, (count,) in zip(days, self.env.cr.fetchall(), strict=True)
        ]


def _first(numbers, taken):
    return next(place for place, number in enumerate(numbers) if number in taken)
