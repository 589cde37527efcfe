"""What the engine refuses, in the user's language."""

from odoo.exceptions import UserError


def in_words(env, error):
    """The sentence of a refusal, translated.

    :param error: a ``SepaError``
    """
    words = {
        "bad_creditor_identifier": env._(
            "%(value)s is no creditor identifier: its check digits are wrong."
        ),
        "bad_iban": env._("%(value)s is not an IBAN."),
        "not_sepa": env._("%(value)s is no account in the SEPA area."),
        "bad_bic": env._("%(value)s is not a BIC."),
        "bad_reference": env._(
            "%(value)s cannot be a reference: 1 to 35 letters, digits and / - ? : ( ) . , ' + are "
            "allowed, with no / at the ends and none doubled."
        ),
        "bad_amount": env._(
            "%(reference)s: %(amount)s EUR cannot be ordered: from 0.01 to 999999999.99, with two "
            "decimals."
        ),
        "address_needed": env._(
            "%(reference)s: %(name)s has an account outside the European Economic Area (%(iban)s): "
            "town and country are needed."
        ),
        "doubled_reference": env._("%(reference)s is there twice."),
        "nothing_to_order": env._("There is nothing to order."),
        "no_name": env._("%(reference)s: whose account it is has to be named."),
        "unknown_format": env._("%(value)s is not a format of orders that can be written."),
        "not_readable": env._("The file cannot be read: %(reason)s."),
        "not_a_statement": env._("The file is no statement or status report of a bank (%(root)s)."),
        "no_side": env._("It is neither a credit nor a debit."),
        "no_amount": env._("It has no amount."),
        "no_such_amount": env._("“%(value)s” is no amount."),
        "no_such_date": env._("“%(value)s” is no date."),
    }
    return words[error.code] % error.values


def refusal(env, error):
    """A refusal of the engine as an error for users."""
    return UserError(in_words(env, error))
