from . import bi_replica, bi_replica_watch, res_config_settings
