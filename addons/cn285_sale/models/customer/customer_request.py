from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.exceptions import UserError
from odoo.tools import format_date

from .kinds import Asked
from .kinds.base import day_of

# Of what customers ask for: what stands, and counts for how often they may.
STANDS = ("to_approve", "scheduled", "applied")


class ChangedMeanwhile(UserError):
    """What the customer agreed to is not what it comes to any more: he is asked again."""


class Contract(models.Model):
    """What the customer asks for in the portal: offered, previewed, and carried out once.

    Controllers call these methods with sudo, after they have looked whose the contract is. Whether
    the user may, whether the template allows it, limits and days are looked at here, each time:
    what a form sends is nobody's word.
    """

    _inherit = "cn285.contract"

    # === WHAT MAY BE ASKED FOR === #

    def _customer_refusal(self, user):
        """Why this user may change nothing of the contract himself, in words; None if he may."""
        self.ensure_one()
        if self.state not in LIVE_STATES:
            return self.env._("This contract does not run: nothing of it can be changed.")
        if not user._cn285_may_buy():
            return self.env._(
                "Your account may look at contracts, and not change them: ask the administrator of "
                "your company."
            )
        if not self._portal_shows_prices():
            return self.env._("Your reseller changes this contract for you.")
        return None

    def _customer_permission(self, kind, item):
        """The row that allows a kind of change of an item, or of the contract; empty: none does.

        One of the item's product counts before one of all services.
        """
        self.ensure_one()
        rows = self.permission_ids.filtered(lambda row: row.kind == kind.name)
        if kind.on != "item":
            return rows[:1]
        own = rows.filtered(lambda row: row.product_id == item.product_id)
        return (own or rows.filtered(lambda row: not row.product_id))[:1]

    def _customer_targets(self, kind, user):
        """What a kind of change is possible of, for this user: yields :class:`Asked`."""
        self.ensure_one()
        if self._customer_refusal(user):
            return
        seen = {}
        items = self._portal_item_records() if kind.on == "item" else [self.item_ids.browse()]
        for item in items:
            permission = self._customer_permission(kind, item)
            asked = Asked(self, item, permission, user, seen)
            if (permission or not kind.needs_permission) and kind.is_possible(asked):
                yield asked

    def _customer_offers(self, user):
        """The kinds of change that this user may ask for, each with its address or None.

        :returns: list of ``(kind, link)``; a link leads to another page than ours
        """
        self.ensure_one()
        offers = []
        for kind in self._customer_kinds().values():
            if next(self._customer_targets(kind, user), None):
                offers.append((kind, kind.link(self)))
        return offers

    def _customer_may_change(self, user):
        """Whether there is anything that this user may change of the contract."""
        self.ensure_one()
        kinds = self._customer_kinds().values()
        return any(next(self._customer_targets(kind, user), None) for kind in kinds)

    def _customer_asked(self, kind, user, item_id=None):
        """What is asked of one item, or of the contract.

        :raises UserError: where it may not be asked for
        """
        self.ensure_one()
        refusal = self._customer_refusal(user)
        if refusal:
            raise UserError(refusal)
        items = self.item_ids.browse()
        if kind.on == "item":
            items = self._portal_item_records().filtered(lambda item: item.id == item_id)
            if not items:
                raise UserError(self.env._("Please choose one of the services of this contract."))
        permission = self._customer_permission(kind, items)
        asked = Asked(self, items, permission, user, {})
        if (kind.needs_permission and not permission) or not kind.is_possible(asked):
            raise UserError(self.env._("This cannot be changed here: please contact us."))
        return asked

    def _customer_obstacle(self, asked):
        """Hook: what is in the way of what is asked for, in the customer's words; None: nothing."""
        self.ensure_one()
        return None

    # === WHEN === #

    def _customer_first_day(self, asked, vals):
        """The first day on which a change may take effect; None: it may not.

        By the rules of the template, and so many days ahead as the permission says.
        """
        change = self.env["cn285.contract.change"].new(vals)
        today, end = self.company_id._cn285_today(), self.commitment_end
        notice = today + timedelta(days=asked.permission.notice_days)
        earliest = max(filter(None, (notice, self.date_start, asked.item.date_start)))
        first = change._allowed_from(earliest)
        if first is None and end and end >= earliest:
            change.date_effective = end + timedelta(days=1)
            first = change._first_allowed_for_its_date()
        return first

    def _customer_usual_first_day(self, kind, asked):
        """The first day on which a kind of change may take effect, whatever is chosen.

        :returns: date; None where it hangs on what is chosen, or is allowed on no day
        """
        vals = {
            "contract_id": self.id,
            "item_id": asked.item.id,
            "type": kind.change_type,
            "date_effective": self.company_id._cn285_today(),
            "origin": "customer",
            "values": {},
        }
        try:
            return self._customer_first_day(asked, vals)
        except UserError:
            return None

    def _customer_vals(self, kind, asked, given):
        """The values of the contract change that the answers make.

        :raises UserError: for what is no answer, out of limits, or too early
        """
        obstacle = self._customer_obstacle(asked)  # pylint: disable=assignment-from-none
        if obstacle:
            raise UserError(obstacle)
        values = kind.values(asked, given)
        today = self.company_id._cn285_today()
        vals = {
            "contract_id": self.id,
            "item_id": asked.item.id,
            "type": kind.type_for(asked, values),
            "date_effective": today,
            "date_requested": today,
            "origin": "customer",
            "requested_by": asked.user.id,
            "customer_pays": asked.permission.invoiced_at_once,
            "values": values,
        }
        self._customer_check_times(asked, vals)
        first = self._customer_first_day(asked, vals)
        if first is None:
            raise UserError(self.env._("The terms of your contract do not allow it."))
        label = self.env._("From when on")
        wished = day_of(self.env, given.get("date", ""), label, False) if kind.asks_day else None
        if wished and wished < first:
            raise UserError(
                self.env._("The first possible day is %s.", format_date(self.env, first))
            )
        vals["date_effective"] = wished or first
        return vals

    def _customer_check_times(self, asked, vals):
        """Refuse what was asked for as often as the permission says within a year."""
        most = asked.permission.times_a_year
        since = self.company_id._cn285_today() - relativedelta(years=1)
        before = self.change_ids.filtered(
            lambda change: (
                change.origin == "customer"
                and change.type == vals["type"]
                and change.item_id == asked.item
                and change.state in STANDS
                and change.date_requested
                and change.date_requested > since
            )
        )
        if most and len(before) >= most:
            raise UserError(
                self.env._("You have asked for it %s times within a year: no more is agreed.", most)
            )

    # === WHAT IT COMES TO === #

    def _customer_preview(self, kind, asked, given):
        """What a change would come to; nothing of it is written.

        :returns: ``{"told", "date", "money", "approval", "signature", "pays", "shown"}``: see
            :meth:`CustomerKind.told`; the day of effect; what
            :meth:`cn285.contract.change.preview` says; whether the company decides first, whether
            it is signed first, whether it is invoiced at once; a text to compare with what the
            customer agrees to. An addon adds ``pays_first``: what is paid before it takes effect
        :raises UserError: in words, where it cannot be done
        """
        self.ensure_one()
        vals = self._customer_vals(kind, asked, given)
        told = kind.told(asked, vals["values"])
        changes = self.env["cn285.contract.change"].with_context(
            tracking_disable=True, mail_notrack=True, mail_create_nolog=True
        )
        found = changes._undone(lambda: changes.create(vals)._customer_measure())
        return {"told": told, "date": vals["date_effective"], **found}

    def _customer_carry_out(self, kind, asked, given, key):
        """Make the change in the customer's name: signed first, approved first, or at once.

        Clicked twice it is made once: the second finds the first by its key.

        :param str key: of the page on which the customer agreed
        :returns: the contract change
        :raises ChangedMeanwhile: where it would not come to what the page said
        :raises UserError: in words, where it cannot be done
        """
        self.ensure_one()
        self._portal_lock()
        changes = self.env["cn285.contract.change"]
        before = changes.search([("customer_key", "=", key), ("contract_id", "=", self.id)])
        if before:
            return before
        found = self._customer_preview(kind, asked, given)
        if found["shown"] != given.get("shown"):
            raise ChangedMeanwhile(
                self.env._("What this comes to has changed meanwhile: please look at it again.")
            )
        change = changes.create({**self._customer_vals(kind, asked, given), "customer_key": key})
        if not change._sign_for_customer():
            # Who asks is on the page that tells what follows: nobody writes to him.
            change.with_context(cn285_customer_is_here=True).action_schedule()
        return change

    # === WHAT IS PLANNED === #

    def _customer_planned(self):
        """What the customer has asked for here, and may take back: it has not taken effect."""
        self.ensure_one()
        return self.change_ids.filtered(lambda change: change._customer_may_take_back())

    def _customer_taken_back(self, number):
        """The change of that number (text), where the customer has taken it back already."""
        self.ensure_one()
        return self.change_ids.filtered(
            lambda change: (
                str(change.id) == number and change.customer_key and change.state == "cancelled"
            )
        )


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _customer_price_text(self, product):
        """What a unit of another product would cost in this item's place, in words."""
        self.ensure_one()
        other = self.new(
            {
                "contract_id": self.contract_id.id,
                "product_id": product.id,
                "quantity": self.quantity,
                "price_source": "pricelist",
                "billing_type": self.billing_type,
                "recurring_interval": self.recurring_interval,
                "recurring_unit": self.recurring_unit,
            }
        )
        day = self.contract_id.company_id._cn285_today()
        return other._customer_price_words(other._prices_at([(other, day)])[other.id, day])

    def _customer_price_words(self, price):
        """A unit price with its rhythm: with tax where the customer reads all prices so."""
        self.ensure_one()
        contract = self.contract_id
        with_tax = contract._prices_with_tax()
        amount = contract.currency_id.format(self._with_tax(price) if with_tax else price)
        rhythm = self._rhythm_label()
        if with_tax:
            return self.env._("%(amount)s, tax included · %(rhythm)s", amount=amount, rhythm=rhythm)
        return self.env._("%(amount)s, tax excluded · %(rhythm)s", amount=amount, rhythm=rhythm)


class ContractTemplateItem(models.Model):
    _inherit = "cn285.contract.template.item"

    def _customer_offer_text(self, contract):
        """What a unit of this item would cost on a contract; empty where it has no price."""
        self.ensure_one()
        if self.billing_type not in ("fixed", "one_shot"):
            return ""
        items, day = self.env["cn285.contract.item"], contract.company_id._cn285_today()
        vals = self._prepare_contract_item_vals(day)
        names = ("product_id", "quantity", "price_source", "price_unit", "billing_type")
        names = (*names, "recurring_interval", "recurring_unit")
        item = items.new({"contract_id": contract.id, **{name: vals[name] for name in names}})
        return item._customer_price_words(item._prices_at([(item, day)])[item.id, day])


class ContractChange(models.Model):
    _inherit = "cn285.contract.change"

    customer_key = fields.Char(
        readonly=True, copy=False, help="Of the page of the portal on which the customer agreed."
    )

    _customer_key_once = models.UniqueIndex(
        "(customer_key) WHERE customer_key IS NOT NULL", "This was asked for already."
    )

    def _customer_measure(self):
        """Of a change that is made for a preview: what the customer is told of it."""
        self.ensure_one()
        self._check()
        money = self._preview_money()
        with_tax = money["amount_with_tax"]
        return {
            "money": money,
            "approval": bool(self._approval_reason()),
            "signature": bool(self._sign_rule()),
            "pays": self.customer_pays and money["amount"] > 0,
            "shown": f"{self.date_effective.isoformat()} {money['amount']:.6f} {with_tax:.6f}",
        }

    @api.model
    def _customer_types(self):
        """Types of change that customers make on their page."""
        kinds = self.env["cn285.contract"]._customer_kinds().values()
        return {kind.change_type for kind in kinds if kind.change_type}
