{
    "name": "Cn285 NetSuite Bridge",
    "summary": "Items, customers, invoices with payment status and journals, over SuiteTalk",
    "version": "19.0.1.0.0",
    "category": "Sales/Contracts",
    "author": "Cn285",
    "maintainers": ["cn285"],
    "website": "https://cn285.example",
    "license": "LGPL-3",
    "depends": ["cn285_bridge", "cn285_contract"],
    "external_dependencies": {"python": ["zeep"]},
    "data": [
        "views/netsuite_backend_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
}
