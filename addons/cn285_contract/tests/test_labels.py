from collections import defaultdict

from odoo.tests import TransactionCase, tagged

#: Labels of OCA's `contract` 19.0 on models where we have fields as well.
OCA = {
    "account.move.line": {"Contract Line"},
    "res.partner": {"Contracts", "Sale Contracts", "Purchase Contracts"},
}

#: Choices that a function puts into the reader's words, or that are no words: names of zones.
WORDED = {
    ("cn285.statement.layout.column", "field"),
    ("cn285.statement.layout.group", "field"),
    ("cn285.legal.region", "tz"),
    ("res.company", "cn285_tz"),
}


@tagged("post_install", "-at_install")
class TestLabels(TransactionCase):
    """In a filter or an export two fields of one label cannot be told apart."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        fields = cls.env["ir.model.fields"].search([("name", "=like", "cn285\\_%")])
        cls.ours = fields.filtered(lambda field: not field.model.startswith("cn285."))

    def test_no_label_is_that_of_another_field_of_the_model(self):
        twice = []
        for model, ours in self.ours.grouped("model").items():
            labels = defaultdict(list)
            for field in self.env["ir.model.fields"].search([("model", "=", model)]):
                labels[field.field_description].append(field.name)
            ours = set(ours.mapped("name"))
            twice += [
                (model, label, names)
                for label, names in labels.items()
                if len(names) > 1 and ours & set(names)
            ]
        self.assertFalse(twice)

    def test_no_label_is_that_of_a_field_of_ocas_contract(self):
        self.assertIn("res.partner", self.ours.mapped("model"))
        alike = [
            (field.model, field.name)
            for field in self.ours
            if field.field_description in OCA.get(field.model, ())
        ]
        self.assertFalse(alike)

    def test_choices_are_translated(self):
        """A choice that a function returns is in the language of the code that wrote it."""
        untranslated = [
            (model, name)
            for model, record in self.env.items()
            for name, field in record._fields.items()
            if field.type == "selection"
            and (model.startswith("cn285.") or name.startswith("cn285_"))
            and not field.related
            and callable(field.selection)
            and (model, name) not in WORDED
        ]
        self.assertFalse(untranslated)
