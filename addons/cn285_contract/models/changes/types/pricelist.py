from odoo.tools import LazyTranslate

from ...common import LIVE_STATES, STATE_DOOR
from ..change_value import Value
from .base import ChangeType

_lt = LazyTranslate(__name__)


class Pricelist(ChangeType):
    """From the day on all items that follow the pricelist follow this one."""

    name = "pricelist"
    label = _lt("Pricelist")
    group = "price"
    on = "contract"
    values = {"pricelist_id": Value("record", model="product.pricelist", blank_counts=True)}

    def check(self, change):
        """A pricelist in the contract's currency; none means the products' sales prices."""
        pricelist = change._parsed().get("pricelist_id")
        if pricelist and pricelist.currency_id != change.contract_id.currency_id:
            raise change._refusal(
                change.env._(
                    "pricelist “%(pricelist)s” is in %(currency)s.",
                    pricelist=pricelist.name,
                    currency=pricelist.currency_id.name,
                )
            )

    def patch_for_other_product(self, change, patch, item, day):
        """The pricelist is the contract's, whatever the product."""
        kept = super().patch_for_other_product(change, patch, item, day)
        return {**kept, "pricelist_id": patch["pricelist_id"]} if "pricelist_id" in patch else kept

    def apply(self, changes):
        terms_changes = []
        for change in changes:
            pricelist = change._parsed().get("pricelist_id")
            day = change._first_day()
            items = change.contract_id.item_ids.filtered(
                lambda item, day=day: self._follows_from(item, day)
            )
            patch = {"pricelist_id": pricelist.id if pricelist else False}
            terms_changes += [change._terms_change(patch, item) for item in items]
        items = changes.env["cn285.contract.item"].sudo()  # sudo: see apply() of ChangeType
        items._write_versions(terms_changes)
        for change in changes.filtered(lambda change: not change._is_superseded()):
            pricelist = change._parsed().get("pricelist_id")
            contract = change.contract_id.with_context(cn285_no_replan=STATE_DOOR)
            contract.pricelist_id = pricelist or False
        changed = items.union(*(entry.item for entry in terms_changes))
        changed._settle({entry.item: entry.change for entry in terms_changes})

    def _follows_from(self, item, day):
        """Whether the pricelist prices days of an item that it serves on ``day`` or later."""
        ended = item.date_end and item.date_end < day
        if ended or item.state not in (*LIVE_STATES, "ended"):
            return False
        later = item.version_ids.filtered(lambda v: v.date_from and v.date_from > day)
        terms = [item._price_terms_on(day), *later]
        return any(source.price_source == "pricelist" for source in terms)
