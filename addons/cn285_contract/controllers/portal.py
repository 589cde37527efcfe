from urllib.parse import urlencode

from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Date
from odoo.http import request

from ..models.common import LARGEST_ID, LIVE_STATES

# What Odoo's pages take from the address; any other name there is nobody's.
PAGE_KEYS = ("error", "warning", "success", "pid", "hash")
# How many invoices of the future the customer sees.
NEXT_INVOICES = 3
# How many rows of each table of a contract's page are shown at once.
PAGE_ROWS = 40
# How many lines of each invoice of the future are shown.
PREVIEW_LINES = 20
# The tables of that page, and the names by which an address tells their pages.
TABLES = {"items": "item_page", "issued_moves": "invoice_page", "changes": "change_page"}


class ContractPortal(CustomerPortal):
    """The customer's contracts: /my/contracts and a page for each."""

    def _document_check_access(self, model_name, document_id, access_token=None):
        """Also whatever stands in an address: numbers that no record has, tokens that are none."""
        if not 0 < document_id <= LARGEST_ID:
            raise MissingError(request.env._("This document does not exist."))
        if access_token and not access_token.isascii():
            access_token = None
        return super()._document_check_access(model_name, document_id, access_token)

    def _page_kwargs(self, kwargs):
        """Of what an address says, what pages take: other names would be arguments of ours."""
        return {name: kwargs[name] for name in PAGE_KEYS if name in kwargs}

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "cn285_contract_count" in counters:
            contracts = request.env["cn285.contract"]
            values["cn285_contract_count"] = (
                contracts.search_count(self._contracts_domain())
                if contracts.has_access("read")
                else 0
            )
        return values

    def _contracts_domain(self):
        """Contracts of the user's own company: employees, too, see only theirs in the portal."""
        commercial_partner = request.env.user.partner_id.commercial_partner_id
        return [
            ("partner_id", "child_of", [commercial_partner.id]),
            ("state", "in", (*LIVE_STATES, "closed", "withdrawn")),
        ]

    def _contract_sortings(self):
        return {
            "date": {"label": request.env._("Start Date"), "order": "date_start desc, id desc"},
            "end": {"label": request.env._("End Date"), "order": "date_end, id desc"},
            "name": {"label": request.env._("Number"), "order": "name"},
            "state": {"label": request.env._("Status"), "order": "state, date_start desc"},
        }

    def _contract_filters(self):
        return {
            "all": {"label": request.env._("All"), "domain": []},
            "active": {"label": request.env._("Active"), "domain": [("state", "in", LIVE_STATES)]},
            "closed": {
                "label": request.env._("Closed"),
                "domain": [("state", "in", ("closed", "withdrawn"))],
            },
        }

    @http.route(
        ["/my/contracts", "/my/contracts/page/<int:page>"], type="http", auth="user", website=True
    )
    def portal_my_contracts(self, page=1, sortby="date", filterby="all", **_kwargs):
        contracts = request.env["cn285.contract"]
        sortings, filters = self._contract_sortings(), self._contract_filters()
        sortby = sortby if sortby in sortings else "date"
        filterby = filterby if filterby in filters else "all"
        domain = self._contracts_domain() + filters[filterby]["domain"]
        may_read = contracts.has_access("read")
        pager = portal_pager(
            url="/my/contracts",
            url_args={"sortby": sortby, "filterby": filterby},
            total=contracts.search_count(domain) if may_read else 0,
            page=page,
            step=self._items_per_page,
        )
        if may_read:
            contracts = contracts.search(
                domain,
                order=sortings[sortby]["order"],
                limit=self._items_per_page,
                offset=pager["offset"],
            ).sudo()  # sudo: found by the visitor's rights; the page shows what customers see
        request.session["my_contracts_history"] = contracts.ids[:100]
        return request.render(
            "cn285_contract.portal_my_contracts",
            {
                **self._prepare_portal_layout_values(),
                "contracts": contracts,
                "page_name": "contract",
                "pager": pager,
                "default_url": "/my/contracts",
                "searchbar_sortings": sortings,
                "sortby": sortby,
                "searchbar_filters": filters,
                "filterby": filterby,
            },
        )

    @http.route("/my/contracts/<int:contract_id>", type="http", auth="public", website=True)
    def portal_my_contract(self, contract_id, access_token=None, **kwargs):
        try:
            contract_sudo = self._document_check_access(
                "cn285.contract", contract_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        values = self._get_page_view_values(
            contract_sudo,
            access_token,
            self._contract_page_values(contract_sudo, self._table_pages(kwargs)),
            "my_contracts_history",
            False,
            **self._page_kwargs(kwargs),
        )
        return request.render("cn285_contract.portal_contract_page", values)

    def _table_pages(self, kwargs):
        """Which page of each table an address asks for; what is no number is the first."""
        pages = {}
        for table, name in TABLES.items():
            text = str(kwargs.get(name, ""))
            # No table has so many pages; a longer number is none.
            pages[table] = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
        return pages

    def _table_pager(self, table, total, page):
        """Where a page of a table begins, and what its template needs to lead to the others."""
        last = max(-(-total // PAGE_ROWS), 1)
        page = min(max(page, 1), last)
        offset = (page - 1) * PAGE_ROWS
        address = request.httprequest.args.to_dict()

        def leads_to(number):
            query = urlencode({**address, TABLES[table]: number})
            return f"?{query}" if 1 <= number <= last else None

        return {
            "previous": leads_to(page - 1),
            "next": leads_to(page + 1),
            "is_needed": last > 1,
            "offset": offset,
            "first_row": offset + 1,
            "last_row": min(offset + PAGE_ROWS, total),
            "total": total,
        }

    def _contract_page_values(self, contract_sudo, pages=None):
        """What the page of a contract shows.

        :param contract_sudo: a contract that the visitor may see (by a rule or by a token)
        :param pages: which page of each table, ``{table: number}``; default: the first of all
        """
        pages = pages or dict.fromkeys(TABLES, 1)
        shows_prices = contract_sudo._portal_shows_prices()
        is_open = contract_sudo.state in ("draft", *LIVE_STATES)
        # The token is what lets the portal's visitor, who has no rights on attachments, read them.
        documents = contract_sudo._portal_documents()
        documents.generate_access_token()
        records = {
            "items": contract_sudo._portal_item_records(),
            "issued_moves": (
                self._issued_invoices(contract_sudo)
                if shows_prices
                else request.env["account.move"]
            ),
            "changes": contract_sudo._portal_changes(),
        }
        pagers = {
            table: self._table_pager(table, len(found), pages[table])
            for table, found in records.items()
        }
        shown = {
            table: found[pagers[table]["offset"] : pagers[table]["last_row"]]
            for table, found in records.items()
        }
        return {
            "page_name": "contract",
            "contract": contract_sudo,
            "documents": documents,
            "pagers": pagers,
            "items": contract_sudo._portal_items(pagers["items"]["offset"], PAGE_ROWS),
            "shows_prices": shows_prices,
            "with_tax": contract_sudo._prices_with_tax(),
            "invoices": (
                contract_sudo.preview_invoices(NEXT_INVOICES) if shows_prices and is_open else []
            ),
            "line_limit": PREVIEW_LINES,
            "changes": shown["changes"],
            "issued_moves": shown["issued_moves"],
            "format_date": self._format_date,
            "format_amount": contract_sudo.currency_id.format,
            "backend_url": f"/odoo/cn285-contracts/{contract_sudo.id}",
            "res_company": contract_sudo.company_id,
        }

    def _format_date(self, day):
        return request.env["ir.qweb.field.date"].value_to_html(Date.to_date(day), {})

    def _issued_invoices(self, contract_sudo):
        """Posted invoices of the contract that the visitor may open himself, newest first."""
        user, moves = request.env.user, request.env["account.move"]
        if user._is_portal():
            # sudo: of all companies, and only what is addressed to the visitor's own; each opens by
            # the token of its link, also where the visitor belongs to another company of ours.
            moves = moves.sudo()
            addressee = user.partner_id.commercial_partner_id
        elif moves.has_access("read"):
            addressee = contract_sudo.payer_id.commercial_partner_id
        else:
            return moves
        return moves.search(
            [
                ("id", "in", contract_sudo.invoice_ids.ids),
                ("state", "=", "posted"),
                ("partner_id", "child_of", [contract_sudo.payer_id.commercial_partner_id.id]),
                ("partner_id", "child_of", [addressee.id]),
            ],
            order="invoice_date desc, id desc",
        )
