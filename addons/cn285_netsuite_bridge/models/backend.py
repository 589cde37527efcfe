import os
from datetime import timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.addons.cn285_bridge.engine.errors import Meaning
from odoo.exceptions import UserError, ValidationError
from odoo.tools import config

from ..engine import limits
from ..engine.account import account_id, base_url, checked_version
from ..engine.document import CustomFields
from ..engine.signature import Credentials
from ..transport.soap import SoapTransport
from ..transport.soap_client import SoapSettings

SECRETS = ("consumer_key", "consumer_secret", "token", "token_secret")


class BridgeBackend(models.Model):
    """A NetSuite account: how it is reached, and what the company wants from it."""

    _inherit = "cn285.bridge.backend"

    system = fields.Selection(
        selection_add=[("netsuite", "NetSuite")],
        default="netsuite",
        ondelete={"netsuite": "cascade"},
    )
    netsuite_account = fields.Char(
        string="Account ID",
        help="As NetSuite shows it under Setup > Company > Company Information, such as 1234567 or"
        " 1234567_SB1 for a sandbox.",
    )
    netsuite_version = fields.Char(
        string="SuiteTalk Version",
        default="2025_2",
        help="The release of the WSDL, such as 2025_2.",
    )
    netsuite_url = fields.Char(
        string="Server",
        groups="base.group_system",
        help="Empty: the account's own address. Another one to try the bridge against a server of"
        " your own.",
    )
    netsuite_consumer_key = fields.Char(
        string="Consumer Key", groups="base.group_system", copy=False
    )
    netsuite_consumer_secret = fields.Char(
        string="Consumer Secret", groups="base.group_system", copy=False
    )
    netsuite_token = fields.Char(string="Token ID", groups="base.group_system", copy=False)
    netsuite_token_secret = fields.Char(
        string="Token Secret", groups="base.group_system", copy=False
    )
    netsuite_timeout = fields.Integer(string="Time-out (seconds)", default=300, required=True)
    netsuite_page_size = fields.Integer(string="Page Size", default=1000, required=True)
    netsuite_send_numbers = fields.Boolean(
        string="Use Our Invoice Numbers",
        default=True,
        help="NetSuite has to allow it: Setup > Company > Auto-Generated Numbers, Allow Override.",
    )
    netsuite_default_item = fields.Char(
        string="Item for Other Lines",
        help="Internal id of the item for invoice lines whose product is not linked to an item.",
    )
    netsuite_price_level = fields.Char(
        string="Base Price Level",
        default="1",
        help="Internal id of the price level that is a product's sales price.",
    )
    netsuite_pdf_field = fields.Char(
        string="PDF Field",
        help="Script id of a transaction body field for the link to the invoice's PDF, such as"
        " custbody_invoice_pdf. Empty: the link stands in the memo.",
    )
    netsuite_start_field = fields.Char(
        string="Service Start Field",
        help="Script id of a transaction column field for the first day of a line's period.",
    )
    netsuite_end_field = fields.Char(
        string="Service End Field",
        help="Script id of a transaction column field for the last day of a line's period.",
    )
    netsuite_clearing_journal_id = fields.Many2one(
        "account.journal",
        string="Clearing Journal",
        check_company=True,
        domain="[('type', '=', 'general'), ('company_id', '=', company_id)]",
        help="Where invoices that NetSuite says are paid are closed.",
    )
    netsuite_clearing_account_id = fields.Many2one(
        "account.account",
        string="Clearing Account",
        check_company=True,
        help="The counterpart of those entries: what NetSuite collected.",
    )
    netsuite_journal_ids = fields.Many2many(
        "account.journal",
        "cn285_netsuite_backend_journal_rel",
        "backend_id",
        "journal_id",
        string="Journals to Send",
        check_company=True,
        help="Entries of these journals go as journal entries. A sales journal among them: its"
        " invoices go as journal entries too, instead of as invoices.",
    )

    _netsuite_positive = models.Constraint(
        "CHECK(netsuite_timeout BETWEEN 1 AND 3600 AND netsuite_page_size BETWEEN 5 AND 1000)",
        "The time-out is at most an hour, a page has 5 to 1,000 records.",
    )

    # ------------------------------------------------------------------ checks

    @api.constrains("netsuite_account", "netsuite_version", "system")
    def _check_netsuite(self):
        for backend in self.filtered(lambda found: found.system == "netsuite"):
            try:
                account_id(backend.netsuite_account)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "%(id)s is no NetSuite account id. It looks like 1234567, or 1234567_SB1"
                        " for a sandbox.",
                        id=backend.netsuite_account or self.env._("(empty)"),
                    )
                ) from error
            try:
                checked_version(backend.netsuite_version)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "%(version)s is no SuiteTalk version. It looks like 2025_2.",
                        version=backend.netsuite_version or self.env._("(empty)"),
                    )
                ) from error

    def _netsuite_secrets(self):
        """The credentials: from the record, else from the environment.

        `CN285_NETSUITE_<account>_TOKEN` goes before `CN285_NETSUITE_TOKEN`, and so on.

        :raise UserError: naming what is missing
        """
        self.ensure_one()
        account = account_id(self.netsuite_account)
        # sudo: secrets are read by the transport only and never leave it.
        record = self.sudo()
        found, missing = {}, []
        for name in SECRETS:
            upper = name.upper()
            found[name] = (
                record[f"netsuite_{name}"]
                or os.environ.get(f"CN285_NETSUITE_{account}_{upper}")
                or os.environ.get(f"CN285_NETSUITE_{upper}")
            )
            if not found[name]:
                missing.append(record._fields[f"netsuite_{name}"]._description_string(self.env))
        if missing:
            raise UserError(
                self.env._(
                    "Credentials of %(name)s are missing: %(missing)s. An administrator enters them"
                    " in the bridge, or they come from the environment.",
                    name=self.name,
                    missing=", ".join(missing),
                )
            )
        return Credentials(account=account, **found)

    # ------------------------------------------------------------------ connection

    def _netsuite_transport(self):
        """The connection to this account; each call is written to the log.

        :raise UserError: when settings are missing
        """
        self.ensure_one()
        settings = SoapSettings(
            # sudo: where the account is, is for administrators to change, for the bridge to use.
            base_url=self.sudo().netsuite_url or base_url(self.netsuite_account),
            version=self.netsuite_version,
            credentials=self._netsuite_secrets(),
            zone=ZoneInfo(self.company_id.cn285_tz or "UTC"),
            timeout=self.netsuite_timeout,
            page_size=self.netsuite_page_size or limits.PAGE_SIZE,
            cache=_cache_file(),
        )
        return SoapTransport(settings, self._netsuite_log)

    def _netsuite_log(self, call):
        self.env["cn285.bridge.exchange"]._write_down(
            self,
            {
                "operation": call.operation,
                "record_count": call.records,
                "milliseconds": call.milliseconds,
                "outcome": call.outcome,
                "code": call.code,
                "message": call.message,
                "request": call.request,
                "answer": call.answer,
            },
        )

    def _netsuite_custom_fields(self):
        return CustomFields(
            pdf=self.netsuite_pdf_field or "",
            line_start=self.netsuite_start_field or "",
            line_end=self.netsuite_end_field or "",
        )

    def _check_connection(self):
        super()._check_connection()
        if self.system != "netsuite":
            return
        self._netsuite_check_settings()
        now = self._netsuite_transport().check()
        moment = now.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
        for kind in self.kind_ids.filtered(lambda kind: not kind.read_until):
            if kind.direction == "out":
                kind.read_until = moment  # what happened to invoices of others is not ours
            if not kind.deleted_until:
                kind.deleted_until = moment

    def _netsuite_check_settings(self):
        """Refuse to start without what no exchange can do without."""
        sending = self.kind_ids.filtered(lambda kind: kind._sends())
        book = self.env["cn285.bridge.map"]._book(self)
        if sending:
            book.there("company", self.company_id)
            book.there("currency", self.company_id.currency_id)
        pays = sending.filtered(lambda kind: kind._adapter()._bridge_reads_back)
        if pays and not (self.netsuite_clearing_journal_id and self.netsuite_clearing_account_id):
            raise UserError(
                self.env._(
                    "Choose the clearing journal and the clearing account: there invoices are"
                    " closed that NetSuite says are paid."
                )
            )

    def _call_failed_message(self, error):
        if self.system == "netsuite" and error.meaning is Meaning.STOP:
            if error.code.startswith("INVALID_LOGIN") or error.code == "WS_LOG_IN_REQD":
                return self.env._(
                    "NetSuite refused the credentials of %(name)s (%(code)s). Look at Setup >"
                    " Users/Roles > View Login Audit Trail there, enter a valid token here, then"
                    " start the bridge again. Nothing is lost: what has to go waits.",
                    name=self.name,
                    code=error.code,
                )
            if error.code.isdigit():
                return self.env._(
                    "%(name)s: the address gives no answer of NetSuite's (%(message)s). Check the"
                    " account id and the SuiteTalk version.",
                    name=self.name,
                    message=str(error),
                )
            return self.env._(
                "The role of the token of %(name)s may not do this (%(code)s: %(message)s). Give it"
                " the permission in NetSuite, then start the bridge again.",
                name=self.name,
                code=error.code,
                message=str(error),
            )
        return super()._call_failed_message(error)


def _cache_file():
    folder = Path(config["data_dir"]) / "cn285_netsuite"
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder / "wsdl.sqlite")
