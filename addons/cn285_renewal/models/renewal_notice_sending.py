import psycopg2
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import STATE_DOOR, in_users_language
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.misc import clean_context

from .channels import CHANNELS, LAST_RESORT, NoticeChannel
from .renewal_notice import OPEN_NOTICES


class RenewalNotice(models.Model):
    """How notices leave, by their channels; and how it is known whether they arrived."""

    _inherit = "cn285.renewal.notice"

    by_hand = fields.Boolean(
        string="Sent by Hand",
        compute="_compute_by_hand",
        search="_search_by_hand",
        help="Somebody has to send it: its channel is none by which notices leave by themselves.",
    )

    @api.depends("channel")
    def _compute_by_hand(self):
        for notice in self:
            channel = self._channels().get(notice.channel)
            notice.by_hand = bool(channel) and not channel.automatic

    @api.model
    def _search_by_hand(self, operator, value):
        if operator != "in":
            return NotImplemented
        manual = [name for name, channel in self._channels().items() if not channel.automatic]
        wanted = fields.Domain("channel", "in", manual) if True in value else fields.Domain.FALSE
        return wanted | (
            fields.Domain("channel", "not in", manual) if False in value else fields.Domain.FALSE
        )

    def action_send(self):
        """Send these notices now: e-mails leave, letters are made and opened to be printed.

        Also possible too early or too late: the status then says so.
        """
        self.check_access("write")
        for notice in self.filtered(lambda notice: notice.state == "cancelled"):
            raise UserError(self.env._("%s is not needed any more.", notice.display_name))
        for notice in self:
            channel = notice._channel()
            obstacle = channel.obstacle(notice) or channel.sender_obstacle(notice.company_id)
            if obstacle:
                raise UserError(obstacle)
        actions = [notices._channel().send(notices) for notices in self._by_channel()]
        return next(filter(None, actions), True)

    def action_print_letters(self):
        """Make the letters of these notices, note them as sent today, and open them in one file."""
        self.check_access("write")
        return self._channels()[LAST_RESORT].send(self)

    # === CHANNELS === #

    @api.model
    def _channels(self) -> dict[str, NoticeChannel]:
        """All channels, by name, in the order in which they are offered.

        Another addon adds its own: ``return super()._channels() | {"x": X()}``.
        """
        return CHANNELS

    @api.model
    def _channel_selection(self):
        return [(name, self.env._(one.label)) for name, one in self._channels().items()]

    def _channel(self):
        """The channel of this notice, or of these, all of one."""
        return self._channels()[self[:1].channel]

    def _by_channel(self):
        """These notices, those of each channel together, in the order of the channels."""
        groups = self.grouped("channel")
        return [groups[name] for name in self._channels() if name in groups]

    def _keep_proof(self, vals_list):
        """Keep what a channel knows of sendings that it made, as it says it.

        :param vals_list: values of ``cn285.renewal.notice.sending``
        :returns: the sendings
        """
        sendings = self.env["cn285.renewal.notice.sending"]
        # Without the defaults of a caller; and the door is closed again behind them.
        context = {**clean_context(self.env.context), "cn285_state_door": STATE_DOOR}
        sendings = sendings.with_context(context)  # pylint: disable=context-overridden
        made = sendings.create(vals_list)
        return made.with_env(self.env)

    # === WHAT ARRIVED === #

    def _last_day_text(self):
        """The last day to refuse as the customer reads it."""
        self.ensure_one()
        return format_date(self.env, self.last_day_to_refuse, lang_code=self.partner_id.lang)

    def _message_receive_bounce(self, email, partner):
        """A notice came back: it does not count, and is to be repeated as a letter."""
        result = super()._message_receive_bounce(email, partner)
        for notice in self:
            sent = notice.sending_ids.filtered("message_id")[:1]
            if sent:
                sent._set_undelivered("bounced", self.env._("%s sent it back.", email or ""))
        return result

    # === LETTER === #

    def _localised(self):
        self.ensure_one()
        return self.with_context(lang=self.partner_id.lang or self.env.lang)

    def _letter(self):
        """What the letter says, in the language of the context."""
        self.ensure_one()
        letters = self.env["cn285.letter.template"]
        return letters._write_letter("renewal_notice", self, self.partner_id)

    # === IN BATCHES === #

    def _send_each(self):
        """Send notices of one channel; those that fail keep the reason, the others leave."""
        self = in_users_language(self)
        ready, channel = self.browse(), self._channel()
        for notice in self:
            obstacle = channel.obstacle(notice)
            missing = channel.sender_obstacle(notice.company_id)
            if obstacle:
                notice._write_inside({"problem": obstacle, "channel": LAST_RESORT})
            elif missing:
                # It leaves as soon as the company has an address; until then somebody is told.
                notice._write_inside({"problem": missing})
            else:
                ready |= notice
        if not ready or ready._try_send() is None:
            return
        for notice in ready:
            reason = notice._try_send()
            if reason:
                notice._write_inside({"problem": reason})

    def _try_send(self):
        """Send in a savepoint: what fails leaves nothing behind. Returns the reason, or None."""
        try:
            with self.env.cr.savepoint():
                self._channel().send(self)
        except UserError as error:
            return str(error.args[0]) if error.args else str(error)
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # a customer's odd data must stop that notice only
            return self.env._("Unexpected error: %s", error)
        return None


class RenewalNoticeSending(models.Model):
    _inherit = "cn285.renewal.notice.sending"

    def action_came_back(self):
        """Somebody notes that a letter came back: it does not count any more."""
        self.check_access("write")
        for sending in self.filtered(lambda sending: sending.delivery == "sent"):
            sending._set_undelivered(
                "bounced", self.env._("It came back, as %s noted.", self.env.user.name)
            )
        return True

    def _check_delivery(self):
        """Learn from the mail queue what became of e-mails on their way."""
        # sudo: the state of the queue, which is the administrator's; nothing of it is shown.
        mails = (
            self.env["mail.mail"]
            .sudo()
            .search([("mail_message_id", "in", self.mail_message_id.ids)])
        )
        by_message = {mail.mail_message_id.id: mail for mail in mails}
        sent, held = self.browse(), self.browse()
        for sending in self:
            mail = by_message.get(sending.mail_message_id.id, self.env["mail.mail"])
            if mail.cn285_held:
                held |= sending
            elif mail.state in ("exception", "cancel"):
                sending._set_undelivered("failed", mail.failure_reason or mail.state)
            elif not mail or mail.state in ("sent", "received"):
                sent |= sending
        by_day = sent.grouped(lambda sending: sending._day_it_left(by_message))
        for day, sendings in by_day.items():
            # The proof is of the day on which it left, however long the queue had stood still.
            sendings._write_inside({"delivery": "sent", "date": day})
        held._write_inside({"delivery": "held"})

    def _day_it_left(self, mails):
        """The day on which an e-mail left the queue, by the company's clock.

        :param mails: ``{id of its message: mail}``; of one that is not kept, its own day is known
        """
        self.ensure_one()
        mail, today = mails.get(self.mail_message_id.id), self.company_id._cn285_today()
        if not mail:
            return self.date
        clock = self.with_context(tz=self.company_id.cn285_tz or "UTC")
        left = fields.Datetime.context_timestamp(clock, mail.write_date).date()
        return max(self.date, min(left, today))

    def _set_undelivered(self, delivery, note):
        """Note that a notice did not arrive; while there is time, a letter is to be sent."""
        self.ensure_one()
        self._write_inside({"delivery": delivery, "delivery_note": note})
        notice = self.notice_id
        notice._write_inside({"problem": note, "channel": LAST_RESORT})
        if notice.state in OPEN_NOTICES:
            notice.contract_id._ask_responsible(
                notice,
                lambda one: one.env._("Send the renewal notice as a letter"),
                notice.date_latest,
            )


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _cn285_authorships(self):
        return [*super()._cn285_authorships(), ("cn285.renewal.notice.sending", "user_id")]
