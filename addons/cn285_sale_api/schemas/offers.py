"""The catalogue: what may be ordered, at what price, from when."""

from datetime import date

from odoo.addons.cn285_api.schemas.common import (
    Currency,
    DecimalOut,
    ListQuery,
    Page,
    Ref,
    ReferenceIn,
)
from odoo.addons.cn285_api.schemas.contracts import TermsOut
from pydantic import Field


class OfferOut(TermsOut):
    """A service, the terms by which it is sold, and what it costs this customer."""

    id: int
    external_id: str | None
    template: Ref
    price_unit: DecimalOut = Field(description="For a full period, at this quantity.")
    currency: Currency
    amount_untaxed: DecimalOut = Field(description="Of a full period, at this quantity.")
    amount_total: DecimalOut = Field(description="With tax.")
    available_from: date | None = Field(
        description="The first day on which it may begin; null: not for this contract."
    )


class OfferPage(Page[OfferOut]):
    """A page of the catalogue."""


class OfferQuery(ListQuery):
    """For whom, and by what."""

    template: ReferenceIn | None = Field(
        None,
        description="The items of this contract template; left out: products by their "
        "default terms.",
    )
    product: ReferenceIn | None = None
    customer: ReferenceIn | None = Field(None, description="Prices are for this customer.")
    pricelist: ReferenceIn | None = Field(None, description="Left out: the customer's.")
    contract: ReferenceIn | None = Field(
        None, description="To add to this contract: from when its rules allow it."
    )
