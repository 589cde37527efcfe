from contextlib import contextmanager

from odoo.addons.cn285_sign.tests.common import SignCase
from odoo.addons.cn285_sign_yousign.models.sign_provider_calls import BASE_ADDRESS
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import new_test_user
from odoo.tests.common import _super_send

from yousign_server import YousignServer

from ..engine.webhook import read_event
from ..transport import client

_servers = []


def shared_server():
    """One server for all tests of a process."""
    if not _servers:
        _servers.append(YousignServer(hang=0.8).start())
        client.Client.__init__.__defaults__ = (0.5,)
    return _servers[0]


class YousignCase(SignCase):
    """A company whose contracts are signed at Yousign, over real sockets: customer, then company.

    The database is marked as a test, so that the provider's calls go to the server of this process.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = shared_server()
        cls.env["res.company"]._cn285_mark_test_database()
        cls.env["ir.config_parameter"].set_param(BASE_ADDRESS, cls.server.url)
        cls.yousign = cls.env["cn285.sign.provider"].create(
            {
                "name": "Yousign",
                "code": "yousign",
                "company_id": cls.company.id,
                "yousign_api_key": cls.server.account.api_key,
                "yousign_webhook_secret": cls.server.account.webhook_secret,
            }
        )
        cls.boss = new_test_user(
            cls.env, "yousign_boss", "base.group_user", email="boss@cn285.example", name="Ann Boss"
        )
        cls.rule.write({"provider_id": cls.yousign.id, "countersigner_id": cls.boss.id})

    @classmethod
    def _request_handler(cls, session, request, /, **values):
        """Calls of the server wait as long as they say: Odoo's tests would wait ten seconds."""
        if request.url.startswith(cls.server.url):
            return _super_send(session, request, **values)
        return super()._request_handler(session, request, **values)

    def setUp(self):
        super().setUp()
        self.server.reset()

    @property
    def account(self):
        return self.server.account

    @contextmanager
    def _with_jobs(self, patience=0):
        """What is ordered meanwhile is done at the end, with what that orders.

        :param patience: how often a job that is to be tried again is, before the next
        """
        with trap_jobs() as trap:
            yield trap
            while trap.enqueued_jobs:
                jobs, trap.enqueued_jobs = trap.enqueued_jobs, []
                for job in jobs:
                    self._work(job, patience)

    def _work(self, job, patience):
        method = getattr(job.recordset.with_env(self.env), job.method_name)
        for left in range(patience, -1, -1):
            try:
                with self.env.cr.savepoint():
                    return method(*job.args, **job.kwargs)
            except RetryableJobError:
                if not left:
                    raise
        return None

    def _asked(self, target=None, patience=0):
        """A request that the seller sent, and that Yousign has written about."""
        with self._with_jobs(patience):
            request = self._sent(target or self._draft())
        return request

    def _there(self, request):
        """The one request at Yousign, as it is there."""
        found = [one for one in self.account.of(request.yousign_key) if one["status"] != "deleted"]
        self.assertEqual(len(found), 1, "one request at Yousign, never two")
        return found[0]

    def _sign_there(self, request, count=2):
        """So many sign, in order."""
        there = self._there(request)
        for signer in there["_signers"][:count]:
            if signer["status"] == "notified":
                self.account.sign(there, signer)

    def _take_in(self, order=None, times=1, patience=0):
        """Take in what the server tells, as its webhook does, and do the work."""
        waiting, self.server.hooks.waiting = self.server.hooks.waiting, []
        events = self.env["cn285.yousign.event"]
        with self._with_jobs(patience):
            for one in order(waiting) if order else waiting:
                for _time in range(times):
                    said = read_event(self.server.hooks.body(one))
                    events |= events._receive(self.yousign, said)
        return events

    def _done(self, what):
        """How often something was done at Yousign."""
        return [row[0] for row in self.account.ledger].count(what)
