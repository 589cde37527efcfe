from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestMenus(TransactionCase):
    """Whoever has one thing to do in the configuration sees that, and nothing else there."""

    def _configuration(self, group):
        user = new_test_user(
            self.env, group.split("_")[-1], f"cn285_contract.group_contract_user_own,{group}"
        )
        menus = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
        below = self.env.ref("cn285_contract.menu_configuration").child_id
        return below.filtered(lambda menu: menu.id in menus)

    def test_who_writes_smartcodes(self):
        seen = self._configuration("cn285_usage.group_smartcode_author")
        self.assertEqual(seen, self.env.ref("cn285_usage.menu_smartcode"))

    def test_who_imports_files(self):
        seen = self._configuration("cn285_import.group_import_user")
        menus = ("menu_import", "menu_import_load")
        self.assertEqual(seen, self.env["ir.ui.menu"].union(
            *(self.env.ref(f"cn285_contract.{menu}") for menu in menus)
        ))  # fmt: skip
