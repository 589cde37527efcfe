from . import device_action
