{
    "name": "Cn285 Connected Objects in Stock",
    "summary": "Devices go out and come back by transfers with their serial numbers",
    "version": "19.0.1.0.0",
    "category": "Sales/Contracts",
    "author": "Cn285",
    "maintainers": ["cn285"],
    "website": "https://cn285.example",
    "license": "LGPL-3",
    "depends": ["cn285_iot", "stock"],
    "data": [
        "views/device_type_views.xml",
        "views/device_views.xml",
        "views/stock_picking_views.xml",
    ],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
