"""The fields of a declaration that ends a contract, as they come in, and what is wrong in them."""

import re

from odoo.addons.cn285_contract.models.common import as_day
from odoo.addons.cn285_import.engine.text import cleaned
from odoo.exceptions import UserError

from ..engine.confirmation import is_email
from ..engine.evidence import MOST_BYTES, MOST_FILES, check_evidence
from ..engine.legal_kind import words_of

# Longer texts are no names, addresses or reasons.
MAX_TEXT = 2000
# What D215-2 of the Code de la consommation asks for, and what pages hand back to themselves.
FIELDS = ("name", "address", "number", "wished_date", "phone", "reason", "evidence_kept")
# What of them is noted as declared; the reason and its evidence have fields of their own.
NOTED = ("name", "address", "wished_date", "phone")
_PHONE = re.compile(r"[0-9+().\-/,; ]{4,200}")


def declared_fields(known, post):
    """The fields as text, prefilled with what is known of the customer.

    :param known: ``{field: text}``
    :param post: what a form sent; may be empty
    """
    return {
        # The database takes no zero character, and no half of one.
        name: cleaned(str(post.get(name, known.get(name) or ""))).strip()[:MAX_TEXT]
        for name in FIELDS
    }


def declaration_errors(env, declared, asks_phone=False):
    """What has to be corrected, by field.

    :param bool asks_phone: the contract is for electronic communications
    """
    errors = {}
    if not declared["name"]:
        errors["name"] = env._("Please give your names, or the company's name.")
    if not _is_address(declared["address"]):
        errors["address"] = env._("Please give a valid e-mail or postal address.")
    try:
        as_day(env, declared["wished_date"])
    except UserError:
        errors["wished_date"] = env._("Please give a date.")
    phone = declared["phone"]
    if (asks_phone and not phone) or (phone and not _is_phone(phone)):
        errors["phone"] = env._("Please give the telephone number of the line.")
    return errors


def _is_address(text):
    """An e-mail address, or something that a letter may go to."""
    return is_email(text) if "@" in text else len(words_of(text)) > 1


def _is_phone(text):
    return bool(_PHONE.fullmatch(text)) and sum(sign.isdigit() for sign in text) >= 4


def uploaded_evidence(env, files, already):
    """The files that a form sent, checked.

    :param files: of werkzeug
    :param int already: how many were kept before
    :returns: ``(list of Evidence, error text or None)``; where one is refused, none is taken
    """
    taken = []
    for file in files:
        content = file.stream.read(MOST_BYTES + 1)
        if not content and not file.filename:
            continue  # the field was left empty
        found = check_evidence(file.filename or "", content, already + len(taken))
        if isinstance(found, str):
            return [], _refusal(env, found, cleaned(file.filename or ""))
        taken.append(found)
    return taken, None


def _refusal(env, code, name):
    megabytes = MOST_BYTES // (1024 * 1024)
    return {
        "empty": env._("“%s” is empty.", name),
        "too_large": env._(
            "“%(name)s” is too large: files may have %(size)s MB.", name=name, size=megabytes
        ),
        "bad_type": env._("“%s” is neither a PDF nor a picture (JPEG, PNG).", name),
        "too_many": env._("%s files may be sent at most.", MOST_FILES),
    }[code]
