from datetime import date

from cn285_engine.batches import BatchKey, cut, parsed

DAY = date(2026, 1, 31)


def test_a_key_is_kept_as_data():
    key = BatchKey(DAY, 7, 8, 1, 12)
    assert key.as_data() == ["2026-01-31", 7, 8, 1, 12]
    assert parsed(key.as_data()) == key
    assert not key.whole_payer


def test_a_key_of_before_names_a_whole_payer():
    key = parsed(["2026-01-31", 7])
    assert (key.day, key.payer, key.contract) == (DAY, 7, 0)
    assert key.whole_payer
    assert parsed(key.as_data()) == key


def test_cut_by_invoices_whoever_pays():
    keys = [BatchKey(DAY, 7, 7, 1, contract) for contract in range(1, 6)]
    assert cut(keys, 2) == [keys[:2], keys[2:4], keys[4:]]
    assert cut([], 2) == []
