"""Files of dunning policies with their steps, of wallets, of passes."""

from odoo.tests import new_test_user, tagged

from .common import DebtCase

POLICIES = (
    "name,threshold,grace_days,suspension_billing,retries,exempt,tags,terminate_after\n"
    'Strict,10,5,credited,"2, 4",Hospitals,Slow payers,60\n'
    "Mild,,30,,,,,\n"
    "Odd,-5,5,,,,,\n"
    "Unknown tag,,,,,,Nobody,\n"
)
STEPS = (
    "policy,days,action,name,audience\n"
    "Strict,6,deactivate,Off,\n"
    "Strict,3,mail,Reminder,\n"
    "Strict,5,letter,Formal notice,professional\n"
    "Mild,10,mail,Reminder,\n"
    "Mild,0,task,Call,\n"
    "Odd,3,mail,Reminder,\n"
    "Mild,20,shout,Shout,\n"
)


@tagged("post_install", "-at_install")
class TestImportDunning(DebtCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "loads_dunning",
            "base.group_partner_manager,cn285_contract.group_billing_manager,"
            "account.group_account_invoice",
        )

    def _load(self, user=None, **files):
        loader = self.env["cn285.import.loader"].with_user(user or self.manager)
        return loader._load_files([(f"{name}.csv", text.encode()) for name, text in files.items()])

    def test_policies_and_steps(self):
        files = {
            "customer_tags": "name,parent\nHospitals,\nSlow payers,\n",
            "dunning_policies": POLICIES,
            "dunning_steps": STEPS,
            "partners": "id,name,categories,dunning_policy,grace_days,credit_limit\n"
            "P1,Clinique,Slow payers,,,\nP2,Garage,,Strict,7,250\n",
            "templates": "name,code,dunning_policy\nTelephone,TEL,Strict\n",
        }
        report = self._load(**files)
        told = {(error.file, error.line): error.reason for error in report.errors}
        self.assertEqual(
            sorted(told),
            [
                ("dunning_policies.csv", 4),
                ("dunning_policies.csv", 5),
                ("dunning_steps.csv", 6),
                ("dunning_steps.csv", 7),
                ("dunning_steps.csv", 8),
            ],
        )
        self.assertIn("Nobody", told["dunning_policies.csv", 5])
        self.assertIn("refused itself", told["dunning_steps.csv", 7])
        self.assertIn("Mild is archived until", told["dunning_steps.csv", 6])
        policies = self.env["cn285.dunning.policy"].with_context(active_test=False)
        strict = policies.search([("name", "=", "Strict")])
        self.assertEqual(
            (strict.threshold, strict.grace_days, strict.suspension_billing, strict.retries_by),
            (10.0, 5, "credited", "own"),
        )
        self.assertEqual(strict.company_id, self.company)
        self.assertEqual(strict.exempt_category_ids.name, "Hospitals")
        self.assertEqual(
            [(step.days, step.action, step.audience) for step in strict.step_ids],
            [(3, "mail", "all"), (5, "letter", "professional"), (6, "deactivate", "all")],
        )
        mild = policies.search([("name", "=", "Mild")])
        self.assertFalse(mild.active, "two of its steps are missing")
        clinic, garage = self.env["res.partner"].search(
            [("name", "in", ("Clinique", "Garage"))], order="id"
        )
        self.assertEqual(clinic.category_id.cn285_dunning_policy_id, strict)
        self.assertEqual(garage.cn285_dunning_policy_id, strict)
        self.assertEqual((garage.cn285_grace_days, garage.credit_limit), (7, 250.0))
        template = self.env["cn285.contract.template"].search([("code", "=", "TEL")])
        self.assertEqual(template.dunning_policy_id, strict)
        # Corrected, and loaded again: nothing twice, and what waited is used.
        files["dunning_steps"] = STEPS.replace("Mild,0,", "Mild,15,").replace(",shout,", ",task,")
        report = self._load(**files)
        self.assertEqual(len(report.errors), 3)
        self.assertTrue(mild.active)
        self.assertEqual(mild.step_ids.mapped("days"), [10, 15, 20])
        self.assertEqual(len(strict.step_ids), 3)

    def test_who_may(self):
        clerk = new_test_user(self.env, "loads_not", "cn285_contract.group_contract_user")
        report = self._load(clerk, dunning_policies="name\nMine\n")
        self.assertIn("may not create", report.errors[0].reason)

    def test_wallets_and_passes(self):
        files = {
            "partners": "id,name\nP1,Camille Durand\n",
            "wallet_types": "name,books,taxes,scope,valid_months,least\n"
            f"Prepaid,,,usage,12,5\nCalls,topup,{self.tax.name},,,\nNo VAT,topup,,,,\n",
            "wallets": "id,wallet_type,customer\nW1,Prepaid,P1\n",
            "wallet_lots": "id,wallet_type,customer,amount,kind\nL1,Prepaid,P1,70.50,paid\n"
            "L2,No VAT,P1,5,paid\n",
            "topup_rules": "wallet,trigger,threshold,value,capped,cap\n"
            "W1,threshold,20,50,yes,100\nW1,interval,,-1,,\n",
            "promotion_passes": "name,code,percent,amount,periods,date_end,most,most_each\n"
            "Spring,spring-26,50,,2,2026-12-31,100,1\n"
            "Both,both,50,5,1,,,\nTwice,SPRING 26,10,,1,,,\n",
        }
        report = self._load(**files)
        told = {(error.file, error.line): error.reason for error in report.errors}
        self.assertEqual(
            sorted(told),
            [
                ("promotion_passes.csv", 3),
                ("promotion_passes.csv", 4),
                ("topup_rules.csv", 3),
                ("wallet_lots.csv", 3),
                ("wallet_types.csv", 4),
            ],
        )
        self.assertIn("VAT of top-ups", told["wallet_types.csv", 4])
        self.assertIn("either a percentage or an amount", told["promotion_passes.csv", 3])
        self.assertIn("this code already", told["promotion_passes.csv", 4])
        wallet = self.env["cn285.wallet"].search([("partner_id.name", "=", "Camille Durand")])
        self.assertMoney(wallet.balance, "70.50")
        self.assertEqual((wallet.type_id.scope, wallet.type_id.valid_months), ("usage", 12))
        self.assertEqual((wallet.rule_ids.value, wallet.rule_ids.cap), (50.0, 100.0))
        offer = self.env["cn285.promotion.pass"].search([("code", "=", "spring-26")])
        self.assertEqual((offer.percent, offer.periods, offer.most), (50.0, 2, 100))
        again = self._load(**files)
        self.assertEqual(len(again.errors), len(report.errors))
        self.assertEqual(len(wallet.lot_ids), 1)
        self.assertEqual(len(wallet.rule_ids), 1)
