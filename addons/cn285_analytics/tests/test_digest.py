from datetime import datetime

from freezegun import freeze_time
from odoo.tests import new_test_user, tagged

from .common import AnalyticsCase

NAMES = ("kpi_cn285_mrr", "kpi_cn285_net_new", "kpi_cn285_churn")


@tagged("post_install", "-at_install")
@freeze_time("2026-06-30 10:00:00")
class TestDigest(AnalyticsCase):
    """Recurring revenue by mail, as its reader may read it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.digest = cls.env["digest.digest"].create(
            {
                "name": "Revenue",
                "company_id": cls.company.id,
                **dict.fromkeys(NAMES, True),
            }
        )
        cls.manager = new_test_user(cls.env, "digest_mgr", "cn285_contract.group_billing_manager")

    def _told(self, user):
        """Values of the last 30 days, by figure, as they are in the mail."""
        kpis = self.digest._compute_kpis(self.company, user)
        return {kpi["kpi_name"]: kpi["kpi_col3"]["value"] for kpi in kpis}

    def _values(self, user, start, end):
        digest = self.digest.with_user(user).with_context(
            start_datetime=datetime.fromisoformat(f"{start} 10:00:00"),
            end_datetime=datetime.fromisoformat(f"{end} 10:00:00"),
        )
        digest.invalidate_recordset()
        return [round(digest[f"{name}_value"], 2) for name in NAMES]

    def test_what_moved_in_the_span(self):
        before = self._values(self.manager, "2026-05-31", "2026-06-30")
        lost = self._create_contract([{"price_unit": 70.0}])
        lost.item_ids.date_end = "2026-06-09"
        self._create_contract(
            [{"price_unit": 30.0}],
            partner_id=self.env["res.partner"].create({"name": "Fresh"}).id,
            date_start="2026-06-30",
        )
        self._create_contract(
            [{"price_unit": 500.0}],
            partner_id=self.env["res.partner"].create({"name": "Later"}).id,
            date_start="2026-07-01",
        )
        self._record()
        found = self._values(self.manager, "2026-05-31", "2026-06-30")
        moved = [round(now - was, 2) for now, was in zip(found, before, strict=True)]
        self.assertEqual(moved, [30.0, -40.0, 70.0])
        # The day before, the one was lost already and the other not yet there.
        day = self._values(self.manager, "2026-06-28", "2026-06-29")
        self.assertEqual(round(found[0] - day[0], 2), 30.0)
        other = self.env["res.company"].create({"name": "Empty"})
        self.digest.company_id = other
        self.manager.company_ids |= other
        user = self.manager.with_context(allowed_company_ids=other.ids)
        self.assertEqual(self._values(user, "2026-05-31", "2026-06-30"), [0.0, 0.0, 0.0])

    def test_who_does_not_read_all_contracts_is_not_told(self):
        self._create_contract()
        self._record()
        self.assertEqual(set(self._told(self.manager)), set(NAMES))
        seller = new_test_user(self.env, "digest_own", "cn285_contract.group_contract_user_own")
        self.assertEqual(self._told(seller), {})
