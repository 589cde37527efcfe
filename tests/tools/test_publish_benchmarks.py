"""The page of benchmarks: made of what was measured, and of nothing else."""

import json

import publish_benchmarks
import pytest


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setattr(publish_benchmarks, "RESULTS", tmp_path)
    monkeypatch.setattr(publish_benchmarks, "PAGE", tmp_path / "benchmarks.md")
    return tmp_path / "benchmarks.md"


def report(**values):
    return {"seconds": 4.0, "cpu": 2.0, "invoices": 1000, "peak_mb": 180.4, **values}


def test_nothing_was_measured(page):
    assert publish_benchmarks.main() == 1
    assert not page.exists()


def test_billing_and_scale(page):
    (page.parent / "billing.json").write_text(
        json.dumps(
            {
                "contracts": 1000,
                "batch": 200,
                "product": report(),
                "oca_contract": report(seconds=50.0, cpu=40.0),
                "bare_odoo": report(seconds=30.0, cpu=25.0),
                "ratios": {"product_to_oca": 20.0},
            }
        )
    )
    figures = {"screen: contracts": [300, 54.1, "ms"], "two": [1.8, 1.7, "times or more"]}
    (page.parent / "scale.json").write_text(json.dumps({"contracts": 2000, "figures": figures}))
    assert publish_benchmarks.main() == 0
    text = page.read_text()
    assert "| Cn285 | 4.00 | 2.00 | 1,800,000 | 180 |" in text
    assert "| OCA contract | 50.00 | 40.00 | 90,000 | 180 |" in text
    assert "| product to oca | 20.00 |" in text
    assert "| screen: contracts | 300 | 54.1 | ms |" in text
    assert "| two | 1.8 | 1.7 | times |" in text
    assert "| Python | " in text
    assert "Revenue" not in text
