"""Documents for customers are in the customer's language, whoever runs the billing."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.cn285_contract.models.writer.invoice_writer_reasons import Reason
from odoo.addons.cn285_usage.tests.cascade.usage_cascade_case import CascadeCase
from odoo.tests import new_test_user, tagged

from .acting import SETS_UP

# Words of our own texts, of which none stands in a French one.
ENGLISH = (
    "included",
    "triggered",
    "from ",
    " to ",
    "tier",
    "each",
    "units",
    "graduated",
    "minimum of",
    "for:",
    "end customer",
    "credit",
    "fee for",
    "access",
    "items",
    "late",
    "goodwill",
)


@tagged("post_install", "-at_install")
class TestLanguages(CascadeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["ir.module.module"]._load_module_terms(
            ["cn285_contract", "cn285_usage", "cn285_renewal"], ["fr_FR"]
        )
        cls.subscription.with_context(lang="fr_FR").name = "Abonnement"
        cls.setup_fee.with_context(lang="fr_FR").name = "Mise en service"
        cls.calls.with_context(lang="fr_FR").name = "Appels"
        groups = ",".join(("cn285_contract.group_billing_manager", *SETS_UP))
        cls.managers = {
            lang: new_test_user(cls.env, f"manager_{lang}", groups, lang=lang)
            for lang in ("en_US", "fr_FR")
        }
        cls.shop = cls.env["res.partner"].create({"name": "Dépôt", "parent_id": cls.customer.id})

    def _story(self, reader, runner, quick=True):
        """All kinds of lines, entered and billed by ``runner``; their texts, in order."""
        customer = self.env["res.partner"].create({"name": "Reader", "lang": reader})
        reseller = self.env["res.partner"].create({"name": "Reseller", "lang": reader})
        was, user = self.env, self.managers[runner]
        type(self).env = was(user=user.id, su=False, context={**was.context, "lang": runner})
        try:
            with patch.object(
                type(self.env["cn285.invoice.writer"]),
                "_quick_obstacle",
                lambda writer: None if quick else Reason("draft"),
            ):
                return self._told(customer, reseller)
        finally:
            type(self).env = was

    def _told(self, customer, reseller):
        mine = {"partner_id": customer.id, "reseller_id": reseller.id}
        with freeze_time("2026-01-01 10:00:00"):
            contract = self._usage_contract(
                {
                    "charge_model": "graduated",
                    "tier_ids": self.TIERS,
                    "allowance_units": 28,
                    "minimum_amount": 500,
                },
                **mine,
            )
            source = contract.item_ids
            target = self._target(source, self.PACKAGE)
            target.sudo()._inside().write({"name": target.product_id.display_name})
            formula = self._create_contract(
                [
                    {
                        "billing_type": "usage",
                        "timing": "arrears",
                        "price_unit": 0,
                        "beneficiary_id": self.shop.id,
                        "calculator_ids": [
                            (
                                0,
                                0,
                                {
                                    "charge_model": "graduated",
                                    "tier_ids": self.TIERS,
                                    "formula": "calls * 2",
                                },
                            )
                        ],
                    }
                ],
                **mine,
            )
            fixed = self._create_contract(
                [
                    {"timing": "advance", "beneficiary_id": self.shop.id},
                    {"product_id": self.setup_fee.id, "billing_type": "one_shot"},
                ],
                commitment_length=12,
                may_buy_out=True,
                exit_fee="fixed",
                exit_fee_value=50.0,
                **mine,
            )
            together = self._create_contract([{}, {}], line_grouping="product", **mine)
        contracts = contract | formula | fixed | together
        with freeze_time("2026-02-01 10:00:00"):
            self._use(contract, 2120)
            self._use(formula, 7)
            self._bill_for(contracts, date(2026, 2, 1))
        with freeze_time("2026-02-20 10:00:00"):
            self._use(contract, 40, "2026-01-30")
            self.env["cn285.contract.change"].create(
                {
                    "contract_id": fixed.id,
                    "type": "terminate",
                    "date_effective": "2026-02-20",
                    "origin": "staff",
                }
            ).action_schedule()
        with freeze_time("2026-03-01 10:00:00"):
            self._bill_for(contracts, date(2026, 3, 1))
            together.credit_goodwill(5.0)
            invoice = together.invoice_ids.sorted("id")[0]
            invoice.cn285_credit(percent=50)
        moves = contracts.sudo().invoice_ids.sorted("id")
        attached = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "account.move"),
                    ("res_id", "in", moves.ids),
                    ("name", "like", "%.csv"),
                ]
            )
        )
        texts = moves.invoice_line_ids.sorted("id").mapped("name")
        numbers = contracts.mapped("name") + moves.mapped("name")
        return [
            _without(text, numbers)
            for text in (
                *texts,
                *(move.ref or "" for move in moves if move.move_type == "out_refund"),
                *(file.raw.decode("utf-8-sig").splitlines()[0] for file in attached),
                *contracts.schedule_ids.rating_ids.with_context(lang=customer.lang).mapped(
                    "display_name"
                ),
            )
        ]

    def _bill_for(self, contracts, day):
        self._bill(day, contract_ids=[(6, 0, contracts.ids)])

    def test_whoever_bills_and_by_either_writer(self):
        for reader in ("fr_FR", "en_US"):
            told = [
                self._story(reader, runner, quick)
                for runner in ("en_US", "fr_FR")
                for quick in (True, False)
            ]
            self.assertGreater(len(told[0]), 20)
            for other in told[1:]:
                self.assertEqual(told[0], other)
            if reader == "fr_FR":
                for text in told[0]:
                    for word in ENGLISH:
                        self.assertNotIn(word, text.lower())
            everything = "\n".join(told[0])
            for word in {
                "fr_FR": (
                    "28 unité(s) incluse(s)",
                    "Déclenché par Abonnement",
                    "Appels\N{NO-BREAK SPACE}: ",
                ),
                "en_US": ("28 units included", "Triggered by API access", "API calls: "),
            }[reader]:
                self.assertIn(word, everything)


def _without(text, numbers):
    for number in sorted(filter(None, numbers), key=len, reverse=True):
        text = text.replace(number, "#")
    return text
