"""What keeps a SmartCode from giving lines, in words."""

from ...engine.smartcode_contract import FORMAT_ADVICE


def describe(env, failure):
    """The reason of a :class:`~..sandbox.process.Failure`, in the user's language, no line."""
    kinds = {
        "time": env._("it did not end in the time it has"),
        "memory": env._("it needs more memory than it has"),
        "recursion": env._("its functions call each other too deeply"),
        "ended": env._("its process ended without an answer"),
        "skipped": env._("it was not run: it had to be stopped too often before"),
        "inexact": env._(
            "an exact and an inexact number are mixed; of two whole numbers write "
            "Decimal(1) / 3 instead of 1 / 3"
        ),
    }
    if failure.kind in kinds:
        return kinds[failure.kind]
    sentences = _refusals(env)
    if failure.code in sentences:
        try:
            return sentences[failure.code] % failure.values
        except KeyError:
            # The values came from another process, which ran foreign code.
            return failure.message
    return failure.message


def _refusals(env):
    return {
        "macro_empty": env._("it is empty"),
        "macro_too_long": env._("it is longer than %(limit)s characters"),
        "macro_syntax": env._("this is not Python: %(message)s"),
        "macro_import": env._("nothing can be imported"),
        "macro_statement": env._("%(statement)s is not available"),
        "macro_private": env._("%(name)s is not available: names with two underscores are refused"),
        "macro_clock": env._(
            "%(name)s is not available: a macro gives the same result whenever it runs; "
            "the dates of the period are in “period”"
        ),
        "macro_format": env._("%(name)s is not available: write %(advice)s instead", **_ADVICE),
        "macro_attribute_set": env._("an attribute cannot be set"),
        "macro_events": env._(
            "it names “events”, which it does not receive: tick “Receives Events”"
        ),
        "macro_text_number": env._(
            "in an f-string %(name)s is no exact number: write it before, such as rate = %(name)s"
        ),
        "macro_address": env._(
            "as a text, %(name)s is another each time: it is a function or an iterator, "
            "not its result"
        ),
        "macro_time_zone": env._(
            "%(name)s is not available: it depends on the time zone of the machine"
        ),
        "line_address": env._(
            "the label of line %(number)s of the result names an object, which is another each "
            "time, not its result"
        ),
        "input_type": env._("it cannot receive a value of the type %(type)s"),
        "lines_not_list": env._("“lines” must be a list, not %(type)s"),
        "too_many_lines": env._("it returned %(count)s lines, more than %(limit)s"),
        "line_not_dict": env._("line %(number)s of the result is no dict of label and amount"),
        "line_unknown_key": env._(
            "line %(number)s of the result has “%(key)s”; known are label, quantity, unit_price, "
            "amount, unit"
        ),
        "line_no_label": env._("line %(number)s of the result has no text as its label"),
        "line_label_long": env._(
            "the label of line %(number)s of the result is longer than %(limit)s characters"
        ),
        "line_no_amount": env._(
            "line %(number)s of the result needs an amount, or a quantity and a unit price"
        ),
        "line_two_amounts": env._(
            "line %(number)s of the result has both an amount and a unit price"
        ),
        "line_not_number": env._(
            "the %(key)s of line %(number)s of the result is not a finite number: %(value)s"
        ),
    }


# Filled in right away, so that the name of what was refused is left for later.
_ADVICE = {"name": "%(name)s", "advice": FORMAT_ADVICE}
