from odoo.tests import HttpCase, new_test_user, tagged

from .common import DeviceCase


@tagged("post_install", "-at_install")
class TestDevicePortal(DeviceCase, HttpCase):
    """Customers see their devices, page by page, and nobody else's."""

    def test_my_devices(self):
        login = "fleet_portal"
        new_test_user(
            self.env, login, "base.group_portal", password=login, parent_id=self.customer.id
        )
        today = self.company._cn285_today()
        self.fleet.sudo()._past_edits().date_start = min(self.fleet.date_start, today)
        mine = self._devices(90, partner_id=self.customer.id)
        other = self.env["res.partner"].create({"name": "Transports Petit"})
        foreign = self._devices(1, "F", partner_id=other.id)
        self._ordered("activate", mine[-1])
        self.authenticate(login, login)
        pages = [self.url_open(f"/my/devices{page}").text for page in ("", "/page/2")]
        self.assertIn("T-090", pages[0])
        self.assertIn("/my/devices/page/2", pages[0])
        self.assertNotIn("T-001", pages[0])
        self.assertIn("T-001", pages[1])
        self.assertNotIn("F-001", "".join(pages))
        self.assertIn("d-none d-md-table-cell", pages[0])
        found = self.url_open("/my/devices?search=t-09&filterby=in_service").text
        self.assertIn("T-090", found)
        self.assertNotIn("T-089", found)
        page = self.url_open(f"/my/devices/{mine[-1].id}").text
        self.assertIn("Tracking – T-090", page)
        self.assertIn("Service Added", page)
        for number in (foreign.id, 2**40):
            answer = self.url_open(f"/my/devices/{number}")
            self.assertTrue(answer.url.endswith("/my/devices"))
        self.assertIn("/my/devices", self.url_open("/my/home").text)
