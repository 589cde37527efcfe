from odoo.tools import LazyTranslate

from .base import CustomerKind, Question, chosen, is_live

_lt = LazyTranslate(__name__)

# How many contacts are offered.
MOST = 500


class Beneficiary(CustomerKind):
    """The service is for somebody else of the customer's; the money stays the same."""

    name = "beneficiary"
    label = _lt("Hand a service over")
    words = _lt("To somebody else of yours: whom it is for")
    icon = "fa-exchange"
    change_type = "beneficiary"

    def is_possible(self, asked):
        return is_live(asked.item) and len(self._choices(asked)) > 1

    def questions(self, asked):
        now = str(asked.item.beneficiary_id.id or "")
        label = asked.env._("Whom it is for")
        choices = [choice for choice in self._choices(asked) if choice[0] != now]
        return [Question("beneficiary", label, "choice", "", choices, required=now == "")]

    def values(self, asked, given):
        label, now = asked.env._("Whom it is for"), str(asked.item.beneficiary_id.id or "")
        choices = [choice for choice in self._choices(asked) if choice[0] != now]
        number = chosen(asked.env, given.get("beneficiary", ""), choices, label)
        return {"beneficiary_id": int(number) if number else None}

    def told(self, asked, values):
        partners = asked.env["res.partner"]
        before = asked.item.beneficiary_id or asked.contract.partner_id
        after = partners.browse(values["beneficiary_id"] or asked.contract.partner_id.id)
        return [(asked.env._("Whom it is for"), before.display_name, after.display_name)]

    def _choices(self, asked):
        """The customer itself, and its people; addresses are none."""
        contract = asked.contract
        if self.name in asked.seen:
            return asked.seen[self.name]
        people = asked.env["res.partner"].search(
            [
                ("id", "child_of", contract.partner_id.commercial_partner_id.id),
                ("id", "!=", contract.partner_id.id),
                ("type", "in", ("contact", False)),
                ("company_id", "in", (contract.company_id.id, False)),
            ],
            limit=MOST,
            order="name, id",
        )
        nobody = ("", contract.partner_id.display_name, "")
        found = [nobody, *((str(one.id), one.name or one.display_name, "") for one in people)]
        asked.seen[self.name] = found
        return found
