"""External ids of records: those of the import, read and given by the API too."""

from urllib.parse import unquote

from odoo.addons.cn285_import.models.external_ids import ExternalIds, external_name
from odoo.addons.cn285_import.models.import_loader import NAMESPACE

from .problems import FieldError, Problem


def name_of(kept):
    """The external id that a name in ``ir.model.data`` says: see ``ExternalIds``."""
    return unquote(kept.partition("#")[0])


def find_external(env, model, names):
    """``{external id: id}`` of those records that are found and may be read."""
    asked = {external_name(name): name for name in names}
    found = ExternalIds(env, NAMESPACE).resolve(model, list(asked)).found
    return {asked[name]: number for name, number in found.items()}


def give_external(record, name, pointer=""):
    """Give a new record its external id.

    :param pointer: where the record stands in the body
    :raises Problem: where a record has it
    """
    key = external_name(name)
    known = ExternalIds(record.env, NAMESPACE)
    free = known.resolve(record._name, [key]).free
    if key not in free:
        detail = record.env._("The external id “%s” belongs to another record.", name)
        raise Problem(
            "external_id_taken", detail, [FieldError(f"{pointer}/external_id", "taken", detail)]
        )
    known.name([(free[key], record)])
