"""Refusals of the engine of SEPA, as codes that the shell translates."""

_MESSAGES = {
    "bad_creditor_identifier": "%(value)s is no creditor identifier: its check digits are wrong.",
    "bad_iban": "%(value)s is not an IBAN.",
    "not_sepa": "%(value)s is no account in the SEPA area.",
    "bad_bic": "%(value)s is not a BIC.",
    "bad_reference": "%(value)s cannot be a reference: 1 to 35 letters, digits and "
    "/ - ? : ( ) . , ' + are allowed, with no / at the ends and none doubled.",
    "bad_amount": "%(reference)s: %(amount)s EUR cannot be ordered: from 0.01 to 999999999.99, "
    "with two decimals.",
    "address_needed": "%(reference)s: %(name)s has an account outside the European Economic Area "
    "(%(iban)s): town and country are needed.",
    "doubled_reference": "%(reference)s is there twice.",
    "nothing_to_order": "There is nothing to order.",
    "no_name": "%(reference)s: whose account it is has to be named.",
    "unknown_format": "%(value)s is not a format of orders that can be written.",
    "not_readable": "The file cannot be read: %(reason)s.",
    "not_a_statement": "The file is no statement or status report of a bank (%(root)s).",
    "no_side": "It is neither a credit nor a debit.",
    "no_amount": "It has no amount.",
    "no_such_amount": "“%(value)s” is no amount.",
    "no_such_date": "“%(value)s” is no date.",
    "bad_day": "%(day)s is no day on which banks settle.",
}


class SepaError(ValueError):
    """A value that this engine refuses.

    :ivar code: a key of the table above, for the shell's own words
    :ivar values: what stands in the sentence
    """

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(_MESSAGES[code] % values)
        self.code = code
        self.values = values
