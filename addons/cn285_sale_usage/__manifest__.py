{
    "name": "Cn285 Customers Choose Their Tariff",
    "summary": "Customers choose in the portal what of their usage is included",
    "version": "19.0.1.0.0",
    "category": "Sales/Contracts",
    "author": "Cn285",
    "maintainers": ["cn285"],
    "website": "https://cn285.example",
    "license": "LGPL-3",
    "depends": ["cn285_sale", "cn285_usage"],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
