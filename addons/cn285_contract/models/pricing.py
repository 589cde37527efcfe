from bisect import bisect_right
from collections import defaultdict
from datetime import timedelta

from odoo import models

# Kinds of pricelist rules that Odoo has: of the quantity they ask only whether it is enough.
USUAL_RULES = ("fixed", "percentage", "formula")


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _unit_prices(self):
        """Unit price of each item at its last terms, as ``{item id: price}``.

        A pricelist is asked for the first billed day, or for that on which the terms changed.
        """
        days = [(item, item._price_day()) for item in self]
        prices = self._prices_at(days)
        return {item.id: prices[item.id, day] for item, day in days}

    def _price_day(self):
        self.ensure_one()
        contract = self.contract_id
        company = contract.company_id or self.env.company
        changed = self.version_ids[-1:].date_from
        return changed or self.billing_start or contract.date_start or company._cn285_today()

    def _prices_at(self, requests):
        """Unit prices of items on given days, in the contracts' currency.

        An own price is what the item says. Otherwise the contract's pricelist (or the product's
        sales price) decides, adapted where the fiscal position replaces taxes that are included
        in the price. Pricelists are asked once for all items that they may answer alike.

        :param requests: list of ``(item, date)``
        :returns: ``{(item id, date): float}``
        """
        prices = {}
        groups = defaultdict(list)
        segments = {}
        for item, day in requests:
            version = item._version_on(day)
            terms = version or item
            if terms.price_source == "manual":
                prices[item.id, day] = terms.price_unit
                continue
            contract = item.contract_id
            pricelist = version.pricelist_id if version else contract.pricelist_id
            segment = self._price_segment(
                contract, pricelist, item.product_id, day, terms.quantity, segments
            )
            key = (contract.company_id, pricelist, contract.currency_id)
            groups[(*key, segment)].append((item, day, terms.quantity))
        adapts = bool(groups) and self._taxes_may_be_inside()
        for (company, pricelist, currency, _segment), members in groups.items():
            _item, day, quantity = members[0]
            products = self.env["product.product"].browse(
                {item.product_id.id: None for item, _day, _quantity in members}
            )
            found = pricelist.with_company(company)._get_products_price(
                products.with_company(company),
                quantity,
                currency=currency or company.currency_id,
                date=day,
            )
            for item, day, _quantity in members:
                price = found[item.product_id.id]
                prices[item.id, day] = item._adapt_price(price) if adapts else price
        return prices

    def _taxes_may_be_inside(self):
        """Whether any tax of the items' companies is included in prices; most have none."""
        domain = [("company_id", "child_of", self.company_id.root_id.ids)]
        # sudo: only whether there are any.
        return any(self.env["account.tax"].sudo().search(domain).mapped("price_include"))

    def _price_segment(self, contract, pricelist, product, day, quantity, segments):
        """Key of the days and quantities for which a pricelist answers as for these."""
        if pricelist not in segments:
            segments[pricelist] = self._price_breaks(pricelist)
        breaks, quantities, converts = segments[pricelist]
        if quantities is not None:
            quantity = bisect_right(quantities, quantity)
        if converts or product.currency_id != contract.currency_id:
            return day, quantity
        return bisect_right(breaks, day), quantity

    def _price_breaks(self, pricelist):
        """Where the pricelist's prices may change, and whether it converts currencies.

        :returns: days, quantities (None where rules are of a kind that may say anything)
        """
        breaks, quantities, converts, seen, todo = set(), set(), False, set(), [pricelist]
        usual = True
        while todo:
            current = todo.pop()
            if current in seen:
                continue
            seen.add(current)
            converts = converts or (bool(current) and current.currency_id != pricelist.currency_id)
            for rule in current.sudo().item_ids:  # sudo: only days and quantities are used
                for moment in filter(None, (rule.date_start, rule.date_end)):
                    # One day either side: rules hold UTC moments, requests are local days.
                    breaks.update(moment.date() + timedelta(days=days) for days in (-1, 0, 1, 2))
                usual = usual and rule.compute_price in USUAL_RULES
                quantities.add(rule.min_quantity)
                if rule.base_pricelist_id:
                    todo.append(rule.base_pricelist_id)
        return sorted(breaks), sorted(quantities) if usual else None, converts

    def _adapt_price(self, price):
        """The price with included taxes exchanged for those of the fiscal position."""
        self.ensure_one()
        taxes = self._product_taxes()
        if not any(taxes.mapped("price_include")):
            return price
        position = self.contract_id._get_fiscal_positions()[self.contract_id]
        return self.product_id._get_tax_included_unit_price_from_price(
            price, taxes, fiscal_position=position
        )

    def _is_purchase(self):
        """Hook: whether the partner sells to us by this item: we make out its invoice to us."""
        self.ensure_one()
        return False

    def _product_taxes(self):
        """Sales taxes of the product in the contract's company, before any fiscal position."""
        self.ensure_one()
        company = self.contract_id.company_id
        product = self.product_id.with_company(company)
        return product.taxes_id._filter_taxes_by_company(company)

    def _get_taxes(self):
        """Taxes that the items' invoice lines carry, by the contracts' fiscal positions.

        :returns: ``{item: taxes}``
        """
        positions = self.contract_id._get_fiscal_positions()
        return {item: positions[item.contract_id].map_tax(item._product_taxes()) for item in self}

    def _with_tax(self, amount, *, excluded=False):
        """An amount of this item with its taxes: see :meth:`_amounts_with_tax`."""
        self.ensure_one()
        return self._amounts_with_tax({self: amount}, excluded=excluded)[self]

    def _amounts_with_tax(self, amounts, *, excluded=False):
        """Amounts of these items with the taxes that their invoice lines carry.

        :param amounts: ``{item: amount}``, prices; where taxes are inside of them, they are in it
        :param bool excluded: the amounts exclude tax, whatever prices do
        :returns: ``{item: float}``, rounded as a line of an invoice is
        """
        taxes = self._get_taxes()
        return {
            item: taxes[item].compute_all(
                float(amounts[item]),
                currency=item.contract_id.currency_id,
                product=item.product_id,
                partner=item.contract_id.payer_id,
                handle_price_include=not excluded,
            )["total_included"]
            for item in self
        }
