from odoo import api, models
from odoo.addons.cn285_import.models.kinds import Column, columns_of

from .contract_taken import TERM_CELLS

# What is kept by the program once a contract runs: said of it as it is taken over.
TAKEN_COLUMNS = {
    "term_number": Column(None, "integer"),
    "term_start": Column(None, "date"),
    "term_end": Column(None, "date"),
    "commitment_end": Column(None, "date"),
}


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _columns(self, kind):
        """Also a column for each rule of the term, in files of contracts and of templates."""
        columns = super()._columns(kind)
        if kind.name in ("contracts", "templates"):
            columns |= columns_of(*self.env[kind.model]._term_rule_fields())
        if kind.name == "contracts":
            columns |= columns_of("date_concluded") | TAKEN_COLUMNS
        return columns

    @api.model
    def _named_by(self):
        return {**super()._named_by(), "cn285.price.index": ("code", "name")}

    @api.model
    def _contract_begins(self, contract, cells):
        """Also in which term it is, and until when the customer is committed."""
        vals = super()._contract_begins(contract, cells)
        given = {name: cells.get(name) for name in TERM_CELLS}
        # A cell that is empty is a text.
        number, start, end = (None if value == "" else value for value in given.values())
        vals |= contract._given_term(number, start, end)
        if cells.get("commitment_end"):
            vals["commitment_agreed_until"] = cells["commitment_end"]
        return vals
