"""Promotion passes, and for which contracts they were redeemed."""

from typing import Annotated

from fastapi import Query
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.records import find, page
from odoo.addons.cn285_api.core.representing import Names, day, expansions, money, number
from odoo.addons.cn285_api.core.route import answer, new_router, operation
from odoo.addons.cn285_api.schemas.common import ListQuery, RefPath
from odoo.fields import Domain

from ..schemas.wallets import (
    DiscountOut,
    PassOut,
    PassPage,
    RedeemIn,
    RedemptionOut,
    RedemptionPage,
)

router = new_router("Passes")


@router.get("/passes", summary="List promotion passes", **operation("wallets:read"))
def list_passes(call: CurrentCall, query: Annotated[ListQuery, Query()]) -> PassPage:
    """What can be redeemed, or could."""
    expansions(call, query.expand, ())
    passes, following = page(call, "cn285.promotion.pass", Domain.TRUE, query)
    return PassPage(data=_show(passes), has_more=following is not None, next_cursor=following)


@router.get("/passes/{promotion_pass}", summary="Read a pass", **operation("wallets:read", 404))
def get_pass(call: CurrentCall, promotion_pass: RefPath) -> PassOut:
    """One pass."""
    return _show(find(call, "cn285.promotion.pass", promotion_pass))[0]


@router.get(
    "/contracts/{contract}/passes",
    summary="List the passes of a contract",
    **operation("wallets:read", 404),
)
def list_contract_passes(
    call: CurrentCall, contract: RefPath, query: Annotated[ListQuery, Query()]
) -> RedemptionPage:
    """Those that were redeemed for it, with the discounts that they gave."""
    expansions(call, query.expand, ())
    domain = Domain("contract_id", "=", find(call, "cn285.contract", contract).id)
    redemptions, following = page(call, "cn285.promotion.redemption", domain, query)
    return RedemptionPage(
        data=show_redemptions(redemptions),
        has_more=following is not None,
        next_cursor=following,
    )


@router.post(
    "/contracts/{contract}/passes",
    summary="Redeem a pass",
    **operation("wallets:write", 404, status_code=201),
)
def redeem_pass(call: CurrentCall, contract: RefPath, body: RedeemIn) -> RedemptionOut:
    """The contract's next billing periods cost less; refused in words where it cannot be. Who
    lets customers type codes bounds how often they may try."""
    record = find(call, "cn285.contract", contract)
    found = record.redeem_pass(body.code)
    call.env.flush_all()
    redemption = call.env["cn285.promotion.redemption"].browse(found)
    return answer(show_redemptions(redemption)[0], 201)


def _show(passes):
    names = Names(passes.env, passes)
    return [
        PassOut(
            id=one.id,
            external_id=names.external_id(one),
            name=one.name,
            code=one.code,
            active=one.active,
            percent=number(one.percent) if one.percent else None,
            amount=money(one.currency_id, one.amount) if one.amount else None,
            currency=one.currency_id.name,
            periods=one.periods,
            redeemed_from=day(one.date_start),
            redeemed_until=day(one.date_end),
            limit=one.most or None,
            limit_per_customer=one.most_each or None,
            redeemed=one.used,
        )
        for one in passes
    ]


def show_redemptions(redemptions):
    """Redemptions as the API shows them."""
    discounts = redemptions.discount_ids
    names = Names(redemptions.env, redemptions.pass_id, redemptions.contract_id, discounts.item_id)
    return [
        RedemptionOut(
            id=one.id,
            promotion_pass=names.ref(one.pass_id),
            contract=names.ref(one.contract_id),
            date=one.date,
            discounts=[
                DiscountOut(
                    item=names.ref(discount.item_id),
                    percent=number(discount.percent) if discount.percent else None,
                    amount=money(one.contract_id.currency_id, discount.amount)
                    if discount.amount
                    else None,
                    date_start=day(discount.date_start),
                    date_end=day(discount.date_end),
                )
                for discount in one.discount_ids
            ],
        )
        for one in redemptions
    ]
