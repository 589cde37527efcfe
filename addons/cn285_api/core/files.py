"""Files as answers."""

import base64
import hashlib
from urllib.parse import quote

from fastapi import Response

from ..engine.headers import has_tag, parse_tags
from ..engine.ranges import Unsatisfiable, part_of
from .problems import Problem

#: What an operation says of a file that it answers, whatever its type, and parts of it.
ANY_FILE = {
    200: {
        "description": "The file",
        "content": {
            media: {"schema": {"type": "string", "format": "binary"}}
            for media in ("application/octet-stream", "*/*")
        },
    },
    206: {"description": "The part of the file that `Range` asks for"},
    304: {"description": "It is the file of `If-None-Match`"},
}


def attachment(content, name, media_type):
    """A file to be saved under a name (RFC 6266)."""
    plain = "".join(
        char if char.isascii() and char.isprintable() and char not in '"\\' else "_"
        for char in name
    )
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})


def lasting_file(call, headers, content, name, media_type):
    """The answer of a file that never changes: all of it, a part, or that it is known already.

    Its ``ETag`` is its SHA-256 (``Repr-Digest``, RFC 9530, says the same).

    :param headers: of the request
    :raises Problem: 416 where nothing of the file lies in the range that is asked for
    """
    digest = hashlib.sha256(content)
    tag = f'"{digest.hexdigest()}"'
    about = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=31536000, immutable",
        "Repr-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:",
    }
    if _names(call, headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=about)
    try:
        part = part_of(headers.get("range"), len(content))
    except Unsatisfiable as error:
        size = {"Content-Range": f"bytes */{len(content)}"}
        raise Problem("range_not_satisfiable", headers=size) from error
    if "if-range" in headers and headers["if-range"].strip() != tag:
        part = None
    if part:
        about["Content-Range"] = f"bytes {part[0]}-{part[1] - 1}/{len(content)}"
        content = content[slice(*part)]
    answer = attachment(content, name, media_type)
    answer.headers.update(about)
    answer.status_code = 206 if part else 200
    return answer


def _names(call, given, tag):
    if given is None:
        return False
    try:
        return has_tag(tag, parse_tags(given), weak=True)
    except ValueError as error:
        raise Problem("bad_header", call.env._("This is no list of entity tags.")) from error
