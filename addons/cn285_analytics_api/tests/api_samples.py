"""What the matrix of access needs to try the operations on analytics."""


def samples(case):
    """Facts of the company's contracts."""
    case.env["cn285.mrr.ledger"]._update(case.company)
    case.tables += ["cn285_mrr_entry", "cn285_mrr_movement", "cn285_mrr_month"]
