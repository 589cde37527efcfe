{
    "name": "Cn285 API: Connected Objects",
    "summary": "Devices and fleet orders over the REST API",
    "version": "19.0.1.0.0",
    "category": "Sales/Contracts",
    "author": "Cn285",
    "maintainers": ["cn285"],
    "website": "https://cn285.example",
    "license": "LGPL-3",
    "depends": ["cn285_api", "cn285_iot"],
    "data": ["data/api_scope_data.xml", "data/webhook_type_data.xml"],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
