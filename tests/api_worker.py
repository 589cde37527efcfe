"""A program that posts to the API in real processes: one, two at once, or one that is killed.

``python api_worker.py DATABASE seed|once|twice|kill``; prints a JSON object. Every POST that the
specification has is sent, with its idempotency key; requests and the records that they are about
are those of ``addons/cn285_api/tests/api_requests.py``. Answered or not, the program sends all of
it again when it starts anew.
"""

import importlib.util
import itertools
import json
import os
import random
import time
from pathlib import Path

import forks
import odoo
from forks import at_once, environment

NAMES = "cn285_api.worker_names"
REQUESTS = Path(__file__).parents[1] / "addons" / "cn285_api" / "tests" / "api_requests.py"
# Tables of Odoo's beside our own that requests write into.
TABLES = (
    "account_move",
    "account_move_line",
    "product_pricelist",
    "product_pricelist_item",
    "product_product",
    "queue_job",
    "res_partner",
    "sale_order",
    "sale_order_line",
)


def _requests():
    spec = importlib.util.spec_from_file_location("api_requests", REQUESTS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


requests = _requests()


def seed(env):
    """What the requests are about, and a key."""
    env.company._cn285_mark_test_database()
    names = requests.seed(env)
    env["ir.config_parameter"].set_param(NAMES, json.dumps(names))


class Program:
    """What sends requests, as a process of its own."""

    def __init__(self, database):
        from odoo.http import root
        from werkzeug.test import Client

        self.client = Client(root, use_cookies=False)
        with environment(database) as env:
            self.names = json.loads(env["ir.config_parameter"].get_param(NAMES))

    def posts(self):
        """``[(operation, path)]`` of all POSTs that the specification has."""
        spec = self.client.get("/cn285/v1/openapi.json").json
        found = [
            (methods["post"]["operationId"], path)
            for path, methods in sorted(spec["paths"].items())
            if "post" in methods
        ]
        missing = {operation for operation, _path in found} - requests.asks().keys()
        assert not missing, f"no request in {REQUESTS.name} for {sorted(missing)}"
        # Collected first: what others do with its payer holds an invoice back.
        return sorted(found, key=lambda one: one[0] != "collect_invoice")

    def post(self, operation, path):
        """Send a request until it is answered; a conflict is tried again, as the API says."""
        ask = requests.asks()[operation]
        headers = {"Authorization": f"Bearer {self.names['key']}", "Idempotency-Key": operation}
        sent = {"headers": headers}
        if ask.body is not None:
            sent["json"] = requests.filled(ask.body, self.names)
        place = f"/cn285/v1{requests.path_of(path, ask, self.names)}"
        for _try in range(50):
            answer = self.client.post(place, **sent)
            if answer.status_code != 409 or answer.json["code"] not in (
                "concurrent_update",
                "idempotency_conflict",
            ):
                break
            time.sleep(0.1)
        assert answer.status_code in (200, 201, 202), (operation, answer.text)
        return answer


def post_all(database, steps=None):
    """Send everything; ``steps`` gets for each operation how many steps it takes."""
    program = Program(database)
    count = _count_steps() if steps is not None else None
    for operation, path in program.posts():
        before = next(count) if count else 0
        program.post(operation, path)
        if count:
            steps[operation] = next(count) - before - 1


def _count_steps():
    """Count what this process sends to the database, as ``forks`` does."""
    steps = itertools.count(1)

    def counted(method):
        def call(*args, **kwargs):
            next(steps)
            return method(*args, **kwargs)

        return call

    cursor = odoo.sql_db.Cursor
    cursor.execute, cursor.commit = counted(cursor.execute), counted(cursor.commit)
    return steps


def once(database):
    """What nobody disturbs, and how many steps each request takes."""
    reads, writes = os.pipe()

    def work():
        steps = {}
        post_all(database, steps)
        os.write(writes, json.dumps(steps).encode())

    pid = forks.fork(work)
    os.close(writes)
    with os.fdopen(reads) as pipe:
        each = pipe.read()
    codes = forks.wait([pid])
    return {"codes": codes, "each": json.loads(each or "{}")}


def kill(database):
    """Kill each request at steps of its work; then have it answered, and answered again."""
    each, told = json.loads(os.environ["CN285_API_STEPS"]), {}
    wanted, chance = os.environ["CN285_API_KILLS"], random.Random(285)
    for operation, path in Program(database).posts():
        most = max(1, each[operation])
        places = list(range(1, most + 1))
        if wanted != "all":
            # The last ones are those at which the work is done and not committed yet.
            chosen = chance.sample(places, min(most, int(wanted)))
            places = sorted(chosen)
        killed = sum(forks.kill_at(step, _post_one, database, operation, path) for step in places)
        told[operation] = {"killed": killed, "replayed": _answered_twice(database, operation, path)}
    return {"told": told}


def _post_one(database, operation, path):
    Program.post(_lean(database), operation, path)


def _lean(database):
    """A program that asks nothing but its request: every step of its process is the request's."""
    program = Program.__new__(Program)
    from odoo.http import root
    from werkzeug.test import Client

    program.client, program.names = Client(root, use_cookies=False), _names(database)
    return program


_kept = {}


def _names(database):
    """Read by the process that forks, once."""
    return _kept[database]


def _answered_twice(database, operation, path):
    """Whether a request that is sent twice is answered twice the same."""
    reads, writes = os.pipe()

    def work():
        program = _lean(database)
        first, second = program.post(operation, path), program.post(operation, path)
        same = first.status_code == second.status_code and _shown(first) == _shown(second)
        replayed = second.headers.get("Idempotent-Replayed") == "true"
        os.write(writes, b"1" if same and replayed else b"0")

    pid = forks.fork(work)
    os.close(writes)
    with os.fdopen(reads) as pipe:
        answer = pipe.read()
    assert forks.wait([pid]) == [0], operation
    return answer == "1"


def _shown(answer):
    """What is answered; a secret is told once only."""
    return {name: value for name, value in answer.json.items() if name != "secret"}


def result(env):
    """How many rows there are of each kind."""
    env.cr.execute(
        "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND (c.relname LIKE 'cn285%%' "
        "OR c.relname = ANY(%s)) ORDER BY 1",
        (list(TABLES),),
    )
    counts = {}
    for (table,) in env.cr.fetchall():
        env.cr.execute(f'SELECT count(*) FROM "{table}"')
        counts[table] = env.cr.fetchone()[0]
    idempotency = env["cn285.api.idempotency"]
    return {
        "counts": counts,
        "posts": [operation for operation, _path in Program(env.cr.dbname).posts()],
        "answers": idempotency.search_count([("status", "!=", False)]),
        "claims": idempotency.search_count([]),
    }


def _kill(database):
    _kept[database] = Program(database).names
    return kill(database)


COMMANDS = {
    "seed": forks.seed(seed),
    "once": once,
    "twice": lambda database: at_once((post_all, database), (post_all, database)),
    "kill": _kill,
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
