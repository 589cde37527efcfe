"""One bad contract stops itself only: a step over many contracts, parted until it is known which
of them fail. No model is defined here.
"""

import logging

import psycopg2
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .bulk import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)


def each_or_apart(contracts, step):
    """Do a step for contracts together, or, where that fails, for as many of them as can be.

    What fails leaves nothing behind: halves are tried in savepoints until single contracts are
    left, so that few bad ones among many cost few more tries.

    :param contracts: recordset of contracts
    :param step: function of such a recordset; it must do the same for a part of them as for all
    :returns: list of what the step returned for parts, ``{contract: reason in words}``
    :raises: one of ``CONCURRENCY_ERRORS``: nobody's fault, all is done again later
    """
    if not contracts:
        return [], {}
    try:
        with contracts.env.cr.savepoint(), mute_logger("odoo.sql_db"):
            return [step(contracts)], {}
    except CONCURRENCY_ERRORS:
        raise
    except Exception as error:  # whatever a contract's data provoke must stop that one only
        if len(contracts) == 1:
            return [], {contracts: reason_of(contracts.env, error)}
    middle = len(contracts) // 2
    first, failed = each_or_apart(contracts[:middle], step)
    second, failing = each_or_apart(contracts[middle:], step)
    return [*first, *second], {**failed, **failing}


def of_contracts(records, contracts, owner="contract_id"):
    """Those of the records that belong to these contracts, by the path to their contract."""
    ids = set(contracts.ids)
    if "." not in owner:
        return records.filtered(lambda record: record[owner].id in ids)
    return records.filtered(lambda record: record.mapped(owner).id in ids)


def reason_of(env, error):
    """What went wrong, in words: Odoo's own message, without a stack of Python."""
    if isinstance(error, UserError):
        return str(error.args[0]) if error.args else str(error)
    _logger.warning("A contract was set aside by an unexpected error", exc_info=error)
    if isinstance(error, psycopg2.Error):
        return env._("The database refused it: %s", error.diag.message_primary)
    return env._("Unexpected error: %s", f"{error} ({type(error).__name__})")
