from . import portal, sign_page
