"""What tests share: the holidays of France, and generators of days."""

from datetime import date

from cn285_renewal_house.cn285_renewal.engine.holidays import EasterHoliday, FixedHoliday
from hypothesis import strategies as st

# Code du travail, L3133-1; Easter Monday, Ascension and Whit Monday among them.
FRENCH = (
    *(FixedHoliday(*day) for day in ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15))),
    *(FixedHoliday(*day) for day in ((11, 1), (11, 11), (12, 25))),
    *(EasterHoliday(offset) for offset in (1, 39, 50)),
)
ALSACE = (EasterHoliday(-2), FixedHoliday(12, 26))

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
month_ends = st.sampled_from(
    [date(2023, 1, 31), date(2024, 1, 30), date(2024, 2, 29), date(2023, 2, 28), date(2025, 12, 31)]
)
anchors = days | month_ends
