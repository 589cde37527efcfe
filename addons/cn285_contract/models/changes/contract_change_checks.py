from odoo import models
from odoo.tools import format_date

from ..common import LIVE_STATES


class ContractChange(models.Model):
    """Checks that several types of change share; each refuses with the reason."""

    _inherit = "cn285.contract.change"

    # === ITEM === #

    def _check_in_service(self):
        """Refuse a day on which the item has not started, or has ended already."""
        item, day = self.item_id, self.date_effective
        if item.state == "draft" or not item.date_start:
            raise self._refusal(self.env._("item “%s” has not started yet.", item.name))
        if day < item.date_start:
            raise self._refusal(
                self.env._(
                    "item “%(item)s” starts only on %(start)s.",
                    item=item.name,
                    start=format_date(self.env, item.date_start),
                )
            )
        ends = [end for end in (item.date_end, self._contract_end()) if end]
        if ends and day > min(ends):
            raise self._refusal(
                self.env._(
                    "item “%(item)s” ends on %(end)s already.",
                    item=item.name,
                    end=format_date(self.env, min(ends)),
                )
            )

    def _contract_end(self, contract=None):
        """The last day of a contract, as planned for this change's day; False for no end.

        :param contract: default: the change's own
        """
        return (contract or self.contract_id)._end_as_of(self.date_effective)

    def _check_recurs(self):
        if self.item_id.billing_type not in ("fixed", "usage"):
            raise self._refusal(
                self.env._("item “%s” is not billed by periods.", self.item_id.name)
            )

    def _check_goes_on(self):
        """A fee that was due before has nothing left that could go on elsewhere."""
        if self.item_id._is_due_before(self._first_day()):
            raise self._refusal(
                self.env._("the fee “%s” was due before; nothing of it goes on.", self.item_id.name)
            )

    def _concerned(self, states):
        """The item of the change, or all of its contract's, in one of these states."""
        self.ensure_one()
        items = self.item_id or self.contract_id.item_ids
        return items.filtered(lambda item: item.state in states)

    # === FIGURES === #

    def _check_quantity_given(self):
        """The quantity is not negative, the discount a percentage, where they are given."""
        values = self._parsed()
        if (values.get("quantity") or 0) < 0:
            raise self._refusal(self.env._("a quantity cannot be negative."))
        self._check_discount(values.get("discount") or 0.0)

    def _check_discount(self, discount):
        if not 0 <= discount <= 100:
            raise self._refusal(
                self.env._("the discount must be between 0 and 100 %%, not %s.", discount)
            )

    def _check_day_of_month(self, day):
        if day is not None and not 1 <= day <= 31:
            raise self._refusal(
                self.env._("the billing day must be between 1 and 31, not %s.", day)
            )

    # === PRODUCTS AND LIMITS === #

    def _contract_products(self, without=None, contract=None):
        items = (contract or self.contract_id).item_ids.filtered(
            lambda item: item.state in ("draft", *LIVE_STATES)
        )
        return (items - (without or items.browse())).product_id.product_tmpl_id

    def _check_new_product(self, product, without=None, contract=None):
        """The product can be sold with the contract's others: what it requires, what it excludes.

        :param without: the item that it takes the place of
        :param contract: where it comes to; default: the change's own
        """
        if self.override:
            return
        # sudo: rules between products hold whether or not the user sees all of them.
        new = product.product_tmpl_id.sudo()
        others = self._contract_products(without, contract).sudo()
        missing = new.cn285_requires_ids - others
        if missing:
            raise self._refusal(
                self.env._(
                    "%(product)s requires %(missing)s on the contract.",
                    product=product.display_name,
                    missing=", ".join(missing.mapped("display_name")),
                )
            )
        clash = (new.cn285_excludes_ids & others) | others.filtered(
            lambda other: new in other.cn285_excludes_ids
        )
        if clash:
            raise self._refusal(
                self.env._(
                    "%(product)s cannot be on a contract with %(clash)s.",
                    product=product.display_name,
                    clash=", ".join(clash.mapped("display_name")),
                )
            )

    def _check_not_required(self, item, coming=None):
        """Nothing that stays on the contract requires the product that goes.

        :param coming: the product that takes its place
        """
        if self.override:
            return
        gone = item.product_id.product_tmpl_id.sudo()
        left = self._contract_products(item).sudo()
        if gone in left or (coming and coming.product_tmpl_id == gone):
            return
        needing = left.filtered(lambda product: gone in product.cn285_requires_ids)
        if needing:
            raise self._refusal(
                self.env._(
                    "%(products)s on the contract requires %(gone)s.",
                    products=", ".join(needing.mapped("display_name")),
                    gone=gone.display_name,
                )
            )

    def _check_item_limit(self, partner=None, more=1):
        """The customer's tags allow one more item.

        :param partner: the customer; default: the contract's
        :param int more: the number of items that come on top
        """
        if self.override:
            return
        # sudo: the limit counts all of the customer's items, whoever sells them.
        customer = (partner or self.contract_id.partner_id).commercial_partner_id.sudo()
        limits = [tag for tag in customer.category_id if tag.cn285_max_items]
        if not limits:
            return
        number = (
            self.env["cn285.contract.item"]
            .sudo()
            .search_count(
                [
                    ("contract_id.partner_id", "child_of", customer.id),
                    ("company_id", "=", self.company_id.id),
                    ("state", "in", LIVE_STATES),
                ]
            )
        )
        tag = min(limits, key=lambda tag: tag.cn285_max_items)
        if number + more > tag.cn285_max_items:
            raise self._refusal(
                self.env._(
                    "customers tagged “%(tag)s” have at most %(limit)s items; %(customer)s has "
                    "%(number)s.",
                    tag=tag.name,
                    limit=tag.cn285_max_items,
                    customer=customer.display_name,
                    number=number,
                )
            )

    def _check_path(self, product):
        paths = self.env["cn285.tier.path"].sudo()  # sudo: only whether there is one
        if self.override:
            return
        if not paths._leads(self.company_id, self.item_id.product_id, product, self.type):
            raise self._refusal(
                self.env._(
                    "no tier path leads from %(start)s to %(end)s.",
                    start=self.item_id.product_id.display_name,
                    end=product.display_name,
                )
            )


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _end_as_of(self, day):
        """Hook: the last day of the contract by what is planned to have happened by a day.

        :returns: date, or False for no end
        """
        self.ensure_one()
        return self.date_end
