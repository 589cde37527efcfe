"""A copied link that is selected by what it links to; no model is defined here."""

from odoo.addons.cn285_contract.models.copied_link import CopiedMany2one
from odoo.addons.cn285_contract.models.selected_link import SelectedMany2one


class CopiedSelected(CopiedMany2one, SelectedMany2one):
    """Both: the row it is copied from has the foreign key, and rules are no outer join."""
