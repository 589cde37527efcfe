{
    "name": "Cn285 Privacy Look-up",
    "summary": "Odoo's privacy look-up finds what contracts, usage and notices keep of a person",
    "version": "19.0.1.0.0",
    "category": "Sales/Contracts",
    "author": "Cn285",
    "maintainers": ["cn285"],
    "website": "https://cn285.example",
    "license": "LGPL-3",
    "depends": ["cn285_contract", "privacy_lookup"],
    "auto_install": True,
}
