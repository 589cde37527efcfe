"""Devices in stock without Odoo: what a transfer means, and what keeps a device from going out."""

import pytest
from cn285_iot_stock_engine.movements import movement, obstacle, place


@pytest.mark.parametrize(
    ("source", "target", "told"),
    [
        ("supplier", "inside", "receipt"),
        ("inside", "rented", "out"),
        ("inside", "customer", "out"),
        # A delivery straight from the supplier is one too.
        ("supplier", "customer", "out"),
        ("rented", "inside", "back"),
        ("customer", "inside", "back"),
        # What is lost at the customer's does not come back.
        ("rented", "supplier", None),
        ("rented", "customer", "sold"),
        ("customer", "rented", None),
        ("inside", "inside", None),
        ("inside", "supplier", None),
    ],
)
def test_what_a_transfer_means(source, target, told):
    assert movement(source, target) == told


@pytest.mark.parametrize(
    ("quants", "told"),
    [
        ([], "none"),
        ([("inside", 1, 0)], "in"),
        ([("inside", 1, 1)], "reserved"),
        ([("rented", 1, 0)], "out"),
        ([("customer", 1, 0)], "out"),
        ([("customer", 0, 0), ("inside", 1, 0)], "in"),
        ([("inside", -1, 0), ("customer", 1, 0)], "out"),
        ([("supplier", 1, 0)], "none"),
    ],
)
def test_where_a_device_is(quants, told):
    assert place(quants) == told


@pytest.mark.parametrize(
    ("where", "state", "told"),
    [
        ("in", "draft", None),
        ("in", "returned", None),
        ("out", "pending", None),
        ("out", "active", None),
        ("out", "returned", "not_back"),
        ("reserved", "pending", "reserved"),
        ("none", "pending", "missing"),
    ],
)
def test_what_keeps_a_device(where, state, told):
    assert obstacle(where, state) == told
