from datetime import date

from odoo.tests import HttpCase, tagged

from .common import RevrecCase


@tagged("post_install", "-at_install")
class TestTour(RevrecCase, HttpCase):
    """The main path in a browser: a month is previewed, posted and tied out."""

    def test_closing_a_month(self):
        self.env["res.users"].create(
            {
                "name": "Chloé Clôture",
                "login": "tour_closing",
                "password": "tour_closing",
                "group_ids": [(4, self.env.ref("cn285_revrec.group_revrec_manager").id)],
            }
        )
        month = self.company._cn285_next_month_to_run()
        self._create_invoice(
            month.replace(day=1),
            [(365.0, month.replace(day=1), date(month.year + 1, 12, 31))],
        )
        self.start_tour("/odoo", "cn285_revrec_closing_tour", login="tour_closing")
        run = self.env["cn285.revrec.run"].search([("state", "=", "done")])
        self.assertEqual(run.date, month)
        self.assertTrue(run.position_ids)
        self.assertTiesOut(month)
