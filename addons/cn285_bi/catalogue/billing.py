"""What will be billed, was billed, and of which period."""

from ..engine.catalogue import Column, View
from .parts import CONTRACT, company, currency, link

VIEWS = (
    View(
        "billing",
        CONTRACT,
        "The billing schedule: one item for one period, planned or billed",
        "L'échéancier de facturation : un élément pour une période, prévu ou facturé",
        {"s": "cn285_billing_schedule", "cur": "res_currency"},
        (
            Column("billing_id", "key", "{s.id}", "Key of the row", "Clé de l'échéance"),
            company("s"),
            link("contract_id", "{s.contract_id}", "Contract", "Contrat", "contract"),
            link("item_id", "{s.item_id}", "Item", "Élément", "contract_item"),
            link("customer_id", "{s.partner_id}", "Holder", "Titulaire", "customer"),
            link("product_id", "{s.product_id}", "Product", "Produit", "product"),
            Column(
                "kind",
                "text",
                "{s.kind}",
                "fixed (subscription), one_shot, usage, credit, usage_difference, usage_delivery, "
                "usage_threshold",
                "abonnement (fixed), frais uniques (one_shot), consommation (usage), avoir "
                "(credit), usage_difference, usage_delivery, usage_threshold",
            ),
            Column(
                "state",
                "text",
                "{s.state}",
                "planned, waiting (for usage), invoiced, taken_over (billed elsewhere), "
                "nothing_to_invoice, cancelled",
                "prévue, en attente de consommation (waiting), facturée, facturée ailleurs "
                "(taken_over), rien à facturer, annulée",
            ),
            Column(
                "period_start",
                "date",
                "{s.period_start}",
                "First day of the period",
                "Premier jour de la période",
            ),
            Column(
                "period_end",
                "date",
                "{s.period_end}",
                "Last day of the period",
                "Dernier jour de la période",
            ),
            Column(
                "billing_date",
                "date",
                "{s.billing_date}",
                "The day on which it is billed",
                "Jour de facturation",
            ),
            Column("quantity", "number", "{s.quantity}", "Quantity", "Quantité"),
            Column(
                "price",
                "money",
                "{s.price_unit}",
                "Price of a unit and full period",
                "Prix d'une unité pour une période entière",
            ),
            Column("discount", "number", "{s.discount}", "Discount in %", "Remise en %"),
            Column(
                "proration",
                "number",
                "{s.proration}",
                "Share of a full period that is billed",
                "Part de la période entière qui est facturée",
            ),
            Column("amount", "money", "{s.amount}", "Amount excluding tax", "Montant hors taxes"),
            currency(),
            link("invoice_id", "{s.move_id}", "Invoice", "Facture", "invoice"),
            link(
                "invoice_line_id",
                "{s.move_line_id}",
                "Invoice line",
                "Ligne de facture",
                "invoice_line",
            ),
            link(
                "credited_id",
                "{s.credited_id}",
                "Row that it takes back",
                "Échéance qu'elle reprend",
                "billing",
            ),
            link(
                "change_id",
                "{s.change_id}",
                "Change that caused it",
                "Modification à son origine",
                "contract_change",
            ),
        ),
        "JOIN {cur} ON {cur.id} = {s.currency_id}",
    ),
)
