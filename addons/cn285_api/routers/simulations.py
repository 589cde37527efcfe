"""What would this usage cost: rated by a calculator's figures, and stored nowhere."""

from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.addons.cn285_usage.engine.errors import UsageError
from odoo.addons.cn285_usage.engine.tariff import Feed
from odoo.exceptions import UserError

from ..core.call import CurrentCall
from ..core.problems import Problem, invalid
from ..core.records import named
from ..core.representing import Names, money, number
from ..core.route import new_router, operation
from ..schemas.simulations import SimulationIn, SimulationLine, SimulationOut

router = new_router("Usage")
# Which form of usage a charge model is fed with.
FORMS = {Feed.quantity: "quantity", Feed.events: "amounts", Feed.values: "values"}


@router.post(
    "/usage/simulations", summary="What would this usage cost?", **operation("usage:read", 404)
)
def simulate_usage(call: CurrentCall, body: SimulationIn) -> SimulationOut:
    """The usage of a full period by the figures of a calculator, as the engine that bills rates it:
    included units and bounds are considered, nothing is carried in. ``events`` are measured by the
    calculator's metric first. Nothing is stored."""
    calculator = named(call, "cn285.usage.calculator", body.calculator, "/calculator")
    calculator.check_access("read")
    form = FORMS.get(calculator._feed(), "quantity")
    if body.form not in (form, "events"):
        detail = call.env._("This calculator is fed with “%s”.", form)
        raise invalid(f"/{body.form}", "not_allowed", detail)
    currency = calculator.currency_id or call.company.currency_id
    try:
        usage = calculator._simulated_usage(_usage(calculator, body, form))
        rating = calculator._full_period_price(as_decimal(currency.rounding))(usage)
    except UsageError as error:
        raise Problem("refused", calculator._reason(error)) from error
    except UserError as error:
        raise Problem("refused", str(error)) from error
    shown = calculator._simulated_answer(rating, currency)
    return SimulationOut(
        calculator=Names(call.env, calculator).ref(calculator),
        quantity=number(shown["quantity"]),
        amount=money(currency, shown["amount"]),
        currency=currency.name,
        lines=[
            SimulationLine(
                text=line["text"],
                quantity=number(line["quantity"]),
                unit_price=number(line["unit_price"]),
                amount=money(currency, line["amount"]),
            )
            for line in shown["lines"]
        ],
    )


def _usage(calculator, body, form):
    """The usage as a calculator's simulation takes it."""
    if body.form != "events":
        return {body.form: getattr(body, body.form)}
    events = [event.model_dump() for event in body.events]
    return calculator._measured_usage(events, form)
