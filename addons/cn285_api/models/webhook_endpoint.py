import logging
import random
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

from markupsafe import Markup
from odoo import SUPERUSER_ID, api, fields, models, tools
from odoo.addons.cn285_contract.models.bulk import commit_batch
from odoo.exceptions import UserError, ValidationError

from ..core.sending import Unsendable, send
from ..engine.addresses import BadAddress, check_url
from ..engine.retries import is_given_up, is_taken, wait_seconds
from ..engine.signing import new_secret

_logger = logging.getLogger(__name__)
# Messages that a job sends before it lets others have their turn.
AT_A_TIME = 200
# For so long too: a receiver that is slow holds a worker for minutes otherwise.
SECONDS_AT_A_TIME = 60
# For so long the old secret signs beside the new one.
OVERLAP_HOURS = 24
# The two numbers of a lock of PostgreSQL: this one, and the endpoint's.
LOCK = 285_017


class WebhookEndpoint(models.Model):
    """A program that is told of what happens: where, of what, and how it knows that it is us."""

    _name = "cn285.webhook.endpoint"
    _description = "Webhook Endpoint"
    _inherit = ["cn285.guarded"]
    _order = "id"
    _check_company_auto = True

    name = fields.Char(required=True)
    url = fields.Char(string="URL", required=True, help="Begins with https://.")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
        check_company=True,
        help="Gets a mail when it is switched off.",
    )
    type_ids = fields.Many2many(
        "cn285.webhook.type",
        "cn285_webhook_endpoint_type_rel",
        "endpoint_id",
        "type_id",
        string="Events",
        help="Of what it is told. Left empty: of everything.",
    )
    state = fields.Selection(
        [("enabled", "Enabled"), ("disabled", "Disabled")],
        string="Status",
        default="enabled",
        required=True,
        readonly=True,
    )
    secret = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    old_secret = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    old_secret_until = fields.Datetime(readonly=True, copy=False)
    failing_since = fields.Datetime(readonly=True, copy=False)
    disabled_reason = fields.Char(readonly=True, copy=False)
    delivery_ids = fields.One2many("cn285.webhook.delivery", "endpoint_id", readonly=True)
    waiting_count = fields.Integer(string="Waiting", compute="_compute_waiting_count")

    def _compute_waiting_count(self):
        counts = dict(
            self.env["cn285.webhook.delivery"]._read_group(
                [("endpoint_id", "in", self.ids), ("state", "=", "pending")],
                ["endpoint_id"],
                ["__count"],
            )
        )
        for endpoint in self:
            endpoint.waiting_count = counts.get(endpoint, 0)

    @api.constrains("url")
    def _check_url(self):
        private = self._may_be_private()
        for endpoint in self:
            try:
                check_url(endpoint.url or "", private)
            except BadAddress as error:
                raise ValidationError(
                    self.env._(
                        "Nothing is sent to %(url)s: %(reason)s.", url=endpoint.url, reason=error
                    )
                ) from error

    @api.model
    def _may_be_private(self):
        """Whether addresses of our own are allowed: for tests, where somebody says so."""
        # sudo: a technical parameter that says nothing of anybody.
        parameters = self.env["ir.config_parameter"].sudo()
        wanted = parameters.get_param("cn285_api.private_webhooks")
        return bool(wanted) and self.env["res.company"]._cn285_is_test_database()

    @api.model_create_multi
    def create(self, vals_list):
        endpoints = super().create(vals_list)
        for endpoint in endpoints.sudo():  # sudo: nobody writes a secret
            endpoint._write_inside({"secret": new_secret()})
        self.env.registry.clear_cache()
        return endpoints

    def write(self, vals):
        result = super().write(vals)
        if {"state", "company_id"} & vals.keys():
            self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_tells_others(self):
        self.env.registry.clear_cache()

    @api.model
    @tools.ormcache()
    def _companies_told(self):
        """Ids of the companies of which somebody is told; asking costs whoever changes nothing."""
        # sudo: whoever changes a contract need not see who is told of it. One that was switched
        # off because it failed is told once it is enabled again.
        wanted = ["|", ("state", "=", "enabled"), ("failing_since", "!=", False)]
        told = self.sudo()._read_group(wanted, ["company_id"])
        return frozenset(company.id for (company,) in told)

    # === ACTIONS === #

    def action_show_secret(self):
        """Show the secret in a dialog."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Secret of “%s”", self.name),
            "res_model": "cn285.api.key.shown",
            "views": [(self.env.ref("cn285_api.view_webhook_secret_form").id, "form")],
            "target": "new",
            "context": {"default_key": self._secret()},
        }

    def action_rotate_secret(self):
        """Make a new secret; the old one signs beside it for a day."""
        self._rotate_secret()
        return self.action_show_secret()

    def action_enable(self):
        """Send again, what waits too."""
        self.check_access("write")
        self._write_inside({"state": "enabled", "failing_since": False, "disabled_reason": False})
        self._order_sending()
        return True

    def action_disable(self):
        """Send nothing any more; what waits is kept, and what happens from now on is not."""
        self.check_access("write")
        reason = self.env._("By hand.")
        self._write_inside({"state": "disabled", "disabled_reason": reason, "failing_since": False})
        return True

    def action_view_deliveries(self):
        """Open what was sent to this endpoint."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_api.action_webhook_delivery")
        return {**action, "domain": [("endpoint_id", "=", self.id)], "context": {}}

    def _rotate_secret(self):
        self.ensure_one()
        self.check_access("write")
        until = fields.Datetime.now() + timedelta(hours=OVERLAP_HOURS)
        record = self.sudo()  # sudo: nobody writes a secret
        record._write_inside(
            {
                "old_secret": record.secret,
                "old_secret_until": until,
                "secret": new_secret(),
            }
        )

    def _secret(self):
        """The secret, for whoever may write the endpoint."""
        self.ensure_one()
        self.check_access("write")
        return self.sudo().secret  # sudo: nobody reads a secret but by this door

    def _secrets(self):
        """Those that sign: the old one too while it follows."""
        self.ensure_one()
        old = self.old_secret_until and self.old_secret_until > fields.Datetime.now()
        return [self.secret, self.old_secret] if old and self.old_secret else [self.secret]

    # === SENDING === #

    def _order_sending(self):
        """Have a job send what waits for these."""
        # As the superuser: whoever has caused an event need not see who is told of it.
        for endpoint in self.with_user(SUPERUSER_ID):
            endpoint.with_delay(
                channel="root.webhook",
                identity_key=f"cn285.webhook.endpoint-{endpoint.id}",
                description=self.env._("Webhooks to %s", endpoint.name),
            )._job_send()

    @api.model
    def _cron_send(self):
        """Order the sending of what is due, as after failures, or where a job was lost."""
        due = self.env["cn285.webhook.delivery"]._read_group(
            [
                ("state", "=", "pending"),
                ("next_try", "<=", fields.Datetime.now()),
                ("endpoint_id.state", "=", "enabled"),
            ],
            ["endpoint_id"],
        )
        for (endpoint,) in due:
            endpoint._order_sending()

    def _job_send(self):
        """Job: send what is due to an endpoint, one after the other, and note each."""
        self.ensure_one()
        if not self.exists():
            return self.env._("Nothing to do: it is gone.")
        count, end, more = 0, monotonic() + SECONDS_AT_A_TIME, False
        with self._alone() as alone:
            while alone and self.state == "enabled":
                more = count >= AT_A_TIME or monotonic() > end
                if more:
                    break
                delivery = self.env["cn285.webhook.delivery"]._next_of(self)
                if not delivery:
                    break
                self._send_one(delivery)
                commit_batch(self.env)
                count += 1
        if more:
            self._order_sending()
        return self.env._("%s messages", count)

    @contextmanager
    def _alone(self):
        """Whether no other process sends to this endpoint: they would overtake one another."""
        self.env.cr.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK, self.id))
        alone = self.env.cr.fetchone()[0]
        try:
            yield alone
        finally:
            if alone:
                self.env.cr.execute("SELECT pg_advisory_unlock(%s, %s)", (LOCK, self.id))

    def _send_one(self, delivery):
        """Send a message once, and note what came of it."""
        event = delivery.event_id
        try:
            status, text = send(
                self.url, self._secrets(), event.uuid, event._body(), self._may_be_private()
            )
        except Unsendable as error:
            status, text = None, str(error)
        now = fields.Datetime.now()
        if is_taken(status):
            delivery._note(state="sent", status=status, text=text, sent_at=now)
            if self.failing_since:
                self._write_inside({"failing_since": False})
            return
        wait = wait_seconds(delivery.failures + 1, random.random())
        delivery._note(
            state="pending" if wait else "failed",
            status=status or 0,
            text=text,
            failures=delivery.failures + 1,
            next_try=now + timedelta(seconds=wait or 0),
        )
        if not self.failing_since:
            self._write_inside({"failing_since": now})
        elif is_given_up(self.failing_since, now):
            self._switch_off(text)

    def _switch_off(self, reason):
        """Send nothing any more where nothing was taken for days; somebody is told by mail."""
        self._write_inside({"state": "disabled", "disabled_reason": reason})
        user = self.user_id
        words = self.with_context(lang=user.lang)
        self.env["mail.mail"].sudo().create(
            {
                "subject": words.env._("Webhooks to %s were switched off", self.name),
                # Escaped: what a receiver answers is no part of our mail.
                "body_html": Markup("<p>%s</p>")
                % words.env._(
                    "Nothing was taken at %(url)s for five days; the last answer: %(reason)s. What "
                    "happens is kept: enable the endpoint to send it.",
                    url=self.url,
                    reason=reason,
                ),
                "email_to": user.email_formatted,
                "email_from": self.company_id.email_formatted or user.email_formatted,
                "auto_delete": True,
            }
        )

    def _replay(self, since):
        """Send what happened since a time once more, in its order.

        :returns: how many messages
        :raises UserError: where the endpoint is disabled
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "enabled":
            raise UserError(self.env._("Endpoint “%s” is disabled.", self.name))
        deliveries = self.delivery_ids.filtered(lambda one: one.occurred_at >= since)
        deliveries._replay()
        return len(deliveries)
