"""Files as answers."""

from urllib.parse import quote

from fastapi import Response


def attachment(content, name, media_type):
    """A file to be saved under a name (RFC 6266)."""
    plain = "".join(char if char.isascii() and char not in '"\\' else "_" for char in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})
