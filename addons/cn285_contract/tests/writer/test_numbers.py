"""Numbers of quick invoices are taken last, and follow one another whatever was foreseen."""

from datetime import date
from unittest.mock import patch

from ...models.writer import invoice_writer_numbers
from .test_invoice_writer import InvoiceWriterCase


class TestNumbers(InvoiceWriterCase):
    def stored(self, moves):
        """Return the numbers in the database: of the invoices, and of all their items."""
        self.env.cr.execute(
            """SELECT move.name, array_agg(DISTINCT item.move_name),
                      max(item.name) FILTER (WHERE item.display_type = 'payment_term')
                 FROM account_move move JOIN account_move_line item ON item.move_id = move.id
                WHERE move.id IN %s GROUP BY move.id ORDER BY move.id""",
            [tuple(moves.ids)],
        )
        return self.env.cr.fetchall()

    def assert_follow(self, moves, before):
        """Assert that the invoices' numbers follow one another, and that of ``before``."""
        numbers = [before.sequence_number + place for place in range(1, len(moves) + 1)]
        self.assertEqual(moves.mapped("sequence_number"), numbers)
        names = moves.mapped("name")
        self.assertEqual(names, moves.mapped("payment_reference"))
        self.assertEqual(self.stored(moves), [(name, [name], name) for name in names])
        self.env.invalidate_all()
        self.assertEqual(moves.mapped("name"), names)
        self.assertEqual(moves.mapped("sequence_number"), numbers)

    def test_numbers_are_taken_last(self):
        before = self.quick([self.simple()])
        writer, numbers = self.writer._with_numbers_last()
        made = writer._create_invoices([self.simple() for _number in range(3)])
        foreseen = made.mapped("name")
        self.assertEqual([name for name, *_items in self.stored(made)], [None] * 3)
        numbers.take()
        self.assertEqual(made.mapped("name"), foreseen)
        self.assert_follow(made, before)

    def test_two_calls_before_numbers_are_taken(self):
        before = self.quick([self.simple()])
        writer, numbers = self.writer._with_numbers_last()
        first = writer._create_invoices([self.simple(), self.simple()])
        second = writer._create_invoices([self.simple()])
        foreseen = (first + second).mapped("name")
        numbers.take()
        self.assertEqual((first + second).mapped("name"), foreseen)
        self.assert_follow(first + second, before)

    def test_others_take_fewer_or_more_than_they_told(self):
        batch = invoice_writer_numbers._Batch
        for told in (7, 1):
            with self.subTest(told):
                before = self.quick([self.simple()])
                writer, numbers = self.writer._with_numbers_last()
                # a transaction that begins anew, and another one that said what it will take
                self.env.cr.precommit.data.pop("sequence.mixin", None)
                with patch.object(batch, "_told", lambda _self, one, told=told: one.last + told):
                    made = writer._create_invoices([self.simple(), self.simple()])
                foreseen = made.mapped("name")
                numbers.take()
                self.assertNotEqual(made.mapped("name"), foreseen)
                self.assert_follow(made, before)

    def test_somebody_posts_before_numbers_are_taken(self):
        before = self.quick([self.simple()])
        writer, numbers = self.writer._with_numbers_last()
        made = writer._create_invoices([self.simple(), self.simple()])
        ordinary = self.ordinary([self.simple()])
        self.assertEqual(ordinary.sequence_number, before.sequence_number + 1)
        numbers.take()
        self.assert_follow(made, ordinary)

    def test_several_dates_and_both_ways(self):
        """Also where an invoice of a date between goes Odoo's way."""
        days = [date(2026, 3, day) for day in (1, 10, 20)]
        odd = {"invoice_payment_term_id": self.portfolio.mixed_term.id}
        before = self.quick([self.simple(invoice_date=date(2026, 2, 27))])
        made = self.writer._create_invoices(
            [
                self.simple(invoice_date=days[2]),
                self.simple(invoice_date=days[1], **odd),
                self.simple(invoice_date=days[0]),
            ]
        )
        self.assertEqual(
            [move.cn285_ordinary_reason and True for move in made], [False, True, False]
        )
        numbers = [move.sequence_number - before.sequence_number for move in made]
        self.assertEqual(numbers, [3, 2, 1])
