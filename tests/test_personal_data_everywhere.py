"""Every text that people type and every link to a person: covered, or said to be nobody's.

A new field of ours fails here until somebody has said which of the two it is.
"""

import json

from odoo.addons.cn285_contract.models.privacy.person import Person
from odoo.addons.cn285_contract.models.privacy.places import Texts
from odoo.addons.cn285_usage.tests.rating.test_usage_rating import UsageCase
from odoo.tests import tagged
from odoo.tools import SQL

from .wall_records import WallRecords

TEXTS = ("char", "text", "html", "json", "binary", "reference", "properties")

# What is said of no person, and why: fields by model, "*" for all of them.
SETTINGS = "how the program works: names of things, terms, conditions, addresses of systems"
NUMBERS = "numbers, keys and codes that the program gives, or another system"
LAW = "what the law of a country says"
KEPT = "what invoices were made of: the law keeps it with them"
FIGURES = "figures, identifiers of records, names of programs"
TESTS = "of test databases only"
PASSING = "files that somebody brought: their names, and what is in them until they are loaded"
BOOKS = "orders to the bank and its statements, as they were: the law keeps them with the books"
NOBODYS = {
    SETTINGS: {
        "cn285.api.key": "*",
        "cn285.api.scope": "*",
        "cn285.webhook.endpoint": "*",
        "cn285.webhook.type": "*",
        "cn285.bridge.backend": "*",
        "cn285.bridge.map": "*",
        "cn285.change.reason": "name code note",
        "cn285.contract.item": "usage_set_property usage_marker_property usage_marker_value",
        "cn285.communication.plan": "name",
        "cn285.communication.step": "name subject body",
        "cn285.contract.tag": "name",
        "cn285.contract.template": "name code note",
        "cn285.contract.template.item": (
            "name usage_set_property usage_marker_property usage_marker_value"
        ),
        "cn285.contract.template.item.discount": "name",
        "cn285.credit.reason": "name",
        "cn285.device.type": "name code asked_kinds",
        "cn285.document.numbering": "prefix",
        "cn285.dunning.policy": "name retries debit_retries",
        "cn285.import.load": "namespace mapping decimal dates choices context tallies",
        "cn285.dunning.policy.step": "name note",
        "cn285.import.mapping": "name content",
        "cn285.letter.template": "name subject body box closing",
        "cn285.price.index": "name code",
        "cn285.provisioning.provider": "name",
        "cn285.quote.discount": "name",
        "cn285.retention.offer.template": "name",
        "cn285.revrec.rule": "name",
        "cn285.segment": "name domain problem",
        "cn285.sign.provider": "name tsa_url yousign_api_key yousign_webhook_secret",
        "cn285.smartcode": "name code description",
        "cn285.smartcode.version": "body",
        "cn285.statement.layout": "name title sort_property",
        "cn285.statement.layout.column": "name property_name",
        "cn285.statement.layout.group": "name property_name",
        "cn285.usage.calculator": "formula property_name",
        "cn285.usage.calculator.version": "terms",
        "cn285.usage.metric": "name code unit property_name filter_json",
        "cn285.usage.shard": "*",
        "cn285.usage.value": "value",
        "cn285.promotion.pass": "name code code_key",
        "cn285.wallet.type": "name",
        "payment.provider": "cn285_creditor_identifier cn285_mode_before",
        "res.company": (
            "cn285_legal_form cn285_trade_register cn285_penalty_terms cn285_retries "
            "cn285_debit_retries cn285_mediator"
        ),
    },
    NUMBERS: {
        "cn285.api.idempotency": "name fingerprint headers",
        "cn285.webhook.delivery": "res_model",
        "cn285.webhook.event": "uuid type res_model fact",
        "cn285.billing.run": "name",
        "cn285.quote.acceptance": "name",
        "cn285.bridge.binding": (
            "res_model external_id own_id sent_checksum their_version status_there "
            "netsuite_address netsuite_merged_into"
        ),
        "cn285.bridge.conflict": "their_version",
        "cn285.bridge.conflict.line": "name label",
        "cn285.bridge.exchange": "operation code",
        "cn285.bridge.inbox": "external_id version checksum",
        "cn285.bridge.outbox": "res_model code",
        "cn285.contract": "name access_token billing_hold_reason",
        "cn285.contract.item": "billed_ref",
        "cn285.contract.change": "order_part customer_key",
        "cn285.device": "serial external_id",
        "cn285.import.load.count": "kind",
        "cn285.import.load.error": "file column kind file_kind",
        "cn285.import.load.file": "sha256",
        "cn285.import.record": "*",
        "cn285.device.event": "request",
        "cn285.device.identifier": "value value_key",
        "cn285.device.test": "source transaction_id",
        "cn285.fleet.order": "name request",
        "cn285.fleet.order.line": "number",
        "cn285.payment.attempt": "name provider_code origin code advice",
        "cn285.mrr.close": "checksum",
        "cn285.payment.refund": "name",
        "cn285.prepayment": "name access_token",
        "cn285.provisioning.operation": "key reference",
        "cn285.revrec.run": "name",
        "cn285.sepa.bank.line": "key currency reference code",
        "cn285.sepa.debit": "reference lot former_reference code",
        "cn285.sepa.mandate": "reference former_reference",
        "cn285.sepa.transfer": "reference lot code",
        "cn285.sign.event": "previous_hash hash",
        "cn285.sign.request": "name content_hash log_hash yousign_key yousign_id yousign_status",
        "cn285.sign.signer": "nonce code_hash yousign_id",
        "cn285.stripe.event": "*",
        "cn285.yousign.event": "*",
        "cn285.usage.rating": "inputs_digest",
        "cn285.usage.refusal": "reason_code",
        "cn285.wallet.draw": "parts",
        "cn285.wallet.topup": "name form_key",
        "cn285.revrec.schedule": "terms",
        "sale.order": "cn285_approved_hash",
        "payment.token": "provider_ref stripe_payment_method stripe_mandate",
        "payment.transaction": "cn285_code cn285_advice provider_reference",
    },
    LAW: {
        "cn285.law": "name non_professional_names notice_text",
        "cn285.legal.holiday": "name source",
        "cn285.legal.rate": "source",
        "cn285.legal.region": "name postcodes source",
        "cn285.legal.surcharge": "source",
    },
    KEPT: {
        "cn285.billing.schedule": "steps usage_discounts source_totals",
        "cn285.late.fee": "explanation",
        "cn285.revrec.schedule": "analytic_distribution",
        "cn285.usage.rating": "data told",
    },
    FIGURES: {
        "account.move": "cn285_ordinary_reason cn285_not_collected",
        "res.company": "cn285_mrr_seen",
        "sale.order": "cn285_base_rules cn285_outcome",
        "sale.order.line": "cn285_base",
        "cn285.billing.run": "preview results",
        "cn285.billing.run.batch": "keys contract_ids",
        "cn285.revrec.run.preview": "analytic",
        "cn285.simulation.part": "contract_ids",
    },
    BOOKS: {"cn285.sepa.bank.file": "name content", "cn285.sepa.file": "*"},
    TESTS: {"cn285.time.travel.line": "reason"},
    PASSING: {"cn285.import.load.file": "name content"},
}
SAID = "Jeanne Delacroix a appelé du +33 6 12 34 56 78, DELACROIX JEANNE"
DATA = {"who": ["Delacroix Jeanne", 1], "Jeanne Delacroix": 2.5, "none": None}
# Links to a person that the look-up of Odoo does not follow: they are those of a place.
PERSONS = ("res.partner", "res.users", "res.partner.bank")


def _nobodys():
    return {
        (model, name)
        for models in NOBODYS.values()
        for model, names in models.items()
        for name in names.split()
    }


@tagged("post_install", "-at_install")
class TestPersonalDataEverywhere(UsageCase):
    """A walk over all our fields."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.places = cls.env["cn285.personal.data"]._places()

    def _our_fields(self):
        """Stored fields of ours, of models that are not emptied by themselves every day."""
        for name, model in sorted(self.env.registry.items()):
            if model._abstract or model._transient or not model._auto:
                continue
            for field in model._fields.values():
                if (field._module or "").startswith("cn285_") and field.store:
                    yield name, field

    def _covered(self):
        covered = set()
        for place in self.places:
            names = {"*"}
            if isinstance(place, Texts):
                names = {*place.texts, *place.data, *place.cleared, *place.marked}
            elif place.kept:
                # They are found, and stay: nothing in them is changed.
                names = set()
            covered |= {(place.model, name) for name in names}
        return covered

    def test_each_text_is_covered_or_said_to_be_nobodys(self):
        # A delivery says one thing of its events, which has a place of its own.
        covered, nobodys = self._covered(), _nobodys()
        for model, field in self._our_fields():
            if field.type not in TEXTS:
                continue
            with self.subTest(f"{model}.{field.name}"):
                keys = {(model, field.name), (model, "*")}
                self.assertTrue(
                    keys & (covered | nobodys),
                    "name it in a place of cn285.personal.data, or here, with the reason",
                )
                both = (model, field.name) in covered and keys & nobodys
                self.assertFalse(both, "it is one of the two")

    def test_what_is_said_to_be_nobodys_is_there(self):
        for model, name in sorted(_nobodys()):
            with self.subTest(f"{model}.{name}"):
                self.assertIn(model, self.env.registry)
                self.assertTrue(name == "*" or name in self.env[model]._fields)

    def test_each_place_is_there(self):
        person = Person(self.env["res.partner"].create({"name": "Jeanne Delacroix"}))
        names = [place.name for place in self.places]
        self.assertEqual(len(names), len(set(names)))
        for place in self.places:
            with self.subTest(place.name):
                place.found(person)
                place.sample(person)
                if isinstance(place, Texts):
                    fields = self.env[place.model]._fields
                    for name in (*place.texts, *place.data, *place.cleared, *place.marked):
                        self.assertTrue(fields[name].store, name)
                    for name in place.data:
                        self.assertEqual(fields[name].type, "json")

    def test_each_place_of_ours_makes_anonymous_what_it_names(self):
        """Whatever field of a place names somebody: the name goes, all else stays."""
        person = self.env["res.partner"].create(
            {"name": "Jeanne Delacroix", "phone": "06 12 34 56 78"}
        )
        contract = self._usage_contract({"price_unit": 2.0}, partner_id=person.id)
        contract.item_ids.code = "VIN-0001"
        records = WallRecords(
            self.env,
            cn285_contract=contract,
            cn285_contract_item=contract.item_ids,
            cn285_usage_calculator=contract.item_ids.calculator_ids,
        )
        person = Person(person)
        for place in self.places:
            if isinstance(place, Texts) and place.model.startswith("cn285."):
                record = records.one(place.model)
                with self.subTest(place.name), self.env.cr.savepoint():
                    self._check_place(place, person, record, contract)

    def _check_place(self, place, person, record, contract):
        self.env.flush_all()
        texts = {
            name: json.dumps(DATA) if record._fields[name].type == "json" else SAID
            for name in (*place.texts, *place.data, *place.cleared, *place.marked)
        }
        if "contract_id" in record._fields and record._fields["contract_id"].store:
            texts["contract_id"] = contract.id
        if "partner_id" in record._fields and record._fields["partner_id"].store:
            texts["partner_id"] = contract.partner_id.id
        elif place.model == "cn285.sepa.debit":
            record.mandate_id.partner_id = contract.partner_id
        elif place.model == "cn285.payment.refund":
            record.move_id.partner_id = contract.partner_id
        elif "wallet_id" in record._fields:
            # Past the wallet's own rules: it stays with its customer.
            self.env.cr.execute(
                "UPDATE cn285_wallet SET partner_id = %s WHERE id = %s",
                (contract.partner_id.id, record.wallet_id.id),
            )
        for name, value in texts.items():
            table, column = SQL.identifier(record._table), SQL.identifier(name)
            self.env.cr.execute(
                SQL("UPDATE %s SET %s = %s WHERE id = %s", table, column, value, record.id)
            )
        self.env.invalidate_all()
        self.assertIn(record.id, place.found(person), "the look-up finds it")
        place.anonymise(person)
        self.env.invalidate_all()
        self.assertNotIn(record.id, place.found(person), "nothing is left to be done")
        mark = person.mark
        for name in place.texts:
            self.assertIn(f"{mark} a appelé du {mark}, {mark}", str(record[name]))
        for name in place.data:
            self.assertEqual(record[name], {"who": [mark, 1], mark: 2.5, "none": None})
        for name in place.cleared:
            self.assertFalse(record[name])
        for name in place.marked:
            self.assertIn(mark, str(record[name]))
            self.assertNotIn("Delacroix", str(record[name]))

    def test_each_link_to_a_person_is_found(self):
        """The look-up follows single links to contacts; others have a place of their own."""
        placed = {place.model for place in self.places}
        kept = {*self.env["res.users"]._cn285_authorships()}
        for model, field in self._our_fields():
            if field.name in ("create_uid", "write_uid"):
                continue
            if field.comodel_name not in PERSONS:
                continue
            with self.subTest(f"{model}.{field.name}"):
                followed = field.type == "many2one" and field.comodel_name == "res.partner"
                self.assertTrue(
                    (followed and field.ondelete != "cascade")
                    or model in placed
                    or (model, field.name) in kept
                    or model == "res.company",
                    "nothing finds it",
                )

    def test_who_did_something_is_not_deleted(self):
        """Links that tell who did something never become empty by themselves."""
        kept = {*self.env["res.users"]._cn285_authorships()}
        # Whose task something is now: that may become nobody's.
        tasks = {
            ("cn285.contract", "user_id"),
            ("cn285.dunning.case", "user_id"),
            ("cn285.late.fee", "user_id"),
            ("cn285.renewal.notice", "user_id"),
            ("res.company", "cn285_responsible_id"),
        }
        for model, field in self._our_fields():
            if field.comodel_name != "res.users" or field.type != "many2one":
                continue
            if field.name not in ("create_uid", "write_uid"):
                self.assertIn((model, field.name), kept | tasks)
