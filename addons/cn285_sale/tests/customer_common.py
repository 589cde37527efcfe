import re
from datetime import date

from odoo import http
from odoo.addons.cn285_contract.models.clock import imagining
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

# The day of these tests: the 16th of a month of 31 days, 16 of which are left.
TODAY = date(2026, 3, 16)
# Seconds that a page may take on a busy machine.
PATIENCE = 120


class CustomerCase(ContractCase, HttpCase):
    """A customer with two people in the portal, a stranger, and a contract that may be changed.

    API access, 31.00 a calendar month in advance, two units; 20 % VAT; from 1 January 2026. Billed
    up to the end of March.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        companies = type(cls.env["res.company"])
        cls.classPatch(companies, "_cn285_today", lambda self: imagining() or TODAY)
        cls.customer.is_company = True
        cls.premium = cls._create_product("Premium access", 62.0)
        cls.basic = cls._create_product("Basic access", 15.5)
        cls.backup = cls._create_product("Backup", 10.0)
        cls.env["cn285.tier.path"].create(
            [
                {
                    "product_from_id": cls.subscription.id,
                    "product_to_id": product.id,
                    "kind": kind,
                }
                for product, kind in ((cls.premium, "upsell"), (cls.basic, "downsell"))
            ]
        )
        cls.options = cls.env["cn285.contract.template"].create(
            {
                "name": "Options",
                "item_ids": [
                    Command.create(
                        {
                            "product_id": cls.backup.id,
                            "price_source": "manual",
                            "price_unit": 31.0,
                            "alignment": "calendar",
                        }
                    )
                ],
            }
        )
        cls.template = cls.env["cn285.contract.template"].create(
            {
                "name": "Access",
                "pause_max_length": 60,
                "item_ids": [
                    Command.create(
                        {
                            "product_id": cls.subscription.id,
                            "quantity": 2.0,
                            "price_source": "manual",
                            "price_unit": 31.0,
                            "alignment": "calendar",
                        }
                    )
                ],
            }
        )
        cls.users = {
            login: new_test_user(
                cls.env,
                login,
                "base.group_portal",
                password=login,
                name=name,
                email=f"{login}@martin.example",
            )
            for login, name in (("hand_buyer", "Benoît Martin"), ("hand_viewer", "Vera Martin"))
        }
        for user in cls.users.values():
            user.partner_id.parent_id = cls.customer
        cls.buyer, cls.viewer = cls.users.values()
        cls.viewer.partner_id.cn285_portal_role = "view"
        cls.stranger = new_test_user(
            cls.env, "hand_stranger", "base.group_portal", password="hand_stranger"
        )

    @classmethod
    def _allow(cls, *rows):
        """What the template allows: rows, or names of kinds."""
        cls.template.permission_ids = [
            Command.clear(),
            *(Command.create({"kind": row} if isinstance(row, str) else row) for row in rows),
        ]

    @classmethod
    def _contract(cls, billed=True, **values):
        """A running contract of the template, billed up to the end of March."""
        contract = cls.env["cn285.contract"].create(
            {
                "partner_id": cls.customer.id,
                "template_id": cls.template.id,
                "date_start": date(2026, 1, 1),
                **values,
            }
        )
        contract.action_confirm()
        if billed:
            cls._bill(date(2026, 3, 1))
        return contract

    # === PAGES === #

    def _be(self, login):
        """Log in, unless it is who is logged in."""
        if getattr(self, "_who", None) != login:
            self.authenticate(login, login)
            self._who = login

    def _get(self, contract, path="", login="hand_buyer"):
        self._be(login)
        return self.url_open(f"/my/contracts/{contract.id}/change{path}", timeout=PATIENCE)

    def _post(self, contract, kind, login="hand_buyer", csrf=True, **values):
        """Send a form of a kind; whatever stands in it."""
        self._be(login)
        if csrf:
            values["csrf_token"] = self.csrf_token()
        page = f"/my/contracts/{contract.id}/change/{kind}"
        return self.url_open(page, data=values, timeout=PATIENCE)

    def csrf_token(self):
        return http.Request.csrf_token(self)

    def _preview(self, contract, kind, **values):
        return self._post(contract, kind, step="preview", **values).text

    def _confirm(self, contract, kind, page, **values):
        """Agree to what a page of preview says."""
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
        hidden |= {"step": "confirm"}
        shown = re.search(r'name="shown" value="([^"]*)"', page)
        key = re.search(r'name="key" value="([^"]*)"', page)
        hidden |= {"shown": shown.group(1), "key": key.group(1), **values}
        hidden.pop("csrf_token", None)
        return self._post(contract, kind, **hidden)

    def _said(self, page, name):
        """What a page says in the element of that id, without tags."""
        found = re.search(rf'id="{name}"[^>]*>(.*?)</(?:dd|div|strong|p)>', page, re.DOTALL)
        self.assertTrue(found, name)
        text = re.sub(r"<[^>]+>", "", found.group(1))
        return " ".join(text.replace("\xa0", " ").replace("\ufeff", "").split())

    def assertRefused(self, page, words, contract):
        """The page says why, and nothing was written."""
        self.assertIn(words, self._said(page, "change_error"))
        self.assertFalse(contract.change_ids)
