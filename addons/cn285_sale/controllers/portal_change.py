from secrets import token_hex

from odoo import http
from odoo.addons.cn285_contract.controllers.portal import PAGE_ROWS, ContractPortal
from odoo.addons.cn285_contract.models.common import LARGEST_ID
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Date
from odoo.http import request
from werkzeug.exceptions import BadRequest, NotFound

from ..models.customer.customer_request import ChangedMeanwhile
from ..models.customer.kinds.base import LONGEST

# The form, what it would come to, the agreement to it.
STEPS = ("form", "preview", "confirm")
ROUTE = "/my/contracts/<int:contract_id>/change"
# The key of a page on which a customer agrees.
KEY_BYTES = 16


class ChangePortal(ContractPortal):
    """What a customer may change of a contract himself: a page that lists it, and a form for each.

    Plain pages and forms, which work without JavaScript. Only a user of the customer gets here, who
    has logged in: who holds a link to the contract reads it, and staff acts elsewhere.
    """

    def _contract_to_change(self, contract_id):
        """The contract, with sudo, where the visitor's customer, or its subsidiary, has it.

        :raises NotFound: for everybody else's
        """
        try:
            contract_sudo = self._document_check_access("cn285.contract", contract_id)
        except (AccessError, MissingError) as error:
            raise NotFound from error
        if not request.env.user._cn285_acts_for(contract_sudo.partner_id):
            raise NotFound
        return contract_sudo

    def _kind(self, contract_sudo, name):
        kind = contract_sudo._customer_kinds().get(name)
        if not kind or kind.link(contract_sudo):
            raise NotFound
        return kind

    def _change_page(self, template, contract_sudo, **values):
        return request.render(
            f"cn285_sale.{template}",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "contract",
                "contract": contract_sudo,
                "format_day": self._format_change_day,
                "format_amount": contract_sudo.currency_id.format,
                "error": None,
                "label_of": lambda text: request.env._(text) if text else "",
                "back": f"/my/contracts/{contract_sudo.id}",
                **values,
            },
        )

    def _format_change_day(self, day):
        return request.env["ir.qweb.field.date"].value_to_html(Date.to_date(day), {})

    def _contract_page_values(self, contract_sudo, pages=None):
        values = super()._contract_page_values(contract_sudo, pages)
        user = request.env.user
        values["may_change"] = (
            not user._is_public()
            and user._cn285_acts_for(contract_sudo.partner_id)
            and contract_sudo._customer_may_change(user)
        )
        # What the routes of terminations and withdrawals ask: see RolesOnContracts.
        values["cn285_only_looks"] = not user._cn285_may_decide(contract_sudo.partner_id)
        return values

    # === PAGES === #

    @http.route(ROUTE, type="http", auth="user", methods=["GET"], website=True)
    def portal_change(self, contract_id, **_kwargs):
        """What the visitor may change of the contract."""
        contract_sudo = self._contract_to_change(contract_id)
        user = request.env.user
        return self._change_page(
            "portal_change_page",
            contract_sudo,
            offers=contract_sudo._customer_offers(user),
            planned=contract_sudo._customer_planned(),
            refusal=contract_sudo._customer_refusal(user),
        )

    @http.route(f"{ROUTE}/<string:kind>", type="http", auth="user", methods=["GET"], website=True)
    def portal_change_form(self, contract_id, kind, item="", page="1", **_kwargs):
        """The form of a kind of change; before it, which service, where there are many."""
        contract_sudo = self._contract_to_change(contract_id)
        kind = self._kind(contract_sudo, kind)
        number = record_number(item)
        if kind.on == "item" and not number:
            targets = list(contract_sudo._customer_targets(kind, request.env.user))
            if len(targets) != 1:
                return self._choice_page(contract_sudo, kind, targets, record_number(page) or 1)
            number = targets[0].item.id
        return self._form_page(contract_sudo, kind, number, {})

    def _choice_page(self, contract_sudo, kind, targets, page):
        last = max(-(-len(targets) // PAGE_ROWS), 1)
        page = min(page, last)
        return self._change_page(
            "portal_change_choice",
            contract_sudo,
            kind=kind,
            targets=targets[(page - 1) * PAGE_ROWS : page * PAGE_ROWS],
            page=page,
            last=last,
            refusal=contract_sudo._customer_refusal(request.env.user),
        )

    def _form_page(self, contract_sudo, kind, item_id, given, error=None):
        try:
            asked = contract_sudo._customer_asked(kind, request.env.user, item_id)
        except UserError as refusal:
            return self._change_page(
                "portal_change_refused", contract_sudo, kind=kind, error=str(refusal.args[0])
            )
        questions = [
            question._replace(value=given.get(question.name, question.value))
            for question in kind.questions(asked)
        ]
        today, first = contract_sudo.company_id._cn285_today(), None
        if kind.asks_day:
            first = contract_sudo._customer_usual_first_day(kind, asked)
        return self._change_page(
            "portal_change_form",
            contract_sudo,
            kind=kind,
            asked=asked,
            questions=questions,
            wished=given.get("date", ""),
            today=today.isoformat(),
            first=first,
            error=error,
        )

    # === ACTS === #

    @http.route(f"{ROUTE}/<string:kind>", type="http", auth="user", methods=["POST"], website=True)
    def portal_change_ask(self, contract_id, kind, item="", step="form", key="", **post):
        """What the change would come to, or the change; else the form again, with the reason.

        What the form sends is checked as if it had been written by hand.
        """
        if step not in STEPS:
            raise BadRequest
        contract_sudo = self._contract_to_change(contract_id)
        kind, item_id = self._kind(contract_sudo, kind), record_number(item)
        given = {name: str(value)[:LONGEST] for name, value in post.items()}
        if step == "form":
            return self._form_page(contract_sudo, kind, item_id, given)
        try:
            with request.env.cr.savepoint():
                asked = contract_sudo._customer_asked(kind, request.env.user, item_id)
                if step == "confirm" and _is_key(key):
                    change = kind.carry_out(asked, given, key)
                    return self._after_change(contract_sudo, change)
                return self._preview_page(contract_sudo, kind, asked, given)
        except ChangedMeanwhile as changed:
            return self._previewed_again(contract_sudo, kind, item_id, given, changed)
        except UserError as refusal:
            error = str(refusal.args[0]) if refusal.args else str(refusal)
            before = kind.done_before(contract_sudo, given, key) if _is_key(key) else None
            if before and step == "confirm":
                return self._after_change(contract_sudo, before[:1])
            return self._form_page(contract_sudo, kind, item_id, given, error)

    def _previewed_again(self, contract_sudo, kind, item_id, given, changed):
        asked = contract_sudo._customer_asked(kind, request.env.user, item_id)
        return self._preview_page(contract_sudo, kind, asked, given, str(changed.args[0]))

    def _preview_page(self, contract_sudo, kind, asked, given, error=None):
        names = [question.name for question in kind.questions(asked)]
        names += ["date"] if kind.asks_day else []
        return self._change_page(
            "portal_change_preview",
            contract_sudo,
            kind=kind,
            asked=asked,
            given={name: given.get(name, "") for name in names},
            found=kind.preview(asked, given),
            key=token_hex(KEY_BYTES),
            error=error,
        )

    def _after_change(self, contract_sudo, change):
        path = change._customer_sign_path() or change._customer_pay_path()
        if path:
            return request.redirect(path)
        return request.redirect(f"/my/contracts/{contract_sudo.id}/change/done/{change.id}")

    @http.route(
        f"{ROUTE}/done/<int:change_id>", type="http", auth="user", methods=["GET"], website=True
    )
    def portal_change_done(self, contract_id, change_id, **_kwargs):
        """What has become of a change that was asked for."""
        contract_sudo = self._contract_to_change(contract_id)
        change = contract_sudo.change_ids.filtered(
            lambda one: one.id == change_id and one.customer_key
        )
        if not change:
            raise NotFound
        return self._change_page(
            "portal_change_done",
            contract_sudo,
            change=change,
            sign_path=change._customer_sign_path(),
            pay_path=change._customer_pay_path(),
            to_pay=change._customer_moves(),
        )


def record_number(text):
    """The number of a record in an address or a form; None for what is none."""
    text = str(text)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    return number if 0 < number <= LARGEST_ID else None


def _is_key(text):
    return len(text) == 2 * KEY_BYTES and text.isascii() and text.isalnum()
