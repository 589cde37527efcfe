"""A request for each operation on analytics; see the file of this name in cn285_api."""


def seed(env, names):
    """What there is of contracts is recorded; nothing is named."""
    env["cn285.mrr.ledger"]._update(env.company)
    return {}


#: By the operation's id.
ASKS = {
    "get_measures": {"query": "month_from={begin}&month_to={today}"},
    "get_mrr": {"query": "day={today}&horizon_months=12"},
    "list_movements": {"query": "contract={contract}"},
    "list_item_months": {"query": "month={today}"},
}
