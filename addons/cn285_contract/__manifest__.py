{
    "name": "Cn285 Contracts",
    "summary": "Contracts with items of different rhythms, billed to posted invoices",
    "version": "19.0.1.0.0",
    "category": "Sales/Contracts",
    "author": "Cn285",
    "license": "LGPL-3",
    "depends": ["account", "product", "portal", "mail", "queue_job"],
    "external_dependencies": {"python": ["xlsxwriter"]},
    "data": [
        "security/cn285_contract_groups.xml",
        "security/ir.model.access.csv",
        "security/cn285_contract_rules.xml",
        "data/ir_sequence_data.xml",
        "data/queue_job_data.xml",
        "data/ir_cron_data.xml",
    ],
    "application": True,
}
