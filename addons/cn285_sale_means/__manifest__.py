{
    "name": "Cn285 Payments on the Customer's Own Page",
    "summary": "Means of payment, credit and codes, where customers change their contracts",
    "version": "19.0.1.0.0",
    "category": "Sales/Contracts",
    "author": "Cn285",
    "maintainers": ["cn285"],
    "website": "https://cn285.example",
    "license": "LGPL-3",
    "depends": ["cn285_sale", "cn285_payment"],
    "data": [
        "data/change_mail_data.xml",
        "views/customer_permission_views.xml",
        "views/prepayment_views.xml",
        "views/prepayment_portal_templates.xml",
    ],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
