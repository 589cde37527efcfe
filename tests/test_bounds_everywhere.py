"""Every number and date that a user, a file or a program may write has bounds, in every model."""

from freezegun import freeze_time
from odoo.addons.cn285_usage.tests.rating.test_usage_rating import UsageCase
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged

from .wall_records import WallRecords

NUMBERS = ("integer", "float", "monetary")
DATES = ("date", "datetime")
# Values of no sense: each of them is refused in words.
BAD = {
    "number": (float("nan"), float("inf"), float("-inf"), 1e30, -1e30, 2**63, "many", [1], True),
    "date": ("x", 5, True, [1], "0001-01-01", "1899-12-31", "2500-01-01", "2026-02-30"),
}
# Why a field has none.
EXCEPTIONS = {
    "cn285.import.count": "what the import's dialog counted",
    "cn285.import.error": "the line that the import's dialog refused",
    "cn285.usage.event": "events have a door of their own, that refuses in words: see below",
    "cn285.usage.import": "what the import's dialog counted",
}
# Numbers of which nothing is calculated.
ORDERS = ("sequence", "color")


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestBoundsEverywhere(UsageCase):
    def _fields(self):
        """Yield (model, field): the numbers and dates of ours that somebody may write."""
        for name, model in sorted(self.env.registry.items()):
            if model._abstract or name in EXCEPTIONS:
                continue
            model = self.env[name]
            kept = model._kept_fields() - model._creatable if hasattr(model, "_kept_fields") else ()
            for field in model._fields.values():
                ours = name.startswith("cn285.") or field.name.startswith("cn285_")
                written = field.store or field.inverse or (field.related and not field.readonly)
                if not ours or field.type not in (*NUMBERS, *DATES) or not written:
                    continue
                if field.name in kept or field.readonly or field.name in MAGIC_COLUMNS:
                    continue
                yield model, field

    def _refusal(self, step):
        """The words of a refusal: nothing but words is one."""
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            step()
        self.env.invalidate_all()
        self.assertNotIsInstance(caught.exception, AccessError)
        return str(caught.exception)

    def test_each_field_has_a_bound(self):
        found = 0
        for model, field in self._fields():
            found += 1
            with self.subTest(model=model._name, field=field.name):
                self.assertTrue(hasattr(model, "_bounds"), "it inherits cn285.bounded.values")
                bounds = model._bounds()
                self.assertTrue(model._bound_of(field.name, bounds))
                if field.type == "float":
                    self.assertIn(field.name, bounds, "is it a price, a percentage, a quantity?")
        self.assertGreater(found, 150)

    def test_what_is_declared_is_a_field(self):
        for name, model in self.env.registry.items():
            if hasattr(model, "_bounds") and not model._abstract:
                with self.subTest(name):
                    self.assertFalse(self.env[name]._bounds().keys() - model._fields.keys())

    def test_a_slip_is_refused_in_words(self):
        contract = self._usage_contract({"charge_model": "graduated", "tier_ids": self.TIERS})
        contract.item_ids.discount_ids = [
            Command.create({"date_start": "2026-01-01", "percent": 10.0})
        ]
        calculator = contract.item_ids.calculator_ids
        by_value = self._usage_contract(
            {
                "charge_model": "matrix",
                "property_name": "zone",
                "value_ids": [Command.create({"value": "EU", "price_unit": 1.0})],
            }
        )
        records = WallRecords(
            self.env,
            cn285_contract=contract,
            cn285_contract_item=contract.item_ids,
            cn285_contract_item_discount=contract.item_ids.discount_ids,
            cn285_usage_calculator=calculator,
            cn285_usage_tier=calculator.tier_ids,
            cn285_usage_value=by_value.item_ids.calculator_ids.value_ids,
        )
        line = self._invoice().invoice_line_ids
        for model, field in self._fields():
            label = field._description_string(self.env)
            bad = BAD["date" if field.type in DATES else "number"]
            if field.type == "integer":
                bad = (*bad, 2**31, -(2**31) - 1, "5.5")
            stored = model._auto and not model._transient and model._name.startswith("cn285.")
            record = records.one(model._name) if stored else model
            if model._name == "account.move.line":
                record = line
            for value in bad:
                with self.subTest(model=model._name, field=field.name, value=value):
                    vals = {field.name: value}
                    if model._name.startswith("cn285."):
                        words = self._refusal(lambda m=model, v=vals: m.create(v))
                        self.assertIn(label, words)
                    words = self._refusal(lambda r=record, v=vals: r.write(v))
                    self.assertIn(label, words)

    def test_an_order_may_be_any_whole_number(self):
        for model, field in self._fields():
            if field.name in ORDERS:
                with self.subTest(model=model._name, field=field.name):
                    self.assertTrue(model._within_bounds({field.name: 2**31 - 1}))

    def test_dialogs_tell_a_form_in_words(self):
        """What a program sends to a form is checked like what it saves."""
        dialogs = {
            "cn285.bill.ahead": "until",
            "cn285.contract.change.wizard": "date_effective",
            "cn285.credit.again": "date",
            "cn285.credit.create": "date",
            "cn285.take.over.compare": "date_until",
        }
        for name, date in dialogs.items():
            for value in ("x", 5):
                with self.subTest(name, value=value):
                    self.assertIn(
                        "is no date",
                        self._refusal(
                            lambda n=name, d=date, v=value: self.env[n].onchange(
                                {d: v}, [d], {d: {}}
                            )
                        ),
                    )
        wizard = self.env["cn285.contract.change.wizard"]
        tier = [Command.create({"up_to": float("nan")})]
        self._refusal(lambda: wizard.create({"usage_tier_ids": tier}))

    def test_settings(self):
        """Settings are those of the company, and so are their bounds."""
        settings = self.env["res.config.settings"]
        names = [name for name in self.env.company._bounds() if name in settings._fields]
        self.assertGreater(len(names), 4)
        for name in names:
            for value in BAD["date" if settings._fields[name].type in DATES else "number"]:
                with self.subTest(name, value=value):
                    self._refusal(lambda n=name, v=value: settings.create({n: v}))

    def _invoice(self, **line):
        line = {"name": "Line", "price_unit": 10.0, **line}
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [Command.create(line)],
            }
        )

    def test_invoice_lines_and_tags(self):
        for name in ("cn285_service_start", "cn285_service_end"):
            for value in BAD["date"]:
                with self.subTest(name, value=value):
                    words = self._refusal(lambda n=name, v=value: self._invoice(**{n: v}))
                    self.assertIn("is no date", words)
        tags = self.env["res.partner.category"]
        for value in BAD["number"]:
            with self.subTest(value=value):
                self._refusal(lambda v=value: tags.create({"name": "T", "cn285_max_items": v}))

    def test_events_have_words_of_their_own(self):
        events = self.env["cn285.usage.event"]
        contract = self._usage_contract({"price_unit": 1.0})
        good = {
            "metric_id": self.calls.id,
            "item_id": contract.item_ids.id,
            "transaction_id": "t1",
            "occurred_at": "2026-01-15 10:00:00",
            "quantity": 1,
        }
        for name, values in (
            ("quantity", (float("nan"), float("inf"), 1e30, "many", [1])),
            ("occurred_at", ("x", 5, [1], "0001-01-01")),
            ("ended_at", ("x", 5, [1], "0001-01-01")),
        ):
            for value in values:
                with (
                    self.subTest(name, value=value),
                    self.assertRaises(ValidationError),
                    self.env.cr.savepoint(),
                ):
                    events.create({**good, name: value})
