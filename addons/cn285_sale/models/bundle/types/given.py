"""Components as programs tell them: how often products are taken for each bundle."""


def counts_given(change, bundle, given):
    """What a bundle is to consist of: ``{choice: how often}``, by sudo; none of what is 0.

    :param bundle: the bundle's product template
    :param given: ``{"<product id>": count}``
    :raises ValidationError: for what is no such thing, or is not offered
    """
    if not isinstance(given, dict) or not all(
        str(key).isdecimal() and isinstance(count, int) and not isinstance(count, bool)
        for key, count in given.items()
    ):
        raise change._refusal(
            change.env._("components are told as numbers by the products' numbers.")
        )
    choices = {choice.product_id.id: choice for choice in bundle._cn285_choices()}
    for key in given:
        if int(key) not in choices:
            raise change._refusal(
                change.env._(
                    "%(bundle)s does not offer product %(number)s.",
                    bundle=bundle.display_name,
                    number=key,
                )
            )
    return {choices[int(key)]: count for key, count in given.items() if count}
