"""A person, and what is theirs; no model is defined here."""

from ...engine.person_texts import SHORTEST, PersonTexts

# Fields of contacts whose values name the person wherever they stand.
NAMING = ("name", "email", "vat", "street", "company_name", "website", "company_registry")


class Person:
    """A contact with its other addresses, for the superuser, and what names it.

    - ``partners``: the contact and its addresses; contacts that are persons of their own are not
    - ``contracts``: those of which it is customer, reseller or payer
    - ``items``: theirs, and those of which it is beneficiary
    - ``names``: texts that name it; ``emails``: its addresses
    - ``texts``: what finds them, a ``PersonTexts``
    """

    def __init__(self, partner, names=()):
        # sudo: a person is made anonymous in all companies, whatever an administrator may see.
        system = partner.sudo().with_context(active_test=False)
        family = system.search([("id", "child_of", system.ids)])
        self.partners = family.filtered(lambda one: one in system or one.type != "contact")
        self.env = self.partners.env
        ids = self.partners.ids
        self.contracts = self.env["cn285.contract"].search(
            [
                "|",
                "|",
                ("partner_id", "in", ids),
                ("reseller_id", "in", ids),
                ("payer_id", "in", ids),
            ]
        )
        self.items = self.env["cn285.contract.item"].search(
            ["|", ("contract_id.partner_id", "in", ids), ("beneficiary_id", "in", ids)]
        )
        names = [name for name in names if name]
        names += [one[name] for one in self.partners for name in NAMING if one[name]]
        names += self.partners.user_ids.mapped("login")
        names += [code for code in self.items.mapped("code") if code]
        self.emails = [email for email in self.partners.mapped("email_normalized") if email]
        self.names = [name for name in names if len(name) >= SHORTEST]
        self.texts = PersonTexts(names, [one.phone for one in self.partners if one.phone])
        self.mark = self.env._("[anonymised]")
