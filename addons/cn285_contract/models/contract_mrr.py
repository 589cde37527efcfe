from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction

from odoo import api, fields, models

from ..engine.changes import Price
from ..engine.errors import EngineError
from ..engine.mrr import full_price, next_day, per_month, stretch_on
from ..engine.periods import period_at
from ..engine.plan import end_of_terms
from .common import LIVE_STATES, as_decimal

# Items of these states were billed or will be, on the days that their terms say.
COUNTED_STATES = (*LIVE_STATES, "ended")
MRR_GROUPS = "cn285_contract.group_contract_user_own,cn285_contract.group_contract_reader"


# What is known of items: ``{item: {day: value on it, None: its history}}``.
_known = ContextVar("cn285_mrr_known", default=None)


@contextmanager
def worked_out_once():
    """Within this block what an item is worth on a day is worked out once.

    And again after what it hangs on has changed, see ``_mrr_dependencies``.
    """
    if _known.get() is not None:
        yield
        return
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def _forget(items):
    """These items have changed."""
    for item in items if _known.get() else ():
        _known.get().pop(item, None)


class ContractItem(models.Model):
    """What an item is worth in a month."""

    _name = "cn285.contract.item"
    _inherit = ["cn285.contract.item", "cn285.mrr.figures"]

    mrr = fields.Float(
        string="MRR",
        compute="_compute_mrr",
        compute_sudo=True,
        search="_search_mrr",
        aggregator=None,
        help="Monthly recurring revenue today, excluding taxes, in the contract's currency: what "
        "is billed for today by its terms and discounts, normalised to a month. Not rounded.",
    )
    mrr_committed = fields.Float(
        string="Committed MRR",
        compute="_compute_mrr",
        compute_sudo=True,
        aggregator=None,
        help="Monthly recurring revenue once billing has started: after a trial, or of an item "
        "that starts later. Not rounded.",
    )

    mrr_next_day = fields.Date(
        compute="_compute_mrr_stored",
        store=True,
        readonly=True,
        compute_sudo=True,
        help="The day on which time alone changes the figures next. Empty: none.",
    )

    _mrr_next_day_idx = models.Index("(company_id, mrr_next_day) WHERE mrr_next_day IS NOT NULL")

    def _mrr_on(self, days):
        """The monthly recurring revenue of items on a day each, exact, excluding taxes.

        In the contract's currency, by what holds on that day as things stand: an item that is a
        draft is worth what it will be. A price that a pricelist decides is that of the invoiced
        row, else what would be billed. A fixed number of queries for any number of items.

        :param days: ``{item: date}``
        :returns: ``{item: Fraction}``
        """
        days = {item: days[item] for item in self}  # these records, which are read together
        known = _known.get()
        if known is None:
            return self._mrr_anew(days)
        missing = {item: day for item, day in days.items() if day not in known.get(item, ())}
        found = self.browse([item.id for item in missing])._mrr_anew(missing)
        for item, value in found.items():
            known.setdefault(item, {})[missing[item]] = value
        return {item: known[item][day] for item, day in days.items()}

    def _mrr_anew(self, days):
        """:meth:`_mrr_on` of these items, worked out."""
        result = dict.fromkeys(days, Fraction(0))
        nets = self._mrr_nets(days)
        included = self.browse([item.id for item in nets])._included_taxes()
        for item, (net, rhythm) in nets.items():
            if item in included:
                net = item._exact_untaxed(net, included[item])
            result[item] = per_month(net, rhythm.interval, rhythm.unit)
        return result

    def _mrr_nets(self, days):
        """What a full period costs on a day each, with the taxes that are inside the price, and
        its rhythm: ``{item: (Fraction, Rhythm)}`` of those that are recurring revenue on it."""
        found = {item: item._mrr_stretch(day) for item, day in days.items()}
        running = {item: stretch for item, stretch in found.items() if stretch}
        terms = {item: item._price_terms_on(days[item]) for item in running}
        items = self.browse([item.id for item in running])
        prices = items._mrr_prices(days, running, terms)
        result = {}
        for item, stretch in running.items():
            day, own = days[item], terms[item]
            price = Price(
                as_decimal(own.quantity),
                as_decimal(prices[item]),
                as_decimal(own.discount),
                item._engine_windows(),
            )
            result[item] = full_price(price, day), stretch.terms.rhythm
        return result

    def _mrr_stretch(self, day):
        """The engine's terms by which the item is recurring revenue on a day, else None."""
        return stretch_on(self._mrr_stretches(), day) if day else None

    def _mrr_stretches(self):
        """The item's history as the engine has it, where it is recurring revenue."""
        self.ensure_one()
        if self.billing_type != "fixed" or not self.in_mrr or not self.product_id:
            return []
        known = (_known.get() or {}).get(self, {})
        if None in known:
            return known[None]
        try:
            found = self._engine_stretches()
        except EngineError:
            found = []  # not yet complete, on the screen; it cannot be saved like this
        if _known.get() is not None:
            _known.get().setdefault(self, {})[None] = found
        return found

    def _mrr_next_day(self, day):
        """The first day after ``day`` on which time alone may change what the item is worth."""
        stretches = self._mrr_stretches()
        asks = any(terms.price_source != "manual" for terms in self.version_ids or self)
        return next_day(stretches, self._engine_windows(), day, asks) if stretches else None

    def _mrr_prices(self, days, stretches, terms):
        """Unit prices on a day each: of the invoiced row, else of the start of its period."""
        prices = {
            item: own.price_unit for item, own in terms.items() if own.price_source == "manual"
        }
        asked = self.browse([item.id for item in terms if item not in prices])
        if not asked:
            return prices
        prices.update(asked._billed_prices(days))
        requests = []
        for item in asked:
            if item not in prices:
                stretch = stretches[item]
                life = stretch.terms.start, end_of_terms(stretch.terms)
                own = period_at(stretch.terms.rhythm, days[item], *life)
                requests.append((item, max(own.start, stretch.start)))
        found = self._prices_at(requests)
        return {**prices, **{item: found[item.id, start] for item, start in requests}}

    def _billed_prices(self, days):
        """Unit prices at which a day of each item was invoiced and stands, as ``{item: price}``."""
        saved = self.filtered(lambda item: isinstance(item.id, int))
        if not saved:
            return {}
        dates = [days[item] for item in saved]
        rows = self.env["cn285.billing.schedule"].search(
            [
                ("item_id", "in", saved.ids),
                ("kind", "=", "fixed"),
                ("state", "=", "invoiced"),
                ("period_start", "<=", max(dates)),
                ("period_end", ">=", min(dates)),
            ],
            order="item_id, period_start, revision",
        )
        return {
            row.item_id: row.price_unit
            for row in rows
            if row.period_start <= days[row.item_id] <= row.period_end
        }

    def _exact_untaxed(self, net, taxes):
        """A net amount without the taxes included in the price, not rounded."""
        self.ensure_one()
        contract = self.contract_id
        line = taxes._prepare_base_line_for_taxes_computation(
            None,
            partner_id=contract.payer_id,
            currency_id=contract.currency_id,
            product_id=self.product_id,
            tax_ids=taxes,
            price_unit=float(net),
            quantity=1.0,
        )
        taxes._add_tax_details_in_base_line(line, contract.company_id)
        return Fraction(as_decimal(line["tax_details"]["raw_total_excluded_currency"]))

    def _starts_by_itself(self):
        """Whether a draft item starts with nobody's button."""
        self.ensure_one()
        return self.state == "draft" and self.start_condition != "manual"

    def _today(self):
        self.ensure_one()
        return (self.contract_id.company_id or self.env.company)._cn285_today()

    @api.depends(lambda self: self._mrr_dependencies())
    def _compute_mrr(self):
        today = {item: item._today() for item in self}
        start = {item: max(filter(None, (day, item.billing_start))) for item, day in today.items()}
        now = self._mrr_on(today)
        later = self.filtered(lambda item: start[item] != today[item])
        agreed = now | later._mrr_on({item: start[item] for item in later})
        for item in self:
            item.mrr = float(now[item]) if item.state in COUNTED_STATES else 0.0
            item.mrr_committed = (
                float(agreed[item]) if item.state in (*COUNTED_STATES, "draft") else 0.0
            )

    @api.depends(lambda self: self._mrr_dependencies())
    def _compute_mrr_stored(self):
        counted = self.filtered(lambda item: item.state in COUNTED_STATES)
        nothing = {"mrr_amount": 0.0, "mrr_company": 0.0, "mrr_next_day": False}
        (self - counted).write(nothing)
        _forget(self)
        days = {item: item._today() for item in counted}
        values = counted._mrr_on(days)
        for item in counted:
            item.mrr_amount = float(values[item])
            item.mrr_company = item.contract_id._mrr_in_company(item.mrr_amount)
            item.mrr_next_day = item._mrr_next_day(days[item])

    @api.model
    def _mrr_dependencies(self):
        """Fields whose change changes the MRR today. Hook; what time changes: the daily cron."""
        return [
            *(name for name in self._price_terms_fields()),
            "billing_type",
            "in_mrr",
            "period_count",
            "product_id",
            "state",
            "start_condition",
            "date_start",
            "date_end",
            "planned_end",
            "trial_days",
            "anchor_date",
            "discount_ids.date_start",
            "discount_ids.date_end",
            "discount_ids.percent",
            "discount_ids.amount",
            "version_ids.active",
            "version_ids.date_from",
            "version_ids.price_unit",
            "version_ids.pricelist_id",
            "pause_ids.date_start",
            "pause_ids.date_end",
            "pause_ids.unowed_from",
            "contract_id.pricelist_id",
            "contract_id.currency_id",
            "contract_id.fiscal_position_id",
            "contract_id.payer_id",
            "contract_id.date_start",
            "contract_id.date_end",
            "contract_id.planned_end",
        ]


class Contract(models.Model):
    """What a contract is worth in a month."""

    _name = "cn285.contract"
    _inherit = ["cn285.contract", "cn285.mrr.figures"]

    mrr = fields.Monetary(
        string="MRR",
        compute="_compute_mrr",
        compute_sudo=True,
        search="_search_mrr",
        currency_field="currency_id",
        aggregator=None,
        groups=MRR_GROUPS,
        help="Monthly recurring revenue today, excluding taxes, in the contract's currency: what "
        "is billed for today by its terms and discounts, normalised to a month.",
    )
    mrr_committed = fields.Monetary(
        string="Committed MRR",
        compute="_compute_mrr",
        compute_sudo=True,
        currency_field="currency_id",
        aggregator=None,
        groups=MRR_GROUPS,
        help="Monthly recurring revenue once all that is agreed has started: after trials, and "
        "with items that start later.",
    )
    mrr_amount = fields.Float(groups=MRR_GROUPS)
    mrr_company = fields.Float(groups=MRR_GROUPS)

    def _mrr_on(self, day):
        """The monthly recurring revenue of these contracts on a day, exact, excluding taxes.

        Drafts are worth nothing. In the contract's currency.

        :returns: ``{contract: Fraction}``
        """
        counted = {contract: contract._mrr_items() for contract in self}
        items = self.env["cn285.contract.item"].union(*counted.values())
        values = items._mrr_on(dict.fromkeys(items, day))
        return {
            contract: sum((values[item] for item in items), start=Fraction(0))
            for contract, items in counted.items()
        }

    def _mrr_items(self):
        """The items that count into the contract's MRR, on the days that are theirs. Hook.

        Whoever leaves out items by other fields adds these to ``_mrr_dependencies`` of items.
        """
        self.ensure_one()
        return self.item_ids.filtered(lambda item: item.state in COUNTED_STATES)

    @api.depends("item_ids.mrr", "item_ids.state")
    def _compute_mrr(self):
        for contract, (now, agreed) in self._mrr_now_and_agreed().items():
            contract.mrr = float(now)
            contract.mrr_committed = float(agreed)

    def _mrr_now_and_agreed(self):
        """Monthly recurring revenue today, and once all that is agreed has started; not rounded.

        What a year brings is twelve times these, not twelve times what is shown of a month.

        :returns: ``{contract: (Fraction, Fraction)}``, in the contract's currency, without taxes
        """
        members, now, agreed = {}, {}, {}
        for contract in self:
            today, items = contract._today(), contract._mrr_items()
            now.update(dict.fromkeys(items, today))
            coming = [item.id for item in contract.item_ids if item._starts_by_itself()]
            signed = items | items.browse(coming) if coming else items
            starts = [item.billing_start for item in signed if item.billing_start]
            agreed.update(dict.fromkeys(signed, max([today, *starts])))
            members[contract] = items, signed
        model = self.env["cn285.contract.item"]
        values = model.union(*now)._mrr_on(now)
        other = {item: day for item, day in agreed.items() if now.get(item) != day}
        now, agreed = values, values | model.union(*other)._mrr_on(other)
        return {
            contract: (
                sum((now[item] for item in items), start=Fraction(0)),
                sum((agreed[item] for item in signed), start=Fraction(0)),
            )
            for contract, (items, signed) in members.items()
        }

    def _today(self):
        self.ensure_one()
        return (self.company_id or self.env.company)._cn285_today()

    @api.depends("item_ids.mrr_amount", "item_ids.mrr_company", "item_ids.state")
    def _compute_mrr_stored(self):
        for contract in self:
            items = contract._mrr_items()
            contract.mrr_amount = sum(items.mapped("mrr_amount"))
            contract.mrr_company = sum(items.mapped("mrr_company"))

    def _mrr_in_company(self, amount):
        """An amount of the contract in its company's currency at today's rate, unrounded."""
        self.ensure_one()
        company = self.company_id or self.env.company
        return self.currency_id._convert(
            amount, company.currency_id, company, company._cn285_today(), round=False
        )
