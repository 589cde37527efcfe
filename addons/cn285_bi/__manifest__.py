{
    "name": "Cn285 Replica for BI",
    "summary": "A read-only replica with documented views for any BI tool, a role for each company",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Cn285",
    "maintainers": ["cn285"],
    "website": "https://cn285.example",
    "license": "LGPL-3",
    "depends": ["cn285_contract"],
    "data": [
        "security/ir.model.access.csv",
        "data/ir_cron_data.xml",
        "views/bi_replica_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
}
