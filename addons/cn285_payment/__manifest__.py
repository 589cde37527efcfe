{
    "name": "Cn285 Payments",
    "summary": "What is billed is collected: means, attempts, dunning, wallets and passes",
    "version": "19.0.1.0.0",
    "category": "Sales/Contracts",
    "author": "Cn285",
    "maintainers": ["cn285"],
    "website": "https://cn285.example",
    "license": "LGPL-3",
    "depends": ["cn285_renewal", "account_payment"],
    "data": [
        "security/ir.model.access.csv",
        "security/cn285_payment_rules.xml",
        "data/queue_job_data.xml",
        "views/cn285_payment_menus.xml",
    ],
    "uninstall_hook": "uninstall_hook",
}
