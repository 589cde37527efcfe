"""One record read with its entity tag, and changed by whoever has read it last."""

from fastapi import Response

from ..engine.headers import entity_tag
from .records import check_match, is_known
from .route import answer


def tagged(call, request, shown):
    """The answer that shows a record: with its ``ETag``, or 304 where the caller has it so."""
    plain = shown.model_dump_json().encode()
    tag = {"ETag": entity_tag(plain)}
    if is_known(call, request.headers, plain):
        return Response(status_code=304, headers=tag)
    return answer(shown, headers=tag)


def changed(call, request, record, show, act):
    """The answer of a change: the record as it is now, with its new ``ETag``.

    :param show: function from a recordset to a list of schemas
    :param act: does the change; what it does is undone with the request where it is refused
    :raises Problem: 412 where the record is another one than the caller read (``If-Match``)
    """
    record.lock_for_update(allow_referencing=True)
    check_match(call, request.headers, show(record)[0].model_dump_json().encode())
    act()
    call.env.flush_all()
    return tagged_now(show(record)[0])


def tagged_now(shown):
    return answer(shown, headers={"ETag": entity_tag(shown.model_dump_json().encode())})
