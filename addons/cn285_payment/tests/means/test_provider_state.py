"""Providers that are disabled and enabled again: their means stay, and contracts keep theirs."""

from odoo.tests import tagged

from ..collection.common import CollectionCase


@tagged("post_install", "-at_install")
class TestProviderState(CollectionCase):
    stock = 1

    def test_a_provider_that_is_disabled_keeps_its_means(self):
        """They cannot be charged meanwhile, and pay the same contracts when it is enabled again."""
        contract = self._automatic()
        contract.payment_token_id = self.card
        self.provider.state = "disabled"
        self.assertTrue(self.card.active)
        self.assertEqual(contract.payment_token_id, self.card)
        self.assertFalse(contract._payment_tokens()[contract])
        self.provider.state = "test"
        self.assertEqual(contract._payment_tokens()[contract], self.card)

    def test_means_of_another_mode_are_none_of_this_one(self):
        """What was added in earnest is not charged in test mode, disabled in between or not."""
        provider = self.provider.copy({"state": "disabled", "code": "none", "name": "Another"})
        card = self._token(self.customer, provider_id=provider.id)
        for before, now, stays in (
            ("enabled", "enabled", True), ("enabled", "test", False),
        ):  # fmt: skip
            provider.cn285_mode_before = before
            provider.state = now
            self.assertEqual(card.active, stays)
            provider.state = "disabled"
            self.assertEqual((card.active, provider.cn285_mode_before), (stays, now))

    def test_who_disables_a_provider_is_not_told_that_means_are_archived(self):
        provider = self.provider.new(origin=self.provider)
        provider.state = "disabled"
        self.assertFalse(provider._onchange_state_warn_before_disabling_tokens())
        self.provider.state = "test"
