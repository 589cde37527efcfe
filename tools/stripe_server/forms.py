"""Bodies as Stripe reads them: ``a[b]=1&c[]=2&c[]=3`` is {"a": {"b": "1"}, "c": ["2", "3"]}."""

import re
from itertools import pairwise
from urllib.parse import parse_qsl

_KEYS = re.compile(r"[^\[\]]+|\[\]")


def parse(text):
    """Values of a form; empty ones stay, as Stripe unsets what is empty."""
    found = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        keys = _KEYS.findall(name)
        place = found
        for key, following in pairwise(keys):
            place = place.setdefault(key, [] if following == "[]" else {})
        if keys[-1] == "[]" or (keys[-1].isdigit() and isinstance(place, list)):
            place.append(value)
        else:
            place[keys[-1]] = value
    return found


def truth(value):
    """Whether a flag is set: Python's and JavaScript's spelling."""
    return str(value).lower() in ("true", "1")


def many(values, name):
    """A parameter that may come once or as a list (``expand[]``, ``expand[0]``)."""
    found = values.get(name, [])
    if isinstance(found, dict):
        return list(found.values())
    return found if isinstance(found, list) else [found]
