from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.common import ContractCase


class TermCase(ContractCase):
    """A consumer with a yearly contract from 2025-03-15: 365.00 a year, paid in advance."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.consumer = cls.env["res.partner"].create(
            {
                "name": "Camille Durand",
                "street": "3 rue des Lilas",
                "zip": "69003",
                "city": "Lyon",
                "country_id": cls.env.ref("base.fr").id,
                "email": "camille@durand.example",
            }
        )
        cls.company.partner_id.city = cls.company.partner_id.city or "Paris"
        cls.company.email = cls.company.email or "office@cn285.example"

    @classmethod
    def _yearly(cls, items=(), **values):
        """A contract of one year, tacitly renewed by a year, notice period of a month."""
        year = {"price_unit": 365.0, "recurring_unit": "year"}
        with freeze_time("2025-03-15 10:00:00"):
            return cls._create_contract(
                items or [year],
                **{
                    "partner_id": cls.consumer.id,
                    "date_start": date(2025, 3, 15),
                    "term_length": 12,
                    **values,
                },
            )

    def _notices_on(self, day):
        """The daily work on renewal notices, as on a day."""
        with freeze_time(f"{day} 06:00:00"):
            self.env["cn285.renewal.notice"]._run_notices(self.company)

    def _renew_on(self, day):
        """The daily work on renewals and changes, as on a day."""
        with freeze_time(f"{day} 06:00:00"):
            self.env["cn285.contract"]._run_renewals(self.company)
