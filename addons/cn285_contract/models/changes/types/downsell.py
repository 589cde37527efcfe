from odoo.tools import LazyTranslate

from .upsell import Upsell

_lt = LazyTranslate(__name__)


class Downsell(Upsell):
    """As an upgrade, to a lesser product, where the template's rules of downgrades allow it."""

    name = "downsell"
    label = _lt("Downgrade")
    group = "offer"
    nature = "downgrade"
