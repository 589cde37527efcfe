"""Ratings as JSON text, as many as a month has: equal to what ``rating.to_data`` and ``steps_data``
say, but written directly. Figures are digits, and need no escaping; what people wrote does.
"""

from collections.abc import Iterable
from decimal import Decimal
from json.encoder import encode_basestring_ascii as quoted

from .exact import EXACT, ZERO
from .rating import RatedLine, Rating, note_data, note_step


class RatingTexts:
    """Writes ratings; the tiers that many of them share are written once.

    Ratings that it has written must stay in memory as long as it does.
    """

    def __init__(self) -> None:
        # By the identity of the line: to compare all of its figures would cost as much.
        self._known: dict[int, str] = {}

    def data(self, rating: Rating) -> str:
        """Return ``to_data`` of a rating as JSON."""
        lines = ",".join(
            [
                f'{{"code":"{line.code}",{self._figures(line)},"amount":"{line.amount}"}}'
                for line in rating.lines
            ]
        )
        notes = ",".join([_object(note_data(note)) for note in rating.notes])
        return (
            f'{{"quantity":"{rating.quantity}","unrounded":"{rating.unrounded}",'
            f'"amount":"{rating.amount}","lines":[{lines}],"notes":[{notes}]}}'
        )

    def steps(self, ratings: Iterable[Rating], prefix: str = "") -> str:
        """Return ``steps_data`` of ratings, one after the other, as JSON; empty for no steps.

        :param prefix: what their codes begin with
        """
        steps = [step for rating in ratings for step in self._steps(rating, prefix)]
        return f"[{','.join(steps)}]" if steps else ""

    def _steps(self, rating: Rating, prefix: str) -> list[str]:
        steps = []
        for note in rating.notes:
            code, values = note_step(note)
            steps.append(f"[{quoted(prefix + code)},{_object(values)}]")
        running = ZERO
        for line in rating.lines:
            running = EXACT.add(running, line.amount)
            steps.append(f'["{prefix}{line.code}",{{{self._figures(line)},"amount":"{running}"}}]')
        if rating.unrounded != rating.amount:
            values = f'"unrounded":"{rating.unrounded}","amount":"{rating.amount}"'
            steps.append(f'["{prefix}rounded",{{{values}}}]')
        return steps

    def _figures(self, line: RatedLine) -> str:
        key = id(line)
        text = self._known.get(key)
        if text is None:
            text = self._known[key] = line_figures(line)
        return text


def line_figures(line: RatedLine) -> str:
    """Return the figures of a line as both texts have them, its quantity first, no amount."""
    since = f',"since":"{line.since.isoformat()}"' if line.since is not None else ""
    return (
        f'"quantity":"{line.quantity}","unit_price":"{line.unit_price}","flat":"{line.flat}",'
        f'"tier_from":{_bound(line.tier_from)},"tier_to":{_bound(line.tier_to)},'
        f'"key":{quoted(line.key)}{since}'
    )


def _bound(value: Decimal | None) -> str:
    return "null" if value is None else f'"{value}"'


def _object(values: dict) -> str:
    return f"{{{','.join(f'{quoted(name)}:{_value(value)}' for name, value in values.items())}}}"


def _value(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return _object(value)
    return quoted(value) if isinstance(value, str) else str(value)
