from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..engine.headers import LATEST, VERSIONS
from ..engine.keys import SHOWN, digest, is_test, is_within, new_key, parse_networks

# For so long the old key is good beside the one that follows it.
OVERLAP_HOURS = 24
# All that a call has to know of its key, in one statement.
FIND = """
    SELECT k.id, k.user_id, k.company_id, k.api_version, k.networks, k.is_test,
           k.expires_at < now() AT TIME ZONE 'UTC',
           k.last_used IS NULL OR k.last_used < now() AT TIME ZONE 'UTC' - interval '1 hour',
           u.active AND NOT u.share AND EXISTS (
               SELECT FROM res_company_users_rel r
                WHERE r.user_id = k.user_id AND r.cid = k.company_id),
           ARRAY(SELECT s.code FROM cn285_api_key_scope_rel r
                   JOIN cn285_api_scope s ON s.id = r.scope_id WHERE r.key_id = k.id)
      FROM cn285_api_key k JOIN res_users u ON u.id = k.user_id
     WHERE k.digest = %s AND k.revoked_at IS NULL
"""
USED = """
    UPDATE cn285_api_key SET last_used = now() AT TIME ZONE 'UTC'
     WHERE id = (SELECT id FROM cn285_api_key WHERE id = %s FOR UPDATE SKIP LOCKED)
"""


class ApiKey(models.Model):
    """A key by which a program calls the API, as a user, for one company.

    The key itself is shown once, when it is made; what is kept is its digest.
    """

    _name = "cn285.api.key"
    _description = "API Key"
    _inherit = ["cn285.guarded"]
    _order = "id desc"
    _check_company_auto = True
    _fixed_after_draft = frozenset({"user_id", "company_id", "is_test"})

    name = fields.Char(required=True, help="Which program uses it.")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Acts As",
        required=True,
        ondelete="restrict",
        check_company=True,
        index=True,
        domain="[('share', '=', False)]",
        help="What this user may see and do, the key may: choose one made for the program.",
    )
    scope_ids = fields.Many2many(
        "cn285.api.scope",
        "cn285_api_key_scope_rel",
        "key_id",
        "scope_id",
        string="Scopes",
        help="What the key opens. The user's own rights bound it further.",
    )
    is_test = fields.Boolean(
        string="For Tests",
        help="Works only in databases that are marked as a test.",
    )
    expires_at = fields.Datetime(string="Expires", help="Left empty, it does not expire.")
    networks = fields.Text(
        help="From where it may be used: addresses or networks (10.0.0.0/8), one a line. Left "
        "empty, from everywhere.",
    )
    api_version = fields.Selection(
        selection="_version_selection",
        string="Version",
        required=True,
        default=LATEST,
        help="The version of the API that calls get which name none.",
    )
    prefix = fields.Char(string="Begins With", readonly=True, copy=False)
    digest = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    state = fields.Selection(
        [
            ("draft", "Not Made Yet"),
            ("active", "Active"),
            ("expired", "Expired"),
            ("revoked", "Revoked"),
        ],
        string="Status",
        compute="_compute_state",
    )
    made_at = fields.Datetime(string="Made", readonly=True, copy=False)
    revoked_at = fields.Datetime(string="Revoked", readonly=True, copy=False)
    last_used = fields.Datetime(readonly=True, copy=False, help="To the hour.")
    replaced_by_id = fields.Many2one("cn285.api.key", readonly=True, copy=False)

    _digest_uniq = models.UniqueIndex("(digest) WHERE digest IS NOT NULL")

    @api.model
    def _version_selection(self):
        return [(version, version) for version in VERSIONS]

    @api.depends("made_at", "revoked_at", "expires_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for key in self:
            if key.revoked_at:
                key.state = "revoked"
            elif not key.made_at:
                key.state = "draft"
            else:
                key.state = "expired" if key.expires_at and key.expires_at < now else "active"

    @api.constrains("networks")
    def _check_networks(self):
        for key in self:
            try:
                parse_networks(key.networks)
            except ValueError as error:
                raise ValidationError(
                    self.env._("Key “%(key)s”: %(reason)s", key=key.name, reason=error)
                ) from error

    @api.constrains("user_id")
    def _check_user(self):
        for key in self:
            if key.user_id.share:
                raise ValidationError(
                    self.env._("“%s” is no user of the company's staff.", key.user_id.name)
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unmade(self):
        for key in self:
            if key.made_at:
                raise UserError(
                    self.env._("Key “%s” was made: revoke it, it stays as history.", key.name)
                )

    # === MAKING AND ENDING === #

    def _make(self):
        """Make the key of this record; returns it. It is nowhere else, and never told again.

        :raises AccessError: for all but administrators
        :raises UserError: where it was made already, or is one for tests elsewhere
        """
        self.ensure_one()
        if not self.env.is_system():
            raise AccessError(self.env._("Only administrators make keys."))
        if self.made_at:
            raise UserError(self.env._("Key “%s” was made already.", self.name))
        if self.is_test and not self.env["res.company"]._cn285_is_test_database():
            raise UserError(
                self.env._("Keys for tests are made in databases that are marked as a test.")
            )
        key = new_key(self.is_test)
        # sudo: nobody reads or writes the digest; an administrator makes the key.
        self.sudo()._write_inside(
            {
                "digest": digest(key),
                "prefix": key[:SHOWN],
                "made_at": fields.Datetime.now(),
            }
        )
        return key

    def action_make(self):
        """Make the key, and show it once."""
        return self._shown(self._make())

    def action_rotate(self):
        """Make a key that follows this one, and show it; this one ends after a day."""
        self.ensure_one()
        if self.state != "active":
            raise UserError(self.env._("Key “%s” is not active.", self.name))
        follower = self.copy({"name": self.name})
        shown = follower.action_make()
        end = fields.Datetime.now() + timedelta(hours=OVERLAP_HOURS)
        self._write_inside(
            {
                "replaced_by_id": follower.id,
                "expires_at": min(self.expires_at, end) if self.expires_at else end,
            }
        )
        return shown

    def action_revoke(self):
        """End keys at once."""
        self.check_access("write")
        self._write_inside({"revoked_at": fields.Datetime.now()})
        return True

    def _shown(self, key):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Key of “%s”", self.name),
            "res_model": "cn285.api.key.shown",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_key": key},
        }

    # === CALLS === #

    @api.model
    def _find(self, key):
        """What a call has to know of its key, as a dict; None where it is not a good one.

        For the API, which asks as the superuser.
        """
        self.env.cr.execute(FIND, (digest(key),))
        row = self.env.cr.fetchone()
        if not row:
            return None
        (key_id, user, company, version, networks, test, expired, stale, allowed, scopes) = row
        in_test = not test or self.env["res.company"]._cn285_is_test_database()
        if expired or not allowed or not in_test or bool(test) != is_test(key):
            return None
        return {
            "id": key_id,
            "user_id": user,
            "company_id": company,
            "version": version,
            "networks": networks,
            "scopes": frozenset(scopes),
            "stale": stale,
        }

    @api.model
    def _is_from(self, networks, address):
        """Whether an address is one from which a key may be used."""
        return is_within(address, parse_networks(networks))

    @api.model
    def _note_use(self, key_id):
        """Note that a key was used, by a transaction of its own: a call that only reads may be
        answered by a replica, and nobody waits for it."""
        with self.env.registry.cursor() as cr:
            cr.execute(USED, (key_id,))


class ApiKeyShown(models.AbstractModel):
    """The dialog that shows a key once; it is in no table."""

    _name = "cn285.api.key.shown"
    _description = "Key that Was Made"

    id = fields.Id()
    key = fields.Char(readonly=True)
