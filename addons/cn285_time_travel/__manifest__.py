{
    "name": "Cn285 Time Travel",
    "summary": "See what the coming months bring: a test database's clock moves ahead day by day",
    "version": "19.0.1.0.0",
    "category": "Sales/Contracts",
    "author": "Cn285",
    "maintainers": ["cn285"],
    "website": "https://cn285.example",
    "license": "LGPL-3",
    "depends": ["cn285_contract"],
    "data": [
        "security/ir.model.access.csv",
        "security/cn285_time_travel_rules.xml",
        "data/queue_job_data.xml",
        "views/time_travel_views.xml",
        "views/ir_cron_views.xml",
        "views/res_config_settings_views.xml",
    ],
}
