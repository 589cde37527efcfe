"""Who is billed: customers, their addresses and subsidiaries, resellers."""

from odoo.addons.cn285_import.models.kinds import Kind, columns_of


def make_partners(partners, vals_list):
    """Contacts by themselves, all at once: they have nothing in common with a parent or a child.

    Odoo compares each new contact with its family, one by one.
    """
    alone = partners.with_context(_partners_skip_fields_sync=True)
    made = iter(alone.create([vals for vals in vals_list if not vals.get("parent_id")]))
    kin = iter(partners.create([vals for vals in vals_list if vals.get("parent_id")]))
    ids = [next(kin if vals.get("parent_id") else made).id for vals in vals_list]
    return partners.browse(ids)


PARTNERS = Kind(
    "partners",
    "res.partner",
    columns_of(
        "name",
        "ref",
        "is_company",
        "type",
        "street",
        "street2",
        "zip",
        "city",
        "email",
        "phone",
        "website",
        "vat",
        "company_registry",
        "lang",
        "comment",
        "function",
        "parent_id",
        "country_id",
        "state_id",
        payment_term="property_payment_term_id",
        pricelist="property_product_pricelist",
        fiscal_position="property_account_position_id",
        categories="category_id",
    ),
    required=("name",),
    make=make_partners,
    example=(
        {
            "id": "CUST-1",
            "name": "Menuiserie Roux",
            "is_company": "yes",
            "street": "12 rue des Lilas",
            "zip": "69003",
            "city": "Lyon",
            "country": "FR",
            "email": "compta@example.com",
        },
        {
            "id": "CUST-1-A",
            "name": "Camille Roux",
            "parent": "CUST-1",
            "type": "contact",
            "email": "camille@example.com",
        },
    ),
)
