{
    "name": "Cn285 Import",
    "summary": "Files become records: good rows go in, bad ones are reported with their reason",
    "version": "19.0.1.0.0",
    "category": "Technical",
    "author": "Cn285",
    "maintainers": ["cn285"],
    "website": "https://cn285.example",
    "license": "LGPL-3",
    "depends": ["base", "mail", "queue_job"],
    "external_dependencies": {"python": ["openpyxl", "xlsxwriter"]},
    "data": [
        "security/cn285_import_groups.xml",
        "security/ir.model.access.csv",
        "security/cn285_import_dialog_rules.xml",
        "wizards/import_wizard_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
}
