"""Who is billed: customers, their addresses and subsidiaries, resellers."""

from odoo.addons.cn285_import.models.kinds import Kind, columns_of

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
