from odoo import http
from odoo.addons.cn285_contract.models.common import LARGEST_ID
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager
from odoo.http import request

# How many services and events of a device are shown.
SHOWN = 40
# What a customer is told of: not what his network and our orders say of it.
TOLD = ("active", "suspended", "assigned", "unassigned", "replaced", "replacing", "moved")
# Longest number that is looked for.
LONGEST = 64


class DevicePortal(CustomerPortal):
    """The customer's devices: /my/devices, page by page, and a page for each."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "cn285_device_count" in counters:
            # sudo: a number, of the visitor's own
            devices = request.env["cn285.device"].sudo()
            values["cn285_device_count"] = devices.search_count(self._devices_domain())
        return values

    def _devices_domain(self):
        """Devices of the visitor's own company: employees, too, see only these here."""
        commercial_partner = request.env.user.partner_id.commercial_partner_id
        return [("partner_id", "child_of", [commercial_partner.id]), ("state", "!=", "draft")]

    def _device_filters(self):
        return {
            "all": {"label": request.env._("All"), "domain": []},
            "in_service": {
                "label": request.env._("In Service"),
                "domain": [("state", "in", ("active", "suspended"))],
            },
        }

    @http.route(
        ["/my/devices", "/my/devices/page/<int:page>"], type="http", auth="user", website=True
    )
    def portal_my_devices(self, page=1, filterby="all", search="", **_kwargs):
        filters = self._device_filters()
        filterby = filterby if filterby in filters else "all"
        domain = self._devices_domain() + filters[filterby]["domain"]
        search = search.strip()[:LONGEST].replace("\x00", "")
        if search:
            domain += ["|", ("serial", "ilike", search), ("customer_ref", "ilike", search)]
        # sudo: the visitor's own by the domain; the page shows what customers see
        devices = request.env["cn285.device"].sudo()
        pager = portal_pager(
            url="/my/devices",
            url_args={"filterby": filterby, "search": search},
            total=devices.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        found = devices.search(domain, limit=self._items_per_page, offset=pager["offset"])
        return request.render(
            "cn285_iot.portal_my_devices",
            {
                **self._prepare_portal_layout_values(),
                "devices": found,
                "page_name": "device",
                "pager": pager,
                "default_url": "/my/devices",
                "searchbar_filters": filters,
                "filterby": filterby,
                "search": search,
            },
        )

    @http.route("/my/devices/<int:device_id>", type="http", auth="user", website=True)
    def portal_my_device(self, device_id, **_kwargs):
        # sudo: as above
        devices = request.env["cn285.device"].sudo()
        own = [("id", "=", device_id if 0 < device_id <= LARGEST_ID else 0)]
        device = devices.search([*own, *self._devices_domain()], limit=1)
        if not device:
            return request.redirect("/my/devices")
        # Who had it before is nobody's business.
        holder = device.partner_id.commercial_partner_id
        mine = device.assignment_ids.filtered(
            lambda one: one.item_id.contract_id.partner_id.commercial_partner_id == holder
        )
        since = min(mine.mapped("date_start"), default=None)
        return request.render(
            "cn285_iot.portal_device_page",
            {
                **self._prepare_portal_layout_values(),
                "device": device,
                "services": mine[:SHOWN],
                "events": device.event_ids.filtered(
                    lambda event: event.kind in TOLD and since and event.date >= since
                )[:SHOWN],
                "page_name": "device",
            },
        )
