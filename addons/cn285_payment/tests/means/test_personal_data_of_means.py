"""What payments say of a person goes with it, and its means are charged no more."""

from odoo.addons.cn285_contract.models.privacy.person import Person
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..collection.common import CollectionCase


@tagged("post_install", "-at_install")
class TestPersonalDataOfMeans(CollectionCase):
    stock = 1

    def test_who_paid_is_forgotten(self):
        self.customer.write(
            {"street": "1 rue Haute", "zip": "75001", "city": "Paris", "phone": "+33 1 02 03 04 05"}
        )
        self.card.write({"cn285_expiry_date": "2028-02-29", "cn285_last4": "4242"})
        attempt = self._collect(self._invoice())
        transaction = attempt.transaction_id
        self.assertEqual(transaction.partner_name, "Boulangerie Martin")
        person, data = Person(self.customer), self.env["cn285.personal.data"]
        for place in data._places():
            if place.model in ("payment.transaction", "payment.token"):
                self.assertTrue(place.found(person), place.name)
                place.anonymise(person)
                self.env.invalidate_all()
                self.assertFalse(place.found(person), place.name)
        for name in ("name", "email", "address", "zip", "city", "phone"):
            self.assertFalse(transaction[f"partner_{name}"], name)
        self.assertFalse(self.card.payment_details)
        self.assertFalse(self.card.cn285_expiry_date)
        self.assertEqual((self.card.active, self.card.cn285_state), (False, "revoked"))
        self.assertMoney(transaction.amount, "120.00")

    def test_not_while_a_payment_is_under_way(self):
        with self._answers("pending"):
            attempt = self._collect(self._invoice())
        self.assertEqual(attempt.state, "pending")
        with self.assertRaisesRegex(UserError, attempt.name):
            self.env["cn285.personal.data"]._anonymise(self.customer)
