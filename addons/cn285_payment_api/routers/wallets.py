"""Wallets: what they hold, what was drawn; topped up, and granted."""

from typing import Annotated

from fastapi import Query
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.external import give_external
from odoo.addons.cn285_api.core.records import find, named, page
from odoo.addons.cn285_api.core.representing import Names, day, expansions, money, text
from odoo.addons.cn285_api.core.route import answer, new_router, operation
from odoo.addons.cn285_api.schemas.common import ListQuery, RefPath
from odoo.fields import Domain

from ..schemas.wallets import (
    DrawOut,
    DrawPage,
    GrantIn,
    LotOut,
    LotPage,
    LotQuery,
    TopupIn,
    TopupOut,
    TopupPage,
    TopupQuery,
    WalletIn,
    WalletOut,
    WalletPage,
    WalletQuery,
    WalletTypeOut,
    WalletTypePage,
)
from .ordering import ORDERED

router = new_router("Wallets")
MODEL = "cn285.wallet"


# === READ === #


@router.get("/wallet-types", summary="List kinds of wallets", **operation("wallets:read"))
def list_wallet_types(call: CurrentCall, query: Annotated[ListQuery, Query()]) -> WalletTypePage:
    """Of which a wallet can be made."""
    expansions(call, query.expand, ())
    types, following = page(call, "cn285.wallet.type", Domain("active", "=", True), query)
    names = Names(call.env, types)
    return WalletTypePage(
        data=[
            WalletTypeOut(
                id=one.id,
                external_id=names.external_id(one),
                name=one.name,
                currency=one.currency_id.name,
                vat_due=one.books,
                pays_for=one.scope,
                least_topup=money(one.currency_id, one.least),
                largest_topup=money(one.currency_id, one.most) if one.most else None,
                months_of_validity=one.valid_months,
            )
            for one in types
        ],
        has_more=following is not None,
        next_cursor=following,
    )


@router.get("/wallets", summary="List wallets", **operation("wallets:read"))
def list_wallets(call: CurrentCall, query: Annotated[WalletQuery, Query()]) -> WalletPage:
    """With what they hold today."""
    expansions(call, query.expand, ())
    domain = Domain.TRUE
    if query.customer:
        customer = named(call, "res.partner", query.customer, "customer")
        domain &= Domain("partner_id", "=", customer.commercial_partner_id.id)
    if query.type:
        kind = named(call, "cn285.wallet.type", query.type, "type")
        domain &= Domain("type_id", "=", kind.id)
    wallets, following = page(call, MODEL, domain, query)
    return WalletPage(
        data=show_wallets(wallets), has_more=following is not None, next_cursor=following
    )


@router.get("/wallets/{wallet}", summary="Read a wallet", **operation("wallets:read", 404))
def get_wallet(call: CurrentCall, wallet: RefPath) -> WalletOut:
    """What it holds today."""
    return show_wallets(find(call, MODEL, wallet))[0]


@router.get(
    "/wallets/{wallet}/lots",
    summary="List the lots of a wallet",
    **operation("wallets:read", 404),
)
def list_wallet_lots(
    call: CurrentCall, wallet: RefPath, query: Annotated[LotQuery, Query()]
) -> LotPage:
    """What it was filled with, and what is left of each."""
    expansions(call, query.expand, ())
    domain = Domain("wallet_id", "=", find(call, MODEL, wallet).id)
    if query.kind:
        domain &= Domain("kind", "=", query.kind)
    lots, following = page(call, "cn285.wallet.lot", domain, query)
    return LotPage(data=_show_lots(lots), has_more=following is not None, next_cursor=following)


@router.get(
    "/wallets/{wallet}/draws",
    summary="List the draws of a wallet",
    **operation("wallets:read", 404),
)
def list_wallet_draws(
    call: CurrentCall, wallet: RefPath, query: Annotated[ListQuery, Query()]
) -> DrawPage:
    """What was paid of which invoice, and given back by credit notes."""
    expansions(call, query.expand, ())
    domain = Domain("wallet_id", "=", find(call, MODEL, wallet).id)
    draws, following = page(call, "cn285.wallet.draw", domain, query)
    names = Names(call.env, draws.move_id)
    return DrawPage(
        data=[
            DrawOut(
                id=draw.id,
                lot_id=draw.lot_id.id,
                invoice=names.ref(draw.move_id),
                amount=money(draw.currency_id, draw.amount),
                date=draw.date,
                gives_back_id=draw.reverses_id.id or None,
                undone=draw.undone,
            )
            for draw in draws
        ],
        has_more=following is not None,
        next_cursor=following,
    )


@router.get(
    "/wallets/{wallet}/topups",
    summary="List the top-ups of a wallet",
    **operation("wallets:read", 404),
)
def list_wallet_topups(
    call: CurrentCall, wallet: RefPath, query: Annotated[TopupQuery, Query()]
) -> TopupPage:
    """Those that wait for their payment too."""
    expansions(call, query.expand, ())
    domain = Domain("wallet_id", "=", find(call, MODEL, wallet).id)
    if query.state:
        domain &= Domain("state", "=", query.state)
    topups, following = page(call, "cn285.wallet.topup", domain, query)
    return TopupPage(
        data=show_topups(topups), has_more=following is not None, next_cursor=following
    )


@router.get("/wallet-topups/{topup}", summary="Read a top-up", **operation("wallets:read", 404))
def get_wallet_topup(call: CurrentCall, topup: RefPath) -> TopupOut:
    """Whether it is paid."""
    return show_topups(find(call, "cn285.wallet.topup", topup))[0]


# === WRITE === #


@router.post("/wallets", summary="Make a wallet", **operation("wallets:write", status_code=201))
def create_wallet(call: CurrentCall, body: WalletIn) -> WalletOut:
    """Empty; of the customer's company, whose contacts share it. By billing managers."""
    customer = named(call, "res.partner", body.customer, "/customer")
    kind = named(call, "cn285.wallet.type", body.type, "/type")
    wallet = call.env[MODEL].create({"partner_id": customer.id, "type_id": kind.id})
    if body.external_id:
        give_external(wallet, body.external_id)
    call.env.flush_all()
    [shown] = show_wallets(wallet)
    return answer(shown, 201, {"Location": f"/cn285/v1/wallets/{wallet.id}"})


@router.post(
    "/wallets/{wallet}/topups",
    summary="Top up a wallet",
    **operation("wallets:write", 404, status_code=201),
)
def create_wallet_topup(call: CurrentCall, wallet: RefPath, body: TopupIn) -> TopupOut:
    """Received in a journal, it counts at once. Charged to the customer's means, a job does it
    after this answer: ``state`` says what came of it. With neither it waits to be paid. By billing
    managers."""
    record = find(call, MODEL, wallet)
    token = named(call, "payment.token", body.payment_method, "/payment_method")
    journal = named(call, "account.journal", body.journal, "/journal")
    number = record.with_context(cn285_ordered=ORDERED).topup(
        float(body.amount),
        journal_id=journal.id or None,
        token_id=token.id or None,
        expiry=body.last_day,
        date=body.date,
        memo=body.memo,
    )
    call.env.flush_all()
    topup = call.env["cn285.wallet.topup"].browse(number)
    [shown] = show_topups(topup)
    return answer(shown, 201, {"Location": f"/cn285/v1/wallet-topups/{topup.id}"})


@router.post(
    "/wallets/{wallet}/grants",
    summary="Grant credit",
    **operation("wallets:grant", 404, status_code=201),
)
def grant_wallet_credit(call: CurrentCall, wallet: RefPath, body: GrantIn) -> LotOut:
    """No money: it lowers invoices before their VAT. By billing managers, and keys that say so."""
    record = find(call, MODEL, wallet)
    number = record.grant(
        float(body.amount), expiry=body.last_day, priority=body.priority, reason=body.reason
    )
    call.env.flush_all()
    return answer(_show_lots(call.env["cn285.wallet.lot"].browse(number))[0], 201)


# === SHOWN === #


def show_wallets(wallets):
    """Wallets as the API shows them."""
    names = Names(wallets.env, wallets, wallets.type_id, wallets.partner_id)
    return [
        WalletOut(
            id=wallet.id,
            external_id=names.external_id(wallet),
            type=names.ref(wallet.type_id),
            customer=names.ref(wallet.partner_id),
            currency=wallet.currency_id.name,
            balance=money(wallet.currency_id, wallet.balance),
            available=money(wallet.currency_id, wallet.available),
            paid=money(wallet.currency_id, wallet.paid_balance),
            granted=money(wallet.currency_id, wallet.granted_balance),
            active=wallet.active,
            created_at=wallet.create_date,
            updated_at=wallet.write_date,
        )
        for wallet in wallets
    ]


def show_topups(topups):
    """Top-ups as the API shows them."""
    names = Names(topups.env, topups, topups.wallet_id, topups.partner_id, topups.move_id)
    return [
        TopupOut(
            id=topup.id,
            external_id=names.external_id(topup),
            number=topup.name,
            wallet=names.ref(topup.wallet_id),
            customer=names.ref(topup.partner_id),
            amount=money(topup.currency_id, topup.amount),
            currency=topup.currency_id.name,
            date=topup.date,
            last_day=day(topup.expiry),
            origin=topup.origin,
            state=topup.state,
            message=text(topup.message),
            invoice=names.ref(topup.move_id),
            updated_at=topup.write_date,
        )
        for topup in topups
    ]


def _show_lots(lots):
    return [
        LotOut(
            id=lot.id,
            wallet_id=lot.wallet_id.id,
            kind=lot.kind,
            reason=text(lot.name),
            amount=money(lot.currency_id, lot.amount),
            rest=money(lot.currency_id, lot.rest),
            last_day=day(lot.expiry),
            priority=lot.priority,
            topup_id=lot.topup_id.id or None,
            created_at=lot.create_date,
        )
        for lot in lots
    ]
