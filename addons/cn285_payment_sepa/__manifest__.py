{
    "name": "Cn285 SEPA Payments",
    "summary": "Direct debits and transfers by the company's own bank: mandates, files, returns",
    "version": "19.0.1.0.0",
    "category": "Sales/Contracts",
    "author": "Cn285",
    "maintainers": ["cn285"],
    "website": "https://cn285.example",
    "license": "LGPL-3",
    "depends": ["cn285_payment", "base_iban"],
    "external_dependencies": {"python": ["python-stdnum"]},
    "data": [
        "security/ir.model.access.csv",
    ],
    "uninstall_hook": "uninstall_hook",
}
