"""Links by which signers sign stand in no log: the server notes the address of each request."""

import logging
import re

_LINK = re.compile(r"(/my/sign/[0-9]+/)[^/?\s\"]+")


class Masked(logging.Filter):
    """Take what is secret of a signer's link out of what is logged."""

    def filter(self, record):
        record.msg = _masked(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(_masked, record.args))
        return True


def _masked(part):
    return _LINK.sub(r"\1***", part) if isinstance(part, str) else part


# Of the servers that Odoo runs by: of threads, of processes, and of long polling.
for _name in ("werkzeug", "longpolling"):
    logging.getLogger(_name).addFilter(Masked())
