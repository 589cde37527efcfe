"""Whether the API is there, and what the caller's key opens."""

from pydantic import Field

from ..core.call import CurrentCall
from ..core.route import new_router, operation
from ..engine.headers import LATEST
from ..schemas.common import Out

router = new_router("System")


class Health(Out):
    """That the API answers."""

    status: str = Field(examples=["ok"])
    version: str = Field(description="The newest version of the API.")


class Me(Out):
    """What a key is, and what it opens."""

    key_id: int
    user: str = Field(description="As whom the key acts.")
    company_id: int
    company: str
    currency: str
    scopes: list[str]
    today: str = Field(description="Today by the company's clock.")
    test: bool = Field(description="Whether this database is one for tests.")


@router.get("/health", summary="Is the API there?", **operation(None))
def get_health(call: CurrentCall) -> Health:
    """Answers without a key, and asks the database for nothing."""
    return Health(status="ok", version=LATEST)


@router.get("/me", summary="Who am I?", **operation(""))
def get_me(call: CurrentCall) -> Me:
    """The key of this call: as whom it acts, for which company, what it opens."""
    company = call.company
    return Me(
        key_id=call.key.id,
        user=call.env.user.name,
        company_id=company.id,
        company=company.name,
        currency=company.currency_id.name,
        scopes=sorted(call.key.scopes),
        today=call.today().isoformat(),
        test=company._cn285_is_test_database(),
    )
