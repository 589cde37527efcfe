{
    "name": "Cn285 Usage of Connected Objects",
    "summary": "Usage by serial number or identifier goes to the item that had the device then",
    "version": "19.0.1.0.0",
    "category": "Sales/Contracts",
    "author": "Cn285",
    "maintainers": ["cn285"],
    "website": "https://cn285.example",
    "license": "LGPL-3",
    "depends": ["cn285_iot", "cn285_usage"],
    "data": [
        "security/ir.model.access.csv",
        "security/cn285_iot_usage_rules.xml",
        "data/ir_cron_data.xml",
        "views/device_test_views.xml",
    ],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
