"""Contracts, items and rows as the API shows them: so many queries, however many records."""

from ..core.representing import Names, day, money, number, text
from ..schemas.contracts import (
    ContractOut,
    InvoicePreview,
    ItemOut,
    PreviewLine,
    ScheduleRow,
    SignatureRef,
)

# Terms that go out as they are kept.
PLAIN_TERMS = (
    "price_source",
    "billing_type",
    "recurring_interval",
    "recurring_unit",
    "alignment",
    "billing_day",
    "first_period",
    "last_period",
    "proration_basis",
    "timing",
    "billing_offset",
    "trial_days",
    "start_condition",
    "period_count",
)


def show_contracts(contracts, expand):
    """:param expand: names of links to be shown whole: ``items``, ``signature_request``"""
    items = {}
    if "items" in expand:
        shown = contracts.item_ids
        for item, one in zip(shown, show_items(shown), strict=True):
            items.setdefault(item.contract_id.id, []).append(one)
    signatures = contracts._api_signatures() if "signature_request" in expand else {}
    names = Names(
        contracts.env,
        contracts,
        contracts.partner_id,
        contracts.reseller_id,
        contracts.payer_id,
        contracts.template_id,
    )
    return [
        ContractOut(
            id=contract.id,
            external_id=names.external_id(contract),
            number=contract.name,
            client_ref=text(contract.client_ref),
            state=contract.state,
            customer=names.ref(contract.partner_id),
            reseller=names.ref(contract.reseller_id),
            payer=names.ref(contract.payer_id),
            template=names.ref(contract.template_id),
            currency=contract.currency_id.name,
            date_start=day(contract.date_start),
            date_end=day(contract.date_end),
            planned_end=day(contract.planned_end),
            commitment_end=day(contract.commitment_end),
            # sudo: names of tags are told to who may read the contract, a seller of it say.
            tags=contract.sudo().tag_ids.mapped("name"),
            invoice_separately=contract.invoice_separately,
            line_grouping=contract.line_grouping,
            sending=contract.sending,
            created_at=contract.create_date,
            updated_at=contract.write_date,
            items=items.get(contract.id, []) if "items" in expand else None,
            signature_request=show_signature(signatures.get(contract.id)),
        )
        for contract in contracts
    ]


def show_signature(request):
    """:param request: a signature request, or None"""
    if not request:
        return None
    return SignatureRef(id=request.id, number=request.name, state=request.state)


def show_terms(names, item):
    """What items of contracts and of templates have in common, by name."""
    own = item.price_source == "manual"
    return {
        "product": names.ref(item.product_id),
        "name": item.name or "",
        "quantity": number(item.quantity),
        "price_unit": number(item.price_unit) if own else None,
        "discount": number(item.discount),
        "billing_month": text(item.billing_month),
        **{name: item[name] for name in PLAIN_TERMS},
    }


def show_items(items):
    names = Names(items.env, items, items.contract_id, items.product_id, items.beneficiary_id)
    return [
        ItemOut(
            id=item.id,
            external_id=names.external_id(item),
            contract=names.ref(item.contract_id),
            code=text(item.code),
            beneficiary=names.ref(item.beneficiary_id),
            state=item.state,
            date_start=day(item.date_start),
            date_end=day(item.date_end),
            planned_end=day(item.planned_end),
            one_shot_date=day(item.one_shot_date),
            currency=item.currency_id.name,
            updated_at=item.write_date,
            **show_terms(names, item),
        )
        for item in items
    ]


def show_rows(rows):
    """Rows of the billing schedule."""
    names = Names(rows.env, rows.item_id)
    return [
        ScheduleRow(
            id=row.id,
            item=names.ref(row.item_id),
            kind=row.kind,
            revision=row.revision,
            period_start=row.period_start,
            period_end=row.period_end,
            billing_date=row.billing_date,
            quantity=number(row.quantity),
            price_unit=number(row.price_unit),
            discount=number(row.discount),
            amount=money(row.currency_id, row.amount),
            currency=row.currency_id.name,
            state=row.state,
            # The number alone: whoever reads contracts need not read invoices.
            invoice_id=row.move_id.id or None,
            explanation=text(row.explanation),
        )
        for row in rows
    ]


def show_previews(currency, invoices):
    """What ``preview_invoices`` returns."""
    return [
        InvoicePreview(
            date=invoice["date"],
            currency=invoice["currency"],
            **{
                name: money(currency, invoice[name])
                for name in ("amount_untaxed", "amount_tax", "amount_total")
            },
            lines=[_show_line(currency, line) for line in invoice["lines"]],
        )
        for invoice in invoices
    ]


def _show_line(currency, line):
    return PreviewLine(
        name=line["name"],
        item_id=line["item_id"] or None,
        period_start=line["period_start"],
        period_end=line["period_end"],
        quantity=number(line["quantity"]),
        price_unit=number(line["price_unit"]),
        discount=number(line["discount"]),
        amount=money(currency, line["amount"]),
        amount_total=money(currency, line["amount_total"]),
        explanation=line["explanation"],
    )
