"""Generators of engine values that the property tests share."""

from datetime import date, timedelta

from cn285_engine.calendar import Unit
from cn285_engine.periods import Rhythm
from hypothesis import strategies as st

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
month_ends = st.sampled_from(
    [date(2023, 1, 31), date(2024, 1, 30), date(2024, 2, 29), date(2023, 2, 28), date(2025, 12, 31)]
)
anchors = days | month_ends


@st.composite
def rhythms(draw, units=tuple(Unit)):
    """Any rhythm, short months and month ends often."""
    return Rhythm(
        interval=draw(st.integers(1, 7)),
        unit=draw(st.sampled_from(units)),
        alignment=draw(st.sampled_from(["anniversary", "calendar"])),
        anchor=draw(anchors),
        billing_day=draw(st.integers(1, 31) | st.integers(28, 31)),
        billing_month=draw(st.integers(1, 12)),
    )


@st.composite
def spans(draw, longest=1500):
    """A start and an exclusive end."""
    start = draw(anchors)
    return start, start + timedelta(draw(st.integers(0, longest)))
