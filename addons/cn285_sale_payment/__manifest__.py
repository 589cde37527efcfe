{
    "name": "Cn285 Quotations Paid at Acceptance",
    "summary": "Quotations ask for means of payment, or for the first invoice, before they start",
    "version": "19.0.1.0.0",
    "category": "Sales/Contracts",
    "author": "Cn285",
    "maintainers": ["cn285"],
    "website": "https://cn285.example",
    "license": "LGPL-3",
    "depends": ["cn285_sale", "cn285_payment"],
    "data": [
        "views/sale_order_views.xml",
        "views/company_views.xml",
        "views/portal_templates.xml",
    ],
    "assets": {
        "web.assets_tests": ["cn285_sale_payment/static/tests/tours/**/*"],
    },
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
