"""When revenue is earned."""

from ..engine.catalogue import Column, View
from .parts import REVREC, company, company_currency, link

VIEWS = (
    View(
        "revenue_schedule",
        REVREC,
        "When the revenue of an invoice line, or of a row not billed yet, is earned",
        "Quand le revenu d'une ligne de facture, ou d'une échéance à facturer, est acquis",
        {"s": "cn285_revrec_schedule", "comp": "res_company", "own": "res_currency"},
        (
            Column(
                "revenue_schedule_id", "key", "{s.id}", "Key of the schedule", "Clé de l'échéancier"
            ),
            company("s"),
            link("contract_id", "{s.contract_id}", "Contract", "Contrat", "contract"),
            link("item_id", "{s.item_id}", "Item", "Élément", "contract_item"),
            link("customer_id", "{s.partner_id}", "Customer", "Client", "customer"),
            link("product_id", "{s.product_id}", "Product", "Produit", "product"),
            link("invoice_id", "{s.move_id}", "Invoice", "Facture", "invoice"),
            link(
                "invoice_line_id",
                "{s.move_line_id}",
                "Invoice line",
                "Ligne de facture",
                "invoice_line",
            ),
            link(
                "billing_id",
                "{s.billing_schedule_id}",
                "Row not billed yet",
                "Échéance pas encore facturée",
                "billing",
            ),
            link(
                "credited_id",
                "{s.origin_id}",
                "Schedule that it takes back",
                "Échéancier qu'il reprend",
                "revenue_schedule",
            ),
            Column(
                "posting",
                "text",
                "{s.posting}",
                "unbilled, direct, deferred or month_end",
                "à facturer (unbilled), directe, différée ou de fin de mois",
            ),
            Column(
                "method",
                "text",
                "{s.method}",
                "at_once, at_date, daily, monthly or usage",
                "immédiate, à date, journalière, mensuelle ou selon la consommation",
            ),
            Column(
                "service_start",
                "date",
                "{s.service_start}",
                "First day of the service",
                "Premier jour de la prestation",
            ),
            Column(
                "service_end",
                "date",
                "{s.service_end}",
                "Last day of the service",
                "Dernier jour de la prestation",
            ),
            Column(
                "amount",
                "money",
                "{s.amount}",
                "Revenue, in the company's currency",
                "Revenu, dans la devise de la société",
            ),
            company_currency(),
        ),
        "JOIN {comp} ON {comp.id} = {s.company_id} JOIN {own} ON {own.id} = {comp.currency_id}",
    ),
    View(
        "revenue_month",
        REVREC,
        "Revenue of a schedule in a month",
        "Revenu d'un échéancier dans un mois",
        {"l": "cn285_revrec_line", "comp": "res_company", "own": "res_currency"},
        (
            Column("revenue_month_id", "key", "{l.id}", "Key of the row", "Clé de la ligne"),
            company("l"),
            link(
                "revenue_schedule_id",
                "{l.schedule_id}",
                "Schedule",
                "Échéancier",
                "revenue_schedule",
            ),
            Column(
                "month",
                "date",
                "date_trunc('month', {l.period})",
                "First day of the month",
                "Premier jour du mois",
            ),
            Column(
                "date",
                "date",
                "{l.date}",
                "Day on which it is recognised",
                "Jour de reconnaissance",
            ),
            Column(
                "state",
                "text",
                "{l.state}",
                "planned or recognised",
                "prévu (planned) ou reconnu (recognised)",
            ),
            Column(
                "amount",
                "money",
                "{l.amount}",
                "Revenue, in the company's currency",
                "Revenu, dans la devise de la société",
            ),
            company_currency(),
        ),
        "JOIN {comp} ON {comp.id} = {l.company_id} JOIN {own} ON {own.id} = {comp.currency_id}",
    ),
)
