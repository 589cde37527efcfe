"""Files of means of payment and of bank accounts."""

from datetime import date

from odoo.tests import new_test_user, tagged

from ..collection.common import CollectionCase


@tagged("post_install", "-at_install")
class TestImportMeans(CollectionCase):
    stock = 1

    def _load(self, user, **files):
        loader = self.env["cn285.import.loader"].with_user(user)
        return loader._load_files([(f"{name}.csv", text.encode()) for name, text in files.items()])

    def test_means_and_accounts(self):
        admin = new_test_user(
            self.env,
            "loads_means",
            "base.group_system,base.group_partner_manager,cn285_contract.group_billing_manager",
        )
        report = self._load(
            admin,
            partners="id,name\nP1,Camille Durand\nP2,Amine Haddad\n",
            means="id,partner,provider,method,reference,valid_until,last_digits,usual\n"
            f"M1,P1,demo,{self.method.code},pm_1,2028-02-29,4242,\n"
            f"M2,P1,demo,{self.method.code},pm_2,2027-01-31,1881,yes\n"
            f"M3,P2,demo,{self.method.code},pm_3,2027-01-31,0005,\n"
            f"M4,P2,nobody,{self.method.code},pm_4,,,\n",
            bank_accounts="partner,number\nP1,FR7630006000011234567890189\n",
            contracts="id,number,partner,date_start,collection_mode,means\n"
            "C1,MEANS-1,P1,2026-01-01,automatic,pm_1\n",
        )
        self.assertEqual(len(report.errors), 1)
        self.assertIn("nobody", report.errors[0].reason)
        tokens = self.env["payment.token"].search([("provider_ref", "=like", "pm_%")], order="id")
        self.assertEqual(tokens.mapped("provider_ref"), ["pm_1", "pm_2", "pm_3"])
        self.assertEqual(tokens[0].cn285_expiry_date, date(2028, 2, 29))
        camille, amine = tokens[0].partner_id, tokens[2].partner_id
        self.assertEqual(camille.cn285_payment_token_id, tokens[1])
        self.assertEqual(amine.cn285_payment_token_id, tokens[2])
        self.assertTrue(camille.bank_ids)
        contract = self.env["cn285.contract"].search([("name", "=", "MEANS-1")])
        self.assertEqual(contract.payment_token_id, tokens[0])
        self.assertEqual(contract.collection_mode, "automatic")

    def test_how_contracts_start(self):
        """Drafts wait for their payment; what runs elsewhere already is not asked to begin."""
        self.subscription.default_code = "ACCESS"
        manager = new_test_user(
            self.env,
            "loads_starts",
            "base.group_partner_manager,cn285_contract.group_billing_manager",
        )
        report = self._load(
            manager,
            partners="id,name\nP1,Camille Durand\n",
            templates="id,code,name,initiation,collection_mode\nT1,LINE,En ligne,paid,automatic\n",
            contracts="id,number,partner,template,date_start,initiation,state\n"
            "C1,START-1,P1,LINE,2026-01-01,,draft\n"
            "C2,START-2,P1,LINE,2026-01-01,means,active\n"
            "C3,START-3,P1,LINE,2026-01-01,tomorrow,draft\n",
            items="id,contract,product,price_unit\nI1,C1,ACCESS,10\nI2,C2,ACCESS,10\n",
        )
        self.assertEqual(len(report.errors), 1, report.errors)
        self.assertIn("tomorrow", report.errors[0].reason)
        contracts = self.env["cn285.contract"].search([("name", "=like", "START-%")], order="name")
        self.assertEqual(contracts.mapped("initiation"), ["paid", "means"])
        self.assertEqual(contracts.mapped("state"), ["draft", "active"])

    def test_credit_that_customers_hold(self):
        """A lot for each row, once, however often the file is loaded."""
        self.env["cn285.wallet.type"].create({"name": "Prepaid"})
        manager = new_test_user(
            self.env,
            "loads_credit",
            "base.group_partner_manager,cn285_contract.group_billing_manager",
        )
        files = {
            "partners": "id,name\nP1,Camille Durand\n",
            "wallet_lots": "id,wallet_type,customer,amount,kind,expiry,reason\n"
            "L1,Prepaid,P1,70.50,paid,,\n"
            "L2,Prepaid,P1,30,granted,2027-12-31,Sorry\n"
            "L3,Prepaid,P1,-5,paid,,\n",
        }
        report = self._load(manager, **files)
        self.assertEqual(len(report.errors), 1)
        self._load(manager, **files)
        wallet = self.env["cn285.wallet"].search([("partner_id.name", "=", "Camille Durand")])
        self.assertEqual(len(wallet.lot_ids), 2)
        self.assertMoney(wallet.balance, "100.50")
