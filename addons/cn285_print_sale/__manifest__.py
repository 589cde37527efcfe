{
    "name": "Cn285 Printed Quotations",
    "summary": "Quotations, orders and pro-forma invoices as PDF without wkhtmltopdf",
    "version": "19.0.1.0.0",
    "category": "Sales/Contracts",
    "author": "Cn285",
    "maintainers": ["cn285"],
    "website": "https://cn285.example",
    "license": "LGPL-3",
    "depends": ["cn285_print", "sale"],
    "data": ["views/report_order.xml"],
    "auto_install": True,
}
