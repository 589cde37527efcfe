from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestTermBounds(TermCase):
    """Terms, fees, revisions and values of indices that are a slip."""

    def _refused(self, step):
        with self.assertRaisesRegex(ValidationError, "must"), self.env.cr.savepoint():
            step()
        self.env.invalidate_all()

    def test_figures(self):
        contract = self._yearly()
        template = self.env["cn285.contract.template"].create({"name": "T"})
        index = self.env["cn285.price.index"].create({"name": "Syntec"})
        value = index.value_ids.create({"index_id": index.id, "date": "2026-01-01", "value": 100})
        for number in (float("nan"), float("inf"), 1e30):
            for record in (contract, template):
                for name in ("renewal_percent", "renewal_cap", "exit_fee_value"):
                    with self.subTest(record=record, field=name, number=number):
                        self._refused(lambda r=record, n=name, v=number: r.write({n: v}))
            self._refused(lambda v=number: value.write({"value": v}))
        for name in ("term_length", "commitment_length", "renewal_length", "notice_length"):
            with self.subTest(field=name):
                self._refused(lambda n=name: contract.write({n: 2**31}))
        self._refused(lambda: contract.write({"renewal_percent": -101}))
