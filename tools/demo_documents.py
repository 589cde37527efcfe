"""Documents of the demonstration: ``demo_documents.file(env)``.

Terms and conditions in two versions, the papers of some contracts, and an amendment for each of
their changes. Run again, it files nothing.
"""

from import_tools import out, print_figures

CONTRACTS = 12
# Day from which they hold, title, what they say.
TERMS = (
    (
        "2025-01-01",
        "Conditions générales de services 2025",
        ("Article 1. Objet.", "Article 2. Prix et paiement.", "Article 3. Durée."),
    ),
    (
        "2026-01-01",
        "Conditions générales de services 2026",
        ("Article 1. Objet.", "Article 2. Prix et paiement.", "Article 3. Durée et résiliation."),
    ),
)
MEDIATOR = "Médiation de la consommation, 1 rue de l'Exemple, 75001 Paris, mediation.example"


def file(env):
    """File the documents and tell how many there are."""
    if "cn285.document" not in env:
        return
    company, documents = env.company, env["cn285.document"]
    company.cn285_mediator = company.cn285_mediator or MEDIATOR
    for day, title, paragraphs in TERMS:
        _file_terms(documents, company, day, title, paragraphs)
    contracts = env["cn285.contract"].search(
        [("company_id", "=", company.id), ("state", "=", "active")], order="id", limit=CONTRACTS
    )
    contracts.filtered(lambda one: not one.terms_document_id)._note_terms()
    contracts._job_file_documents()
    contracts.change_ids._job_file_amendments()
    env.cr.commit()
    counts = documents._read_group([("state", "!=", "draft")], ["kind"], ["__count"])
    labels = dict(documents._kind_selection())
    print_figures("Documents", [(labels[kind], f"{count:,}") for kind, count in counts])
    out.print("They are under Contracts > Documents, and in the customers' portal.")


def _file_terms(documents, company, day, title, paragraphs):
    from dataclasses import replace

    from odoo.addons.cn285_renewal.report.letter_pdf import Letter

    letter = Letter(
        **company._cn285_letter_parties(company.partner_id), subject=title, body=paragraphs
    )
    values = {
        "kind": "terms",
        "title": title,
        "company_id": company.id,
        "date": day,
        "lang": "fr_FR",
        "file_name": f"{title}.pdf",
    }
    documents._file(
        lambda number: company._cn285_letters(replace(letter, recipient=(), reference=number)),
        values,
        source=f"demonstration:{company.id}:{day}",
    )
