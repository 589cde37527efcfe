from . import test_sign_page, test_signing, test_signing_access
