"""Quotations: what is offered, what it comes to, what became of it."""

from datetime import date
from typing import Annotated, Literal

from odoo.addons.cn285_api.schemas.catalogue import CustomerIn
from odoo.addons.cn285_api.schemas.common import (
    Count,
    Currency,
    Day,
    DecimalIn,
    DecimalOut,
    ExternalId,
    Id,
    In,
    ListQuery,
    MomentOut,
    Out,
    Page,
    Ref,
    ReferenceIn,
    ShortText,
    Text,
    Yes,
)
from odoo.addons.cn285_api.schemas.contracts import (
    InvoicePreview,
    ItemTermsIn,
    SignatureRef,
    Unit,
)
from odoo.addons.cn285_sign_api.schemas.signatures import SignatureIn
from odoo.tools import LazyTranslate
from pydantic import Field, model_validator

_lt = LazyTranslate(__name__)
QuoteState = Literal["draft", "sent", "accepted", "cancelled"]
QuoteKind = Literal["new", "amendment", "renewal"]
Activation = Literal["waiting", "unpaid", "done"]
TermUnit = Literal["day", "week", "month", "year"]
Action = Literal["keep", "change", "add", "end"]
Start = Literal["contract", "manual"]


# === SHOWN === #


class QuoteLineOut(Out):
    """A line: a service that the contract will bill, or goods, which stay the order's."""

    id: int
    product: Ref
    name: str
    quantity: DecimalOut
    price_unit: DecimalOut = Field(description="For a full period, where it recurs.")
    discount: DecimalOut = Field(description="Percentage off the price.")
    contracted: bool = Field(description="Whether the contract bills it; else the order does.")
    billing_type: str
    recurring_interval: int
    recurring_unit: Unit
    alignment: str
    timing: str
    trial_days: int
    start_condition: str
    period_count: int
    beneficiary: Ref | None
    amount_untaxed: DecimalOut
    amount_total: DecimalOut
    item_id: int | None = Field(
        description="The contract's item that it has become; of an amendment: that it changes."
    )
    action: Action | None = Field(
        None, description="Of an amendment or a renewal: what happens to the contract's item."
    )
    bundle_line_id: int | None = Field(
        None, description="Of a bundle's component: the line of its bundle."
    )
    bundle_price: DecimalOut | None = Field(
        None, description="Of a bundle: what one costs for a full period; its components share it."
    )


class QuoteOut(Out):
    """A quotation. Accepted, it is a contract, once."""

    id: int
    external_id: str | None
    number: str
    version: int
    kind: QuoteKind = Field(
        description="What accepting it does: a new contract, or an amendment "
        "or renewal of the one that it names."
    )
    state: QuoteState
    activation: Activation | None = Field(
        description="Once it is accepted: `done`: its contract runs; `waiting`: it could not be "
        "made, see `activation_error`, and is tried again each day; `unpaid`: it waits for what "
        "the customer gives at `payment_url`."
    )
    activation_error: str | None
    payment_url: str | None = Field(
        None,
        description="Where the customer pays the first invoice, or adds means of payment, where "
        "the contract waits for that.",
    )
    customer: Ref
    template: Ref | None
    contract: Ref | None
    salesperson: Ref | None
    client_ref: str | None
    currency: Currency
    date_start: date | None = Field(description="First day of the contract; null: when accepted.")
    valid_until: date | None
    takes_effect: date | None = Field(
        None, description="First day of what an amendment changes; null: when accepted."
    )
    term_length: int
    term_unit: TermUnit
    commitment_length: int
    commitment_unit: TermUnit
    amount_untaxed: DecimalOut = Field(description="One period of all lines, as Odoo adds them.")
    amount_tax: DecimalOut
    amount_total: DecimalOut
    mrr: DecimalOut = Field(description="Monthly recurring revenue, excluding tax.")
    arr: DecimalOut
    one_time: DecimalOut
    value: DecimalOut = Field(description="All that is billed over the term, excluding tax.")
    previous_id: int | None = Field(description="The version before.")
    replaced_by_id: int | None = Field(description="The version that took its place.")
    created_at: MomentOut
    updated_at: MomentOut
    lines: list[QuoteLineOut] | None = Field(None, description="With `expand=lines`.")
    signature_request: SignatureRef | None = Field(
        None,
        description="With `expand=signature_request`: the last one; null where none was sent.",
    )


class QuotePage(Page[QuoteOut]):
    """A page of quotations."""


class QuoteVersions(Out):
    """All versions of a quotation, the first one first."""

    data: list[QuoteOut]


class QuoteQuery(ListQuery):
    """Which quotations are listed."""

    state: QuoteState | None = None
    kind: QuoteKind | None = None
    activation: Activation | None = None
    customer: ReferenceIn | None = None
    contract: ReferenceIn | None = None
    current: bool = Field(False, description="Only versions that none has taken the place of.")


class FirstInvoice(InvoicePreview):
    """The first invoice, if it is accepted today."""

    date_due: date
    period_start: date
    period_end: date = Field(description="Last day of what it bills.")


class RhythmOut(Out):
    """What a full period costs of all that is billed as often."""

    every: int
    unit: Unit
    begins_on: date = Field(description="When the first full period is billed.")
    amount_untaxed: DecimalOut
    amount_total: DecimalOut


class NextInvoice(Out):
    """The contract's next invoice, once it is changed."""

    date: date
    amount_untaxed: DecimalOut
    amount_total: DecimalOut


class ChangeFigures(Out):
    """What an amendment or a renewal comes to, by the changes that it makes."""

    days: list[date] = Field(description="First days of what it changes.")
    amount_untaxed: DecimalOut = Field(description="Difference for periods that were billed.")
    amount_total: DecimalOut
    mrr_before: DecimalOut
    mrr_after: DecimalOut
    next_invoice: NextInvoice | None


class QuoteFigures(Out):
    """What a quotation comes to, by the engine that will bill it."""

    currency: Currency
    first_invoice: FirstInvoice | None = Field(description="Null where nothing is billed soon.")
    then: list[RhythmOut]
    change: ChangeFigures | None = Field(
        None, description="Of an amendment or a renewal that changes something."
    )
    mrr: DecimalOut
    arr: DecimalOut
    one_time: DecimalOut
    value: DecimalOut


class QuoteTried(Out):
    """What a quotation would be and come to, after a dry run; nothing of it is there."""

    quote: QuoteOut
    figures: QuoteFigures


class LineFact(Out):
    """Something of a line that is not the same in two versions; in words, for people."""

    field: str
    before: str
    after: str


class LineChange(Out):
    """A line that is not the same in two versions."""

    name: str
    facts: list[LineFact]


class QuoteComparison(Out):
    """What a version changes of another one."""

    quote_id: int
    base_id: int
    added: list[str]
    removed: list[str]
    changed: list[LineChange]
    currency: Currency
    mrr_difference: DecimalOut
    value_difference: DecimalOut


# === SENT === #


class ComponentIn(In):
    """A component of a bundle, and how often it is taken for each."""

    product: ReferenceIn
    count: Count = 1


ComponentsIn = Annotated[list[ComponentIn], Field(min_length=1, max_length=100)]


class QuoteLineIn(ItemTermsIn):
    """A line. What is left out is as in the web client: the terms by which the product is sold,
    its price by the customer's price list."""

    product: ReferenceIn
    offer: ReferenceIn | None = Field(
        None,
        description="An offer of `/catalogue`, by its number: the line is sold by its terms. Left "
        "out: by the product's default terms.",
    )
    start_condition: Start | None = None
    beneficiary: ReferenceIn | None = None
    components: ComponentsIn | None = Field(
        None, description="Of a bundle: what is chosen. Left out: its default components."
    )


class QuoteTermsIn(In):
    """What is said of a quotation beside its lines."""

    client_ref: ShortText | None = None
    date_start: Day | None = Field(None, description="Left out: the day of acceptance.")
    valid_until: Day | None = None
    pricelist: ReferenceIn | None = None
    payment_terms: ReferenceIn | None = None
    term_length: Count | None = None
    term_unit: TermUnit | None = None
    commitment_length: Count | None = None
    commitment_unit: TermUnit | None = None


class QuoteItemIn(In):
    """What is different of an item of the contract. What is left out stays."""

    item: Id = Field(description="`item_id` of a line.")
    product: ReferenceIn | None = Field(None, description="What takes its place, by a tier path.")
    quantity: DecimalIn | None = Field(None, description="0 ends it.")
    price_unit: DecimalIn | None = None
    discount: DecimalIn | None = None
    components: ComponentsIn | None = Field(
        None, description="Of a bundle: all that it consists of from then on."
    )


class QuoteStepIn(In):
    """From a day on, or so many months after the start, a line has another quantity and price."""

    line: Id = Field(description="`id` of a line of this quotation.")
    date: Day | None = None
    months: Count | None = None
    quantity: DecimalIn | None = Field(None, description="Left out: as on the line.")
    price_unit: DecimalIn | None = Field(None, description="Left out: as on the line.")
    discount: DecimalIn | None = Field(None, description="Left out: as on the line.")


ItemsIn = Annotated[list[QuoteItemIn], Field(max_length=500)]
StepsIn = Annotated[list[QuoteStepIn], Field(max_length=500)]
LinesIn = Annotated[list[QuoteLineIn], Field(min_length=1, max_length=500)]


class QuoteMade(QuoteTermsIn):
    """What a new quotation and an order have in common."""

    template: ReferenceIn | None = Field(
        None, description="A contract template: its terms, and its items where no lines are given."
    )
    lines: LinesIn | None = None
    external_id: ExternalId | None = None

    @model_validator(mode="after")
    def _something(self):
        if self.lines is None and self.template is None:
            raise ValueError(_lt("name lines or a template"))
        return self


class QuoteIn(QuoteMade):
    """A new quotation of a contract."""

    customer: ReferenceIn


class QuotePatch(QuoteTermsIn):
    """What changes of a draft. Lines are given all, and take the place of those that there are."""

    lines: LinesIn | None = Field(
        None, description="Of an amendment: services that come to the contract."
    )
    takes_effect: Day | None = None
    items: ItemsIn | None = Field(
        None, description="Of an amendment or a renewal: what is different of the contract's items."
    )
    steps: StepsIn | None = Field(
        None, description="Quantities and prices by date; all of them, in place of those there are."
    )


class ContractQuoteIn(In):
    """A quotation that changes a running contract."""

    kind: Literal["amendment", "renewal"] = "amendment"


class SendIn(In):
    """How a quotation is sent."""

    email: Yes = Field(True, description="Mail it to the customer, as a PDF and with a link.")
    signature: SignatureIn | None = Field(
        None, description="Have it signed: the last signature accepts it. Left out: by the rules."
    )


class DeclineIn(In):
    """Why the customer does not want it."""

    reason: Text | None = None


class OrderIn(QuoteMade):
    """A customer, what is ordered, and how it is signed; all of it or nothing."""

    customer: ReferenceIn | None = None
    new_customer: CustomerIn | None = Field(None, description="Instead of `customer`.")
    signature: SignatureIn | None = Field(
        None,
        description="It is sent, and accepted by the last signature. Left out, or `none`: accepted "
        "at once, where no rule of the company asks for a signature.",
    )

    @model_validator(mode="after")
    def _one_customer(self):
        if (self.customer is None) == (self.new_customer is None):
            raise ValueError(_lt("name a customer, or a new one"))
        return self
