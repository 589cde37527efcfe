from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-10 10:00:00")
class TestNamedByOurs(ContractCase):
    """What contracts need is not deleted; contacts that are merged take their contracts along."""

    def _refused(self, record, *words):
        with self.assertRaises(UserError) as caught:
            record.unlink()
        self.env.invalidate_all()
        self.assertTrue(record.exists())
        for word in words:
            self.assertIn(word, str(caught.exception))

    def _partner(self, name, **values):
        return self.env["res.partner"].create({"name": name, "email": "a@a.example", **values})

    # === DELETION === #

    def test_partners(self):
        reseller, user, address = (self._partner(name) for name in ("Rex", "Uma", "Desk"))
        contract = self._create_contract(
            [{"beneficiary_id": user.id}],
            reseller_id=reseller.id,
            partner_invoice_id=address.id,
        )
        for partner in (self.customer, reseller, user, address):
            self._refused(partner, partner.name, contract.name, "Archive it instead")
        self._partner("Nobody").unlink()

    def test_what_is_sold_and_how(self):
        term = self.env["account.payment.term"].create({"name": "Late"})
        position = self.env["account.fiscal.position"].create({"name": "Far"})
        pricelist = self.env["product.pricelist"].create(
            {"name": "Cheap", "currency_id": self.eur.id}
        )
        journal = self.env["account.journal"].create({"name": "S2", "type": "sale", "code": "S2"})
        template = self.env["cn285.contract.template"].create({"name": "Basic"})
        contract = self._create_contract(
            payment_term_id=term.id,
            fiscal_position_id=position.id,
            pricelist_id=pricelist.id,
            journal_id=journal.id,
            template_id=template.id,
        )
        for record in (term, position, pricelist, journal, template):
            self._refused(record, contract.name)
        self._refused(self.subscription, contract.name)
        self._refused(self.subscription.product_tmpl_id, contract.name)
        self._create_product("Unsold", 1.0).unlink()

    def test_tax_of_what_is_billed(self):
        tax = self.tax.copy({"name": "Own 20 %"})
        product = self._create_product("Taxed", 5.0, taxes_id=[(6, 0, tax.ids)])
        contract = self._create_contract([{"product_id": product.id}])
        self._refused(tax, "Own 20 %", "Taxed", contract.name)

    def test_what_a_planned_change_needs(self):
        heir = self._partner("Heir")
        contract = self._create_contract()
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "type": "holder",
                "date_effective": date(2026, 3, 1),
                "values": {"partner_id": heir.id},
            }
        )
        change.action_schedule()
        self._refused(heir, contract.name, "planned change")
        change.action_cancel()
        heir.unlink()

    def test_filters_of_a_run_that_has_not_ended(self):
        """Without its filter the run would bill everybody."""
        partner, tag = self._partner("Only"), self.env["cn285.contract.tag"].create({"name": "T"})
        contract = self._create_contract(confirm=False)
        run = self.env["cn285.billing.run"].create(
            {
                "date": date(2026, 1, 10),
                "partner_ids": partner.ids,
                "tag_ids": tag.ids,
                "contract_ids": contract.ids,
            }
        )
        for record in (partner, tag, contract):
            self._refused(record, run.name)
        run.action_cancel()
        (partner | self.env["res.partner"]).unlink()

    # === MERGE === #

    def _merge(self, old, new):
        self.env["base.partner.merge.automatic.wizard"]._merge((old | new).ids, new)

    def test_a_merged_contact_takes_its_contracts_along(self):
        old, new = self._partner("Old"), self._partner("New")
        own = self._create_contract(partner_id=old.id)
        sold = self._create_contract([{"beneficiary_id": old.id}], reseller_id=old.id)
        self._bill(date(2026, 1, 10))
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": self._create_contract().id,
                "type": "holder",
                "date_effective": date(2026, 3, 1),
                "values": {"partner_id": old.id},
            }
        )
        change.action_schedule()
        old_id = old.id
        self._merge(old, new)
        self.assertFalse(self.env["res.partner"].browse(old_id).exists())
        self.assertEqual((own.partner_id, own.payer_id, own.partner_invoice_id), (new, new, new))
        self.assertEqual(
            (sold.reseller_id, sold.payer_id, sold.item_ids.beneficiary_id), (new,) * 3
        )
        self.assertEqual(own.schedule_ids.partner_id, new)
        self.assertEqual(change.values["partner_id"], new.id)
        with freeze_time("2026-03-02 10:00:00"):
            run = self._bill(date(2026, 3, 2))
        self.assertEqual((run.state, change.state), ("done", "applied"))
        # Two contracts in February and March, and the third: until February, March by its heir.
        self.assertMoney(run.amount_untaxed, "700.00")
        self.assertEqual(change.result_contract_id.partner_id, new)
