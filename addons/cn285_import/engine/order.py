"""In which order kinds of rows are loaded."""


def loading_order(needs: dict[str, list[str]]) -> list[str]:
    """Return the kinds such that what is referred to comes before what refers to it.

    Kinds stay in the order given as far as that allows; where kinds need one another in a circle,
    the first one given begins. Needs that are no kinds are left out of account.

    :param needs: for each kind, the kinds to which its rows may refer

    >>> loading_order({"contracts": [], "items": ["contracts", "metrics"], "metrics": []})
    ['contracts', 'metrics', 'items']
    """
    order: list[str] = []
    seen: set[str] = set()

    def visit(kind: str) -> None:
        if kind in seen or kind not in needs:
            return
        seen.add(kind)
        for needed in needs[kind]:
            visit(needed)
        order.append(kind)

    for kind in needs:
        visit(kind)
    return order
