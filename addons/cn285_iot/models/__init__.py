from . import (
    device_type,
    device,
    device_identifier,
    device_event,
    device_assignment,
    device_service,
    contract_item,
    changes,
    fleet,
    network,
    import_kinds,
    personal_data,
)
