from django.apps import AppConfig


class SdsServerConfig(AppConfig):
    name = "sds_server"
    label = "sds"
