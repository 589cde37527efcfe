"""Who is in a segment (``segment*``), what plans tell them (``plan*``, ``communication*``), what is
offered to them (``offer*``). Called by: the hourly scheduled action, screens, the portal.
"""

from . import (
    res_company,
    res_partner,
    segment,
    segment_member,
    segment_evaluation,
    offer_template,
    offer,
    offer_result,
    plan,
    plan_step,
    communication,
    communication_planning,
    communication_sending,
    contract,
    res_users,
    personal_data,
)
