"""Links of facts, of which there are millions: one foreign key a row is checked, not seven."""

from odoo.addons.cn285_contract.models.copied_link import CopiedMany2one
from odoo.addons.cn285_contract.models.selected_link import SelectedMany2one


class CopiedSelected(CopiedMany2one, SelectedMany2one):
    """A link that access rules go through, copied from a row that has the foreign key."""
