from . import sign_page
