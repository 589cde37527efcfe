from . import (
    test_import_means,
    test_mail_headers,
    test_means,
    test_means_link,
    test_personal_data_of_means,
    test_provider_state,
)
