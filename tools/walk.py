"""How far a reader walks through addons/ who follows the code: ``python tools/walk.py``.

Two walks: confirming one contract of one item, and billing one row. Each function is read when it
is called for the first time, and not again. Told is how many files are opened, how often the way
leads back to one of them, and with ``--files`` the files in the order of the walk.
"""

import argparse
import sys
from contextlib import contextmanager

import databases
from odoo_env import environment
from provision import ADDONS, CLONE_ID
from targets import locked, progress


class Walk:
    """The files of a walk, in the order in which a reader comes to them."""

    def __init__(self):
        self.files = []
        self._read = set()

    @contextmanager
    def followed(self):
        """Follows what is called within."""
        sys.setprofile(self._step)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _step(self, frame, event, _argument):
        code = frame.f_code
        # What has no name (a comprehension, a lambda) is read with the function around it.
        if event != "call" or code.co_name.startswith("<") or code in self._read:
            return
        if not code.co_filename.startswith(f"{ADDONS}/"):
            return
        self._read.add(code)
        name = code.co_filename.removeprefix(f"{ADDONS}/")
        if self.files[-1:] != [name]:
            self.files.append(name)

    @property
    def opened(self):
        """How many files there are."""
        return len(set(self.files))

    @property
    def returns(self):
        """How often the walk comes to a file where it was before."""
        return len(self.files) - self.opened


def walks(env):
    """The two walks, as {name: Walk}."""
    product = env["product.product"].create({"name": "Service", "type": "service"})
    today = env.company._cn285_today()
    contract = env["cn285.contract"].create(
        {
            "partner_id": env["res.partner"].create({"name": "Customer"}).id,
            "date_start": today.replace(day=1),
            "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 30.0})],
        }
    )
    env.flush_all()
    confirmed, billed = Walk(), Walk()
    with confirmed.followed():
        contract.action_confirm()
        env.flush_all()
    run = env["cn285.billing.run"].create({"date": today})
    env.flush_all()
    with billed.followed():
        run.action_run()
        env.flush_all()
    assert contract.invoice_ids.state == "posted"
    return {"confirming one contract": confirmed, "billing one row": billed}


@contextmanager
def scratch_database():
    """A copy of the tests' template, dropped at the end."""
    name = f"cn285_walk_{CLONE_ID}"
    with locked("databases"), progress() as step:
        template = databases.need_template(step)
        databases.drop(name)
        databases.copy(template, name)
    try:
        yield name
    finally:
        databases.drop(name)


def main(arguments=None):
    """Prints both walks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", action="store_true", help="also the files of each walk")
    options = parser.parse_args(arguments)
    context = {"queue_job__no_delay": True}
    with scratch_database() as name, environment(name, context, log_level="error") as env:
        for title, walk in walks(env).items():
            print(f"{title}: {walk.opened} files, {walk.returns} returns")
            if options.files:
                print(*(f"    {file}" for file in walk.files), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
