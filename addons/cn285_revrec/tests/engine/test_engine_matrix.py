"""The waterfall as a table of months × months."""

import doctest
from datetime import date
from decimal import Decimal

from cn285_revrec_house.cn285_revrec.engine import matrix
from cn285_revrec_house.cn285_revrec.engine.matrix import waterfall

D = Decimal


def test_months_without_revenue_are_columns_and_without_invoices_no_rows():
    table = waterfall(
        [
            (date(2025, 12, 5), date(2025, 12, 31), D("10.00")),
            (date(2025, 12, 5), date(2026, 3, 31), D("20.00")),
            (date(2025, 12, 9), date(2026, 3, 31), D("-5.00")),
            (date(2026, 2, 1), date(2026, 3, 31), D("7.00")),
        ]
    )
    assert [f"{day:%Y-%m}" for day in table.columns] == ["2025-12", "2026-01", "2026-02", "2026-03"]
    assert table.rows == [
        (date(2025, 12, 1), [D("10.00"), D(0), D(0), D("15.00")]),
        (date(2026, 2, 1), [D(0), D(0), D(0), D("7.00")]),
    ]
    assert table.totals() == [D("10.00"), D(0), D(0), D("22.00")]


def test_nothing_invoiced():
    assert waterfall([]).columns == []
    assert waterfall([]).totals() == []


def test_examples():
    assert doctest.testmod(matrix).failed == 0
