"""The law of each country: whom it protects, its periods, its holidays, its interest.
Called by: contracts that plan notices, end or are withdrawn from. France is ``data/law_fr.xml``.
"""

from . import (
    law,
    law_countries,
    law_part,
    legal_region,
    legal_holiday,
    legal_rate,
    missing_rates,
    legal_surcharge,
    legal_kind,
    applicable_law,
)
