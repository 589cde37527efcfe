"""Articles of law that a contract has to quote in full, by country."""

from collections.abc import Sequence
from typing import NamedTuple


class Quoted(NamedTuple):
    """A heading, and the paragraphs below it."""

    heading: str
    paragraphs: Sequence[str]


# Code de la consommation, L215-4: contracts of service that renew tacitly quote L215-1 to L215-3
# and L241-3 in full, to consumers and (L215-3) to non-professionals. In French, whatever the
# language of the contract: it is the text of the law.
TACIT_RENEWAL = {
    "FR": Quoted(
        "Code de la consommation, articles L. 215-1 à L. 215-3 et L. 241-3",
        (
            "Article L. 215-1 – Pour les contrats de prestations de services conclus pour une "
            "durée déterminée avec une clause de reconduction tacite, le professionnel "
            "prestataire de services informe le consommateur par écrit, par lettre nominative "
            "ou courrier électronique dédiés, au plus tôt trois mois et au plus tard un mois "
            "avant le terme de la période autorisant le rejet de la reconduction, de la "
            "possibilité de ne pas reconduire le contrat qu'il a conclu avec une clause de "
            "reconduction tacite. Cette information, délivrée dans des termes clairs et "
            "compréhensibles, mentionne, dans un encadré apparent, la date limite de "
            "non-reconduction.",
            "Lorsque cette information ne lui a pas été adressée conformément aux dispositions "
            "du premier alinéa, le consommateur peut mettre gratuitement un terme au contrat, à "
            "tout moment à compter de la date de reconduction.",
            "Les avances effectuées après la dernière date de reconduction ou, s'agissant des "
            "contrats à durée indéterminée, après la date de transformation du contrat initial "
            "à durée déterminée, sont dans ce cas remboursées dans un délai de trente jours à "
            "compter de la date de résiliation, déduction faite des sommes correspondant, "
            "jusqu'à celle-ci, à l'exécution du contrat.",
            "Les dispositions du présent article s'appliquent sans préjudice de celles qui "
            "soumettent légalement certains contrats à des règles particulières en ce qui "
            "concerne l'information du consommateur.",
            "Article L. 215-2 – Les dispositions du présent chapitre ne sont pas applicables "
            "aux exploitants des services d'eau potable et d'assainissement.",
            "Article L. 215-3 – Les dispositions du présent chapitre sont également applicables "
            "aux contrats conclus entre des professionnels et des non-professionnels.",
            "Article L. 241-3 – Lorsque le professionnel n'a pas procédé au remboursement dans "
            "les conditions prévues à l'article L. 215-1, les sommes dues sont productives "
            "d'intérêts au taux légal.",
        ),
    ),
}
