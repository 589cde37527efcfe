from odoo import api, models
from odoo.addons.cn285_import.models.kinds import Column, columns_of
from odoo.tools import LazyTranslate

from .contract_taken import TERM_CELLS
from .import_indexes import INDEX_VALUES, PRICE_INDEXES

_lt = LazyTranslate(__name__)

# What is kept by the program once a contract runs: said of it as it is taken over.
TAKEN_COLUMNS = {
    "term_number": Column(None, "integer", meaning=_lt("How often the contract was renewed.")),
    "term_start": Column(None, "date", meaning=_lt("First day of its current term.")),
    "term_end": Column(None, "date", meaning=_lt("Last day of its current term.")),
    "commitment_end": Column(
        None, "date", meaning=_lt("Last day of the commitment, where its length does not tell.")
    ),
    "auto_renew": Column(
        None, "boolean", meaning=_lt("No: its renewal was refused, and it ends with its term.")
    ),
    "indexed_on": Column(
        None, "date", meaning=_lt("Day of the last revision of its prices by the index.")
    ),
    "index_value": Column(
        None,
        "float",
        meaning=_lt("Value of the index at that revision. Left empty: that of the day."),
    ),
    "announced_on": Column(
        None, "date", meaning=_lt("Day on which its next renewal was announced to the customer.")
    ),
    "announced_to": Column(
        None, "char", meaning=_lt("Address to which that went. Left empty: the customer’s.")
    ),
}


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _kinds(self):
        return [*super()._kinds(), PRICE_INDEXES, INDEX_VALUES]

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
        if cells.get("indexed_on"):
            vals["indexed_on"] = cells["indexed_on"]
        if isinstance(cells.get("index_value"), float):
            vals["index_value"] = contract._given_index_value(cells["index_value"])
        if cells.get("auto_renew") is False:
            vals |= contract._given_refusal(vals.get("term_end"))
        return vals

    @api.model
    def _contracts_begun(self, pairs):
        """Also that their renewal was announced already: nobody is told twice."""
        result = super()._contracts_begun(pairs)
        for entry, contract in pairs:
            day = entry.cells.get("announced_on")
            if day:
                contract._announced_elsewhere(day, entry.cells.get("announced_to"))
        return result
