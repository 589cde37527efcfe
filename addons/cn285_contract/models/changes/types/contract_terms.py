# The hooks of a change type return nothing: pylint: disable=missing-return
from odoo.tools import LazyTranslate

from ..change_value import Value
from .base import ChangeType

_lt = LazyTranslate(__name__)

# How invoices are made, which is no part of what was agreed.
BOOKKEEPING = frozenset({"fiscal_position_id", "invoice_separately", "journal_id", "line_grouping"})


class ContractTerms(ChangeType):
    """Other terms of the contract hold from the day on: who pays, how it is invoiced, its rules.

    ``terms`` has the values by the names of the contract's fields; which there are says
    ``cn285.contract._traced_terms``.
    """

    name = "contract_terms"
    label = _lt("Terms of the Contract")
    group = "term"
    on = "contract"
    in_dialog = False
    values = {"terms": Value("fields", required=True, model="cn285.contract", in_dialog=False)}

    def alters_contract(self, change):
        return not BOOKKEEPING.issuperset((change.values or {}).get("terms") or {})

    def check(self, change):
        """The fields are terms of contracts."""
        contract, terms = change.contract_id, change._parsed()["terms"]
        unknown = terms.keys() - set(contract._traced_terms())
        if unknown or not terms:
            raise change._refusal(
                change.env._(
                    "“%(name)s” is no term of a contract.", name=", ".join(sorted(unknown)) or "–"
                )
            )

    def apply(self, changes):
        for change in changes:
            change.contract_id.write(change._parsed()["terms"])
