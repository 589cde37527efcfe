"""One case or more of each charge model, and what becomes of it, for ``test_charge_models``."""

from dataclasses import dataclass

TIERS = [
    {"up_to": 10, "price_unit": 10, "flat": 2},
    {"up_to": 20, "price_unit": 5, "flat": 3},
    {"up_to": 0, "price_unit": 5, "flat": 3},
]
COUNTRIES = [{"value": "FR", "price_unit": 0.05}, {"value": "US", "price_unit": 0.08}]
BODY = """\
calls = usage["calls"]["quantity"]
lines.append({"label": "Basic", "amount": 20})
lines.append({"label": "Calls above 100", "quantity": calls - 100, "unit_price": 0.015})
"""


@dataclass(frozen=True)
class Case:
    """A calculator, its usage, and all that is said of it.

    - ``figures``: values of the calculator; rows of tiers and values as dicts
    - ``events``: pairs of quantity and properties
    - ``simulated``: the usage that the simulator is asked about
    - ``expected``: what becomes of it, by what is looked at
    """

    title: str
    figures: dict
    events: tuple
    simulated: dict
    expected: dict
    body: str = BODY


CASES = [
    Case(
        "per unit",
        {"charge_model": "per_unit", "price_unit": 0.25},
        ((10, {}), (2.5, {})),
        {"quantity": 40},
        {
            "name": "API calls: Per Unit",
            "label": "API calls",
            "amount": "3.13",
            "lines": ["API calls: 12.50 × 0.25"],
            "explanation": ["12.50 × 0.25 = 3.125\xa0€", "rounded = 3.13\xa0€"],
            "statement price": "0.25",
            "simulated": ["40 × 0.25"],
            "curves": [("", 62, [50.0, 12.5])],
            "bounds": [],
        },
    ),
    Case(
        "formula",
        {"charge_model": "per_unit", "price_unit": 2, "formula": "max(calls - 100, 0)"},
        ((110, {}),),
        {"quantity": 4},
        {
            "name": "max(calls - 100, 0): Per Unit",
            "label": "max(calls - 100, 0): Per Unit",
            "amount": "20.00",
            "lines": ["max(calls - 100, 0): Per Unit: 10 × 2"],
            "explanation": ["10 × 2 = 20.00\xa0€"],
            "statement price": "2.0",
            "simulated": ["4 × 2"],
            "curves": [("", 62, [5.0, 10.0])],
            "bounds": [],
        },
    ),
    Case(
        "per unit beyond included units, with a minimum",
        {
            "charge_model": "per_unit",
            "price_unit": 0.25,
            "allowance_units": 100,
            "minimum_amount": 5,
        },
        ((110, {}),),
        {"quantity": 130},
        {
            "name": "API calls: Per Unit",
            "label": "API calls",
            "amount": "5.00",
            "lines": [
                "API calls: 100 units included",
                "API calls: 10 × 0.25",
                "API calls: up to the minimum of the period: 2.50",
            ],
            "explanation": [
                "100 granted, 0 carried in, 100 consumed",
                "Minimum 5 of the period, 0 counted from elsewhere",
                "100 units included = 0.00\xa0€",
                "10 × 0.25 = 2.50\xa0€",
                "up to the minimum of the period: 2.50 = 2.50\xa0€",
                "in all = 5.00\xa0€",
            ],
            "statement price": "None",
            "simulated": ["100 units included", "30 × 0.25"],
            "curves": [("", 64, [162.5, 15.63])],
            "bounds": [100.0],
        },
    ),
    Case(
        "graduated",
        {"charge_model": "graduated", "tier_ids": TIERS},
        ((21, {}),),
        {"quantity": 21},
        {
            "name": "API calls: Graduated Tiers",
            "label": "API calls",
            "amount": "163.00",
            "lines": [
                "API calls: 10 × 10 + 2, tier 0 to 10",
                "API calls: 10 × 5 + 3, tier 10 to 20",
                "API calls: 1 × 5 + 3, tier above 20",
            ],
            "explanation": [
                "10 × 10 + 2, tier 0 to 10 = 102.00\xa0€",
                "10 × 5 + 3, tier 10 to 20 = 53.00\xa0€",
                "1 × 5 + 3, tier above 20 = 8.00\xa0€",
                "in all = 163.00\xa0€",
            ],
            "statement price": "None",
            "simulated": [
                "10 × 10 + 2, tier 0 to 10",
                "10 × 5 + 3, tier 10 to 20",
                "1 × 5 + 3, tier above 20",
            ],
            "curves": [("", 66, [26.25, 189.25])],
            "bounds": [10.0, 20.0],
        },
    ),
    Case(
        "volume beyond included units",
        {"charge_model": "volume", "tier_ids": TIERS, "allowance_units": 5},
        ((17, {}),),
        {"quantity": 17},
        {
            "name": "API calls: Volume",
            "label": "API calls",
            "amount": "63.00",
            "lines": ["API calls: 5 units included", "API calls: 12 × 5 + 3 for all units"],
            "explanation": [
                "5 granted, 0 carried in, 5 consumed",
                "5 units included = 0.00\xa0€",
                "12 × 5 + 3 for all units = 63.00\xa0€",
                "in all = 63.00\xa0€",
            ],
            "statement price": "None",
            "simulated": ["5 units included", "12 × 5 + 3 for all units"],
            "curves": [("", 67, [31.25, 134.25])],
            "bounds": [5.0, 15.0, 25.0],
        },
    ),
    Case(
        "stairstep with overage",
        {
            "charge_model": "stairstep",
            "tier_ids": [{"up_to": 100, "flat": 10}, {"up_to": 500, "flat": 40}],
            "overage_price": 0.12,
        },
        ((600, {}),),
        {"quantity": 600},
        {
            "name": "API calls: Stairstep",
            "label": "API calls",
            "amount": "52.00",
            "lines": ["API calls: 40 for the band up to 500", "API calls: 100 × 0.12 beyond 500"],
            "explanation": [
                "40 for the band up to 500 = 40.00\xa0€",
                "100 × 0.12 beyond 500 = 12.00\xa0€",
                "in all = 52.00\xa0€",
            ],
            "statement price": "None",
            "simulated": ["40 for the band up to 500", "100 × 0.12 beyond 500"],
            "curves": [("", 64, [750.0, 70.0])],
            "bounds": [100.0, 500.0],
        },
    ),
    Case(
        "package with free units",
        {
            "charge_model": "package",
            "package_size": 10,
            "price_unit": 100,
            "free_units": 10,
        },
        ((121, {}),),
        {"quantity": 121},
        {
            "name": "API calls: Package",
            "label": "API calls",
            "amount": "1200.00",
            "lines": ["API calls: 12 packages × 100"],
            "explanation": [
                "111 billable units, 10 of 121 free",
                "12 packages × 100 = 1,200.00\xa0€",
            ],
            "statement price": "None",
            "simulated": ["12 packages × 100"],
            "curves": [("", 92, [151.25, 1500.0])],
            "bounds": [10.0],
        },
    ),
    Case(
        "percentage",
        {
            "charge_model": "percentage",
            "percent": 1.5,
            "fixed_amount": 0.3,
            "event_minimum": 0.5,
            "event_maximum": 3,
            "free_events": 1,
            "free_units": 120,
        },
        ((100, {}), (5, {}), (400, {})),
        {"amounts": [100, 5, 400]},
        {
            "name": "API calls: Percentage",
            "label": "API calls",
            "amount": "3.50",
            "lines": [
                "API calls: 405 × 0.015",
                "API calls: 2 events × 0.30",
                "API calls: up to the minimum per event: 0.125",
                "API calls: down to the maximum per event: -3.30",
            ],
            "explanation": [
                "1 events and 100 units are free",
                "405 × 0.015 = 6.075\xa0€",
                "2 events × 0.30 = 0.60\xa0€",
                "up to the minimum per event: 0.125 = 0.125\xa0€",
                "down to the maximum per event: -3.30 = -\ufeff3.30\xa0€",
                "in all = 3.50\xa0€",
            ],
            "statement price": "None",
            "simulated": [
                "405 × 0.015",
                "2 events × 0.30",
                "up to the minimum per event: 0.125",
                "down to the maximum per event: -3.30",
            ],
            "curves": [("", 64, [500.0, 3.0])],
            "bounds": [120.0],
        },
    ),
    Case(
        "graduated percentage",
        {
            "charge_model": "graduated_percentage",
            "tier_ids": [{"up_to": 1000, "price_unit": 2, "flat": 1}, {"price_unit": 1}],
        },
        ((1500, {}),),
        {"quantity": 1500},
        {
            "name": "API calls: Graduated Percentage",
            "label": "API calls",
            "amount": "26.00",
            "lines": [
                "API calls: 1000 × 0.02 + 1, tier 0 to 1000",
                "API calls: 500 × 0.01, tier above 1000",
            ],
            "explanation": [
                "1000 × 0.02 + 1, tier 0 to 1000 = 21.00\xa0€",
                "500 × 0.01, tier above 1000 = 5.00\xa0€",
                "in all = 26.00\xa0€",
            ],
            "statement price": "None",
            "simulated": ["1000 × 0.02 + 1, tier 0 to 1000", "500 × 0.01, tier above 1000"],
            "curves": [("", 63, [1875.0, 29.75])],
            "bounds": [1000.0],
        },
    ),
    Case(
        "price per property value",
        {
            "charge_model": "matrix",
            "property_name": "country",
            "value_ids": COUNTRIES,
            "has_default_price": True,
            "price_unit": 0.5,
        },
        ((100, {"country": "FR"}), (50, {"country": "US"}), (3, {"country": "BR"})),
        {"values": {"FR": 100, "": 3}},
        {
            "name": "API calls: Price per Property Value",
            "label": "API calls",
            "amount": "10.50",
            "lines": [
                "API calls: FR: 100 × 0.05",
                "API calls: US: 50 × 0.08",
                "API calls: BR: 3 × 0.50",
            ],
            "explanation": [
                "FR: 100 × 0.05 = 5.00\xa0€",
                "US: 50 × 0.08 = 4.00\xa0€",
                "BR: 3 × 0.50 = 1.50\xa0€",
                "in all = 10.50\xa0€",
            ],
            "statement price": "None",
            "simulated": ["FR: 100 × 0.05", ": 3 × 0.50"],
            "curves": [
                ("FR", 62, [128.75, 6.44]),
                ("US", 62, [128.75, 10.3]),
                ("Other values", 62, [128.75, 64.38]),
            ],
            "bounds": [],
        },
    ),
    Case(
        "smartcode",
        {"charge_model": "smartcode"},
        ((350, {}),),
        {"quantity": 1},
        {
            "name": "SmartCode",
            "label": "SmartCode",
            "amount": "23.75",
            "lines": ["Basic", "Calls above 100"],
            "explanation": [
                "Basic = 20.00\xa0€",
                "Calls above 100: 250 × 0.015 = 3.75\xa0€",
                "in all = 23.75\xa0€",
            ],
            "statement price": "None",
            "simulated": "A SmartCode is tried on its own form, with the inputs of a period.",
            "curves": [],
            "bounds": None,
        },
    ),
]
