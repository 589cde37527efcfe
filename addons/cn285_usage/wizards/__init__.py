from . import smartcode_replay, usage_import
