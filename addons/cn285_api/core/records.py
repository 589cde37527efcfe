"""From what a request names to records, by the rights of its user; and pages of them."""

from datetime import datetime

from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.cursors import BadCursor, Cursor, decode, encode
from ..engine.headers import entity_tag, has_tag, parse_tags
from ..engine.references import BadReference, parse_reference
from .external import find_external
from .problems import Problem, invalid


def find(call, model, text, domain=Domain.TRUE):
    """The record that a path names, ``12`` or ``ext:CTR-1``.

    :raises Problem: 404 where there is none that the key's user may read
    """
    record = _find(call.env, model, text, domain)
    if not record:
        raise Problem("not_found", call.env._("There is no “%s” here.", text))
    return record


def named(call, model, text, pointer, domain=Domain.TRUE):
    """The record that a value of a body names; an empty one where it names none.

    :raises Problem: 422 with the place, where there is none that the key's user may read
    """
    if text is None:
        return call.env[model]
    record = _find(call.env, model, text, domain)
    if not record:
        raise invalid(pointer, "unknown_reference", call.env._("There is no “%s”.", text))
    return record


def _find(env, model, text, domain):
    """By a search, so that rules of records decide what there is."""
    records = env[model].with_context(active_test=False)
    try:
        reference = parse_reference(text)
    except BadReference:
        return records.browse()
    number = reference.id
    if number is None:
        number = find_external(env, model, [reference.external_id]).get(reference.external_id)
    if number is None:
        # Whether he may read any, all the same: what he may not is no matter of its number.
        records.check_access("read")
        return records.browse()
    found = records.search(Domain("id", "=", number) & Domain(domain), limit=1)
    return found.with_env(env)


def page(call, model, domain, query):
    """A page of records in the order of their numbers, or of their last changes.

    :param query: a ``ListQuery``
    :returns: ``(records, next cursor or None)``
    :raises Problem: for a cursor of another list
    """
    by_change = query.updated_since is not None
    records = call.env[model].with_context(active_test=False)
    if by_change and not records._log_access:
        detail = call.env._("It is not kept here when something was changed.")
        raise invalid("updated_since", "not_kept", detail)
    domain = Domain(domain)
    if query.external_id is not None:
        known = find_external(call.env, model, [query.external_id])
        domain &= Domain("id", "in", list(known.values()))
    after = None
    if query.cursor is not None:
        try:
            after = decode(query.cursor, by_change)
        except BadCursor as error:
            raise Problem("bad_cursor") from error
    table = SQL.identifier(records._table)
    order = "write_date, id" if by_change else "id"
    found = records._search(domain, order=order, limit=query.limit + 1)
    if by_change:
        since = (after and after.changed) or _naive(query.updated_since)
        found.add_where(
            SQL("(%s.write_date, %s.id) > (%s, %s)", table, table, since, after.id if after else 0)
        )
    elif after:
        found.add_where(SQL("%s.id > %s", table, after.id))
    ids = list(found.get_result_ids())
    more, ids = len(ids) > query.limit, ids[: query.limit]
    chosen = call.env[model].browse(ids)
    if not more:
        return chosen, None
    last = chosen[-1]
    return chosen, encode(Cursor(last.id, last.write_date if by_change else None))


def _naive(moment: datetime):
    return moment.replace(tzinfo=None)


def check_match(call, headers, representation):
    """Refuse a change of what was changed since its caller read it (``If-Match``).

    :param representation: what it is now, as bytes, read after the record was locked
    :raises Problem: 412
    """
    given = headers.get("if-match")
    if given is None:
        return
    if not has_tag(entity_tag(representation), _tags(call, given)):
        raise Problem("precondition_failed")


def is_known(call, headers, representation):
    """Whether the caller has this representation already (``If-None-Match``)."""
    given = headers.get("if-none-match")
    return given is not None and has_tag(entity_tag(representation), _tags(call, given), weak=True)


def _tags(call, header):
    try:
        return parse_tags(header)
    except ValueError as error:
        raise Problem("bad_header", call.env._("This is no list of entity tags.")) from error


def undone(call, act):
    """What ``act`` returns; nothing of what it does stays: a dry run."""
    try:
        with call.env.cr.savepoint():
            result = act()
            call.env.flush_all()
            raise _Done(result)
    except _Done as done:
        call.env.invalidate_all()
        return done.args[0]


class _Done(Exception):
    pass
