"""Numbers of a sequence in blocks: as many records as are made together ask once."""

from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _cn285_next_block(self, code, count):
        """The next numbers of a sequence, as ``next_by_code`` would give them one by one.

        In two statements for any count, where the sequence is an ordinary one. Where numbers may
        not have gaps, or begin anew with each year, Odoo draws them.

        :returns: list of texts, empty where the company has no sequence of that code
        """
        self.browse().check_access("read")
        domain = [("code", "=", code), ("company_id", "in", [self.env.company.id, False])]
        sequence = self.search(domain, order="company_id", limit=1)
        if not sequence or not count:
            return []
        if count == 1 or sequence.use_date_range or sequence.implementation != "standard":
            return [sequence._next() for _number in range(count)]
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{sequence.id:03}",
                count,
            )
        )
        before, after = sequence._get_prefix_suffix()
        return [f"{before}{number:0{sequence.padding}}{after}" for (number,) in rows]


class Contract(models.Model):
    _inherit = "cn285.contract"

    @api.model
    def _number_new(self, vals_list):
        """Give new contracts without a number the next ones of their companies' sequences."""
        waiting = defaultdict(list)
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                waiting[vals.get("company_id") or self.env.company.id].append(vals)
        for company, unnamed in waiting.items():
            sequences = self.env["ir.sequence"].with_company(company)
            numbers = sequences._cn285_next_block("cn285.contract", len(unnamed))
            for vals, number in zip(unnamed, numbers or ["/"] * len(unnamed), strict=True):
                vals["name"] = number
