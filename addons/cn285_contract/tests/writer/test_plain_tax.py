"""Our own rule of plain percentage taxes says what Odoo's tax engine says."""

import random

from ...models.billing.account_tax import SUMS_LINES
from ...models.writer.invoice_writer_known import Known
from ...models.writer.invoice_writer_reasons import NotQuick, Reason
from ...models.writer.invoice_writer_taxes import TaxPlanner
from .test_invoice_writer import InvoiceWriterCase

COUNT = 400


class TestPlainTax(InvoiceWriterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(11)
        taxes = cls.portfolio.taxes
        cls.more = {
            "inner": cls.portfolio._tax("Inner 10", 10.0, price_include_override="tax_included"),
            "alone": cls.portfolio._tax("Alone 20", 20.0, include_base_amount=True),
            "none": cls.portfolio._tax("None 0", 0.0),
            "tagged": cls.portfolio._tax(
                "Tagged 8.1",
                8.1,
                invoice_repartition_line_ids=cls.portfolio._repartition(
                    [100], cls.portfolio.vat_account
                ),
            ),
        }
        named = {**taxes, **cls.more}
        cls.plain_sets = [
            tuple(named[name].id for name in names)
            for names in (
                ("plain",),
                ("plain",),
                ("reduced",),
                ("plain", "reduced"),
                ("included",),
                ("included", "inner"),
                ("alone",),
                ("none",),
                ("tagged", "plain"),
                (),
            )
        ]
        cls.other_sets = [
            tuple(named[name].id for name in names)
            for names in (
                ("first", "plain"),
                ("fixed",),
                ("division",),
                ("shared",),
                ("reverse",),
                ("cash",),
                ("group",),
                ("plain", "included"),
            )
        ]

    def planner(self):
        known = Known(self.env, self.writer._quick_report().plain_fields, plain_taxes=True)
        return TaxPlanner(known)

    def signature(self, taxes):
        draw, portfolio = self.random, self.portfolio
        price = draw.choice(
            (
                draw.randrange(-2000, 100_000) / 100,
                round(draw.uniform(0, 1000), 10),
                draw.choice((0.0, 9.99, 1.005, 0.285, 2.675, 10.333333, 0.01)),
            )
        )
        analytic = ((str(portfolio.analytic[0].id), 100.0),) if draw.random() < 0.1 else ()
        return (
            price,
            f"{draw.choice((1, 1, 1, 2, 3, 0.5, 7.25, 0, -1)):.2f}",
            f"{draw.choice((0, 0, 0, 10, 33.33, 50)):.2f}",
            taxes,
            draw.choice(portfolio.products).id,
            None,
            portfolio.revenue.id,
            analytic,
            None,
        )

    def answers(self, planner, currency, rate, signatures, sums_lines):
        """Return what both say; None for ours where it leaves the answer to Odoo."""
        ways = (
            lambda: planner.plain(currency, rate, signatures, sums_lines),
            lambda: planner.asked(currency, rate, signatures, {SUMS_LINES: sums_lines}),
        )
        answers = []
        for way in ways:
            try:
                answers.append(way())
            except NotQuick as refusal:
                answers.append(refusal.reason)
        return answers

    def assert_same_taxed(self, ours, odoos, currency, signatures):
        local = self.company.currency_id
        for own, other in zip(ours.lines, odoos.lines, strict=True):
            self.assertEqual(currency.compare_amounts(own[0], other[0]), 0, signatures)
            self.assertEqual(local.compare_amounts(own[1], other[1]), 0, signatures)
            self.assertEqual(set(own[2]), set(other[2]), signatures)
        for own, other in zip(ours.shown, odoos.shown, strict=True):
            self.assertFalse(currency.compare_amounts(own[0], other[0]), signatures)
            self.assertFalse(currency.compare_amounts(own[1], other[1]), signatures)
        self.assertEqual(
            [(columns, set(links["tax_tag_ids"])) for columns, links in ours.taxes],
            [(columns, set(links["tax_tag_ids"])) for columns, links in odoos.taxes],
            signatures,
        )
        self.assertEqual(ours.sums, odoos.sums, signatures)

    def test_same_as_odoo(self):
        company, told = self.company.sudo(), 0
        for method in ("round_globally", "round_per_line"):
            company.tax_calculation_rounding_method = method
            planner = self.planner()
            for _number in range(COUNT // 2):
                currency = self.random.choice((company.currency_id, *self.portfolio.currencies))
                rate = 1.0 if currency == company.currency_id else self.random.uniform(0.5, 170)
                signatures = [
                    self.signature(self.random.choice(self.plain_sets))
                    for _line in range(self.random.randint(1, 6))
                ]
                ours, odoos = self.answers(planner, currency, rate, signatures, sums_lines=True)
                if isinstance(odoos, Reason):
                    self.assertIn(ours, (odoos, None), signatures)
                elif ours:
                    told += 1
                    self.assert_same_taxed(ours, odoos, currency, signatures)
                elif currency == company.currency_id:
                    # one tax in several items, with and without analytic accounts
                    self.assertEqual(len({signature[7] for signature in signatures}), 2)
        self.assertGreater(told, COUNT * 0.7)

    def test_what_is_not_plain_is_left_to_odoo(self):
        planner, currency = self.planner(), self.company.currency_id
        for taxes in self.other_sets:
            self.assertIsNone(planner.plain(currency, 1.0, [self.signature(taxes)], True), taxes)
        # lines that are not rounded before they are added up
        self.company.sudo().tax_calculation_rounding_method = "round_globally"
        plain = [self.signature(self.plain_sets[0])]
        self.assertIsNone(self.planner().plain(currency, 1.0, plain, False))
        self.assertIsNotNone(self.planner().plain(currency, 1.0, plain, True))

    def test_other_modules_taxes_are_left_to_odoo(self):
        self.assertEqual(self.writer._quick_report().tax_modules, ())
        known = Known(self.env, self.writer._quick_report().plain_fields)
        signatures = [self.signature(self.plain_sets[0])]
        self.assertIsNone(TaxPlanner(known).plain(self.company.currency_id, 1.0, signatures, True))
