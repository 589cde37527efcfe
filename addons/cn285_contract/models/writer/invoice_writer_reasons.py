"""Why an invoice is made in Odoo's ordinary way: all reasons, and their words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


def _model_name(env, model):
    # sudo: the name of a kind of document is no secret, and clerks may not read ir.model.
    return env["ir.model"]._get(model).sudo().name or model


def _module_name(env, module):
    # sudo: which addons are installed is for administrators; what one of them is called is not.
    return env["ir.module.module"].sudo()._get(module).shortdesc or module


def _account_type(env, value):
    return dict(env["account.account"]._fields["account_type"]._description_selection(env))[value]


def _plain(_env, value):
    return value


class Words(NamedTuple):
    """A reason as a clerk reads it, after "because of", and how its arguments are shown."""

    text: object
    show: Mapping = MappingProxyType({})


REASONS = {
    # what the database, the user or the caller says about all invoices
    "switch": Words(_lt("the system parameter %(what)s"), {"what": _plain}),
    "override": Words(_lt("%(module)s (%(method)s)"), {"module": _module_name, "method": _plain}),
    "constraint": Words(
        _lt("%(module)s (its check %(method)s)"), {"module": _module_name, "method": _plain}
    ),
    "sets_itself": Words(
        _lt("%(module)s (its field %(field)s fills itself in)"),
        {"module": _module_name, "field": _plain},
    ),
    "redefined": Words(
        _lt("%(module)s (it changes the field %(field)s)"),
        {"module": _module_name, "field": _plain},
    ),
    "patched": Words(
        _lt("%(module)s (a rule on %(model)s)"), {"module": _module_name, "model": _plain}
    ),
    "custom_field": Words(
        _lt("the custom field %(what)s, which fills itself in"), {"what": _plain}
    ),
    "default": Words(
        _lt("a default value that users set for the field %(what)s"), {"what": _plain}
    ),
    "context": Words(_lt("the context %(what)s"), {"what": _plain}),
    "cookies": Words(_lt("marketing cookies of the web request")),
    "may_not_post": Words(_lt("the rights of the user, who may not post")),
    "may_not_create": Words(_lt("the rights of the user on: %(what)s"), {"what": _model_name}),
    "draft": Words(_lt("invoices left as drafts")),
    # settings of the company
    "storno": Words(_lt("storno accounting")),
    "discount_account": Words(_lt("discounts that are booked on an account of their own")),
    "quick_encoding": Words(_lt("quick encoding of customer invoices")),
    # the header
    "not_invoice": Words(_lt("a document that is not a customer invoice")),
    "no_date": Words(_lt("an invoice without a date")),
    "no_customer": Words(_lt("an invoice without a customer")),
    "company": Words(_lt("an invoice of another company")),
    "field": Words(_lt("the field %(what)s, which Odoo has to handle"), {"what": _plain}),
    "commands": Words(_lt("records made along with the invoice")),
    "followers": Words(
        _lt("the field %(what)s, whose followers follow the invoice"), {"what": _plain}
    ),
    "lock_date": Words(_lt("a lock date")),
    "currency_inactive": Words(_lt("an inactive currency")),
    "currency_rate": Words(_lt("a currency rate that is not positive")),
    "journal_kind": Words(_lt("a journal that is not an active sales journal")),
    "journal_currency": Words(_lt("a journal with a currency of its own")),
    "journal_hashed": Words(_lt("a journal whose entries are hashed when posted")),
    "journal_reference": Words(_lt("a payment reference that is not the number")),
    "journal_edi": Words(_lt("a journal with electronic formats")),
    "other_company": Words(_lt("%(what)s of another company"), {"what": _model_name}),
    "bank_archived": Words(_lt("an archived bank account")),
    "early_discount": Words(_lt("an early payment discount that changes the taxes")),
    # lines
    "line_command": Words(_lt("invoice lines that are not new")),
    "no_product_line": Words(_lt("an invoice without a product line")),
    "line_type": Words(_lt("a line of type %(what)s"), {"what": _plain}),
    "line_incomplete": Words(_lt("a line without text or price")),
    "text_amount": Words(_lt("a section or note with an amount")),
    "line_account": Words(_lt("a line with neither product nor account")),
    "stock_valuation": Words(_lt("a product whose stock is valued at each move")),
    "product_mail": Words(_lt("a product that sends an e-mail when it is invoiced")),
    "reinvoiced": Words(_lt("a cost that is charged again on a sales order")),
    "no_account": Words(_lt("a line without an account")),
    "account_archived": Words(_lt("an archived account")),
    "account_currency": Words(_lt("an account with a currency of its own")),
    "account_type": Words(_lt("an account of type %(what)s"), {"what": _account_type}),
    "account_receivable": Words(_lt("a receivable account where none belongs, or the reverse")),
    "tax_exigibility": Words(_lt("taxes on invoice and on payment on one line")),
    "tax_country": Words(_lt("a tax of another country")),
    "account_taxes": Words(_lt("taxes of the account")),
    "analytic_models": Words(_lt("analytic distribution models")),
    "analytic_partial": Words(_lt("a partial analytic distribution")),
    # totals
    "total": Words(_lt("a total that is not positive")),
    "terms": Words(_lt("payment terms that do not add up")),
    "one_currency": Words(_lt("an amount that is zero in one of the two currencies")),
    # said by an addon, see `cn285.invoice.writer._quick_refusal`
    "addon": Words(_lt("%(what)s"), {"what": _plain}),
}


@dataclass(frozen=True)
class Reason:
    """One reason of REASONS with its arguments. `str()` says it in English, for logs."""

    code: str
    args: tuple = ()

    def __str__(self):
        words = REASONS[self.code]
        return words.text._source % dict(zip(words.show, self.args, strict=True))

    def text(self, env):
        """Return the reason in the language of ``env``, after "because of"."""
        words = REASONS[self.code]
        pairs = zip(words.show.items(), self.args, strict=True)
        translated = env._(words.text)
        return translated % {name: show(env, arg) for (name, show), arg in pairs}

    def dump(self):
        """Return the reason as `load` reads it, for a column."""
        return json.dumps([self.code, *self.args])

    @classmethod
    def load(cls, dumped):
        code, *args = json.loads(dumped)
        return cls(code, tuple(args))


class NotQuick(Exception):
    """This invoice has something that the quick writer leaves to Odoo; says what."""

    def __init__(self, code, *args):
        super().__init__(code, *args)
        self.reason = Reason(code, args)

    def __str__(self):
        return str(self.reason)
