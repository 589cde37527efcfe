"""Generators of days that the property tests share."""

from datetime import date

from hypothesis import strategies as st

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
month_ends = st.sampled_from(
    [date(2023, 1, 31), date(2024, 1, 30), date(2024, 2, 29), date(2023, 2, 28), date(2025, 12, 31)]
)
anchors = days | month_ends
