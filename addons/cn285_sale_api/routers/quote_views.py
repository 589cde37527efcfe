"""Quotations as the API shows them: so many queries, however many records."""

from odoo.addons.cn285_api.core.representing import Names, day, money, number, text
from odoo.addons.cn285_api.routers.contract_views import show_previews, show_signature

from ..schemas.quotes import (
    ChangeFigures,
    FirstInvoice,
    LineChange,
    LineFact,
    NextInvoice,
    QuoteComparison,
    QuoteFigures,
    QuoteLineOut,
    QuoteOut,
    RhythmOut,
)

STATES = {"draft": "draft", "sent": "sent", "sale": "accepted", "cancel": "cancelled"}
# Terms that go out as they are kept.
PLAIN_TERMS = (
    "billing_type",
    "recurring_interval",
    "recurring_unit",
    "alignment",
    "timing",
    "trial_days",
    "start_condition",
    "period_count",
)
TERM = ("term_length", "term_unit", "commitment_length", "commitment_unit")
WORTH = {"mrr": "cn285_mrr", "arr": "cn285_arr", "one_time": "cn285_one_shot", "value": "cn285_tcv"}


def show_quotes(orders, expand):
    """:param expand: names of links to be shown whole: ``lines``, ``signature_request``"""
    signatures = orders._api_signatures() if "signature_request" in expand else {}
    lines = orders.order_line.filtered("product_id") if "lines" in expand else ()
    names = Names(
        orders.env,
        orders,
        orders.partner_id,
        orders.cn285_template_id,
        orders.cn285_contract_id,
        orders.user_id,
        *((lines.product_id, lines.cn285_beneficiary_id) if lines else ()),
    )
    return [
        QuoteOut(
            id=order.id,
            external_id=names.external_id(order),
            number=order.name,
            version=order.cn285_version,
            kind=order.cn285_kind,
            state=STATES[order.state],
            activation=text(order.cn285_activation),
            activation_error=text(order.cn285_activation_error),
            payment_url=order._cn285_start_url(),
            customer=names.ref(order.partner_id),
            template=names.ref(order.cn285_template_id),
            contract=names.ref(order.cn285_contract_id),
            salesperson=names.ref(order.user_id),
            client_ref=text(order.client_order_ref),
            currency=order.currency_id.name,
            date_start=day(order.cn285_date_start),
            valid_until=day(order.validity_date),
            takes_effect=day(order.cn285_date_effective),
            previous_id=order.cn285_previous_id.id or None,
            replaced_by_id=order.cn285_superseded_by_id.id or None,
            created_at=order.create_date,
            updated_at=order.write_date,
            lines=_show_lines(names, order) if "lines" in expand else None,
            signature_request=show_signature(signatures.get(order.id)),
            **{name: order[name] for name in TERM},
            **_worth(order),
            **{
                name: money(order.currency_id, order[name])
                for name in ("amount_untaxed", "amount_tax", "amount_total")
            },
        )
        for order in orders
    ]


def _worth(order):
    return {name: money(order.currency_id, order[field]) for name, field in WORTH.items()}


def _show_lines(names, order):
    currency = order.currency_id
    return [
        QuoteLineOut(
            id=line.id,
            product=names.ref(line.product_id),
            name=line.name or "",
            quantity=number(line.product_uom_qty),
            price_unit=number(line.price_unit),
            discount=number(line.discount),
            contracted=line._cn285_is_contracted(),
            beneficiary=names.ref(line.cn285_beneficiary_id),
            amount_untaxed=money(currency, line.price_subtotal),
            amount_total=money(currency, line.price_total),
            item_id=line.cn285_item_id.id or None,
            action=text(line.cn285_action),
            bundle_line_id=line._cn285_bundle_line().id or None,
            bundle_price=number(line.cn285_bundle_price) if line.cn285_is_bundle_line else None,
            **{name: line[name] for name in PLAIN_TERMS},
        )
        for line in order.order_line
        if line.product_id
    ]


def show_figures(order):
    """What a quotation comes to."""
    currency = order.currency_id
    # sudo: as the quotation's own field, which leaves out how lines come about.
    first = order.sudo()._cn285_first(brief=False) or {"date": False, "then": []}
    return QuoteFigures(
        currency=currency.name,
        first_invoice=_show_first(currency, first) if first["date"] else None,
        then=[
            RhythmOut(
                every=one["every"],
                unit=one["unit"],
                begins_on=one["from"],
                amount_untaxed=money(currency, one["amount_untaxed"]),
                amount_total=money(currency, one["amount_total"]),
            )
            for one in first["then"]
        ],
        change=_show_change(order),
        **_worth(order),
    )


def _show_change(order):
    """What an amendment comes to; None where nothing is changed."""
    played = order._cn285_amends() and order._cn285_lines() and order._cn285_told_outcome()
    if not played:
        return None
    currency, invoice = order.currency_id, played["next_invoice"]
    following = invoice and NextInvoice(
        date=invoice["date"],
        amount_untaxed=money(currency, invoice["amount_untaxed"]),
        amount_total=money(currency, invoice["amount_total"]),
    )
    return ChangeFigures(
        days=played["days"],
        amount_untaxed=money(currency, played["amount"]),
        amount_total=money(currency, played["amount_with_tax"]),
        mrr_before=money(currency, played["mrr_before"]),
        mrr_after=money(currency, played["mrr_after"]),
        next_invoice=following or None,
    )


def _show_first(currency, first):
    [preview] = show_previews(currency, [first])
    return FirstInvoice(
        **dict(preview),
        date_due=first["due"],
        period_start=first["period_start"],
        period_end=first["period_end"],
    )


def show_comparison(order, other):
    """What a version changes of another one."""
    found, currency = order._cn285_compare(other), order.currency_id
    return QuoteComparison(
        quote_id=order.id,
        base_id=other.id,
        added=found["added"],
        removed=found["removed"],
        changed=[
            LineChange(
                name=name,
                facts=[
                    LineFact(field=label, before=before, after=after)
                    for label, before, after in facts
                ],
            )
            for name, facts in found["changed"]
        ],
        currency=currency.name,
        mrr_difference=money(currency, found["mrr"]),
        value_difference=money(currency, found["tcv"]),
    )
