from . import test_import, test_import_columns, test_import_load, test_import_wizard
