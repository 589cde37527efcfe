"""What the steps of a policy do: a class each, and the table of all. No model is here."""

from typing import Any

from odoo.addons.cn285_contract.models.common import labelled
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class Action:
    """What a step does. One object serves all debtors."""

    #: As it stands in the field ``action``.
    name: str
    #: What users read: a text made by ``LazyTranslate``.
    label: Any

    def take(self, step, cases) -> None:
        """Take one step for debtors, and note it in their history.

        Raises nothing that a customer's data may cause but what undoes it for that one alone.
        """
        raise NotImplementedError


class Mail(Action):
    """An e-mail by the step's template; a letter where there is no address."""

    name = "mail"
    label = _lt("E-mail")

    def take(self, step, cases):
        reached = cases.filtered(lambda case: case._reader().email)
        if cases - reached:
            ACTIONS["letter"].take(step, cases - reached)
        # sudo: a text of the company's, for whoever runs the dunning.
        template = (step.mail_template_id or step._usual_template()).sudo()
        for company, members in reached.grouped("company_id").items():
            template.send_mail_batch(
                members.ids, email_values={"auto_delete": False, **company._cn285_writes_as()}
            )
        reached._note("step", lambda case: step.name, step_id=step.id, tells=True)


class Letter(Action):
    """A letter as PDF, and somebody is asked to post it."""

    name = "letter"
    label = _lt("Letter")

    def take(self, step, cases):
        for case in cases:
            document = case._make_letter(step)
            case._note("step", step.name, step_id=step.id, tells=True, attachment_id=document.id)
            case._ask(lambda one: one.env._("Print and post: %s", step.with_env(one.env).name))


class Task(Action):
    """Somebody is asked to do something."""

    name = "task"
    label = _lt("Task")

    def take(self, step, cases):
        for case in cases:
            case._ask(lambda one: self._words(one, step.with_env(one.env)))
        cases._note("step", lambda case: step.name, step_id=step.id)

    def _words(self, case, step):
        return labelled(case.env, step.name, step.note) if step.note else step.name


class Fee(Action):
    """Late fees of professionals are worked out, and posted where the policy says so."""

    name = "fee"
    label = _lt("Late Fees")

    def take(self, step, cases):
        cases._propose_fees()
        cases._note("step", lambda case: step.name, step_id=step.id)


class Deactivate(Action):
    """Services are deactivated until it is paid."""

    name = "deactivate"
    label = _lt("Deactivation")

    def take(self, step, cases):
        cases._note("step", lambda case: step.name, step_id=step.id)
        cases._deactivate()


class Terminate(Action):
    """Contracts that were deactivated for long are terminated, and the customer is told."""

    name = "terminate"
    label = _lt("Termination")

    def take(self, step, cases):
        cases._note("step", lambda case: step.name, step_id=step.id)
        cases._terminate()
        cases._tell_ended(step)


# In the order in which those of one day are taken.
ACTIONS = {
    action.name: action for action in (Mail(), Letter(), Task(), Fee(), Deactivate(), Terminate())
}
