"""Screens of payments say what they are for while they are empty, and ask before money moves."""

from lxml import etree
from odoo.tests import TransactionCase, tagged

ADDONS = ("cn285_payment", "cn285_payment_sepa", "cn285_payment_stripe")
# Buttons that move money, write to customers or cannot be taken back.
ASKING = {
    "account.move": {"action_cn285_collect", "action_cn285_refund"},
    "cn285.payment.attempt": {"action_was_paid", "action_was_not_paid"},
    "cn285.dunning.case": {"action_look"},
    "cn285.late.fee": {"action_post", "action_waive"},
    "cn285.wallet.topup": {"action_returned"},
    "cn285.wallet.grant": {"action_grant"},
    "cn285.wallet.payout": {"action_pay_out"},
    "cn285.sepa.mandate": {"action_revoke"},
    "cn285.sepa.bank.line": {"action_settled_by_hand"},
    "payment.token": {"action_cn285_remove"},
}


@tagged("post_install", "-at_install")
class TestPaymentScreens(TransactionCase):
    def _ours(self, model):
        found = self.env["ir.model.data"].search([("module", "in", ADDONS), ("model", "=", model)])
        return self.env[model].browse(found.mapped("res_id")).exists()

    def test_empty_screens_say_what_they_are_for(self):
        actions = [menu.action for menu in self._ours("ir.ui.menu") if menu.action]
        self.assertGreater(len(actions), 15)
        silent = [
            action.name
            for action in actions
            if action._name == "ir.actions.act_window"
            and len(etree.fromstring(f"<div>{action.help or ''}</div>").findall("p")) < 2
        ]
        self.assertFalse(silent)

    def test_what_cannot_be_taken_back_is_asked_before(self):
        seen, silent = set(), []
        for view in self._ours("ir.ui.view").filtered("model"):
            for node in etree.fromstring(view.arch_db).iter("button"):
                name = node.get("name")
                if view.model == "cn285.wallet" and name in ("action_grant", "action_pay_out"):
                    continue  # opens the dialog that asks
                owners = [model for model, names in ASKING.items() if name in names]
                if not owners or node.get("type") != "object":
                    continue
                seen.add(name)
                if not node.get("confirm"):
                    silent.append(f"{view.name}: {name}")
        self.assertEqual(seen, set().union(*ASKING.values()))
        self.assertFalse(silent)
