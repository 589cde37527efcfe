"""The catalogue: what may be ordered, at what price, from when."""

from datetime import date

from odoo.addons.cn285_api.schemas.common import (
    Currency,
    DecimalOut,
    ListQuery,
    Out,
    Page,
    Ref,
    ReferenceIn,
)
from odoo.addons.cn285_api.schemas.contracts import TermsOut
from pydantic import Field


class ChoiceOut(Out):
    """What may be chosen in a slot of a bundle."""

    product: Ref
    quantity: DecimalOut = Field(description="How much of the product one choice is.")
    extra_price: DecimalOut = Field(
        description="What the bundle costs more for each one, in the offer's currency."
    )
    default: int = Field(description="How often it is taken where no components are named.")
    no_billing: bool = Field(description="Included: nothing of the bundle's price falls on it.")
    requires: list[Ref] = Field(description="All of these have to be in the same bundle.")
    excludes: list[Ref] = Field(description="None of these may be in the same bundle.")


class SlotOut(Out):
    """A slot of a bundle: so many of its choices are taken for each bundle, all in all."""

    id: int
    name: str
    min: int = Field(description="At least; 0: it may be left out.")
    max: int | None = Field(description="At most; null: no limit.")
    choices: list[ChoiceOut]


class OfferOut(TermsOut):
    """A service, the terms by which it is sold, and what it costs this customer."""

    id: int
    external_id: str | None
    template: Ref
    price_unit: DecimalOut = Field(
        description="For a full period, at this quantity; of a bundle, before extra prices."
    )
    currency: Currency
    amount_untaxed: DecimalOut = Field(
        description="Of a full period, at this quantity; of a bundle with its usual components."
    )
    amount_total: DecimalOut = Field(description="With tax.")
    available_from: date | None = Field(
        description="The first day on which it may begin; null: not for this contract."
    )
    slots: list[SlotOut] | None = Field(
        description="Of a bundle: what is chosen of it, see `components` of a quotation's line."
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
