from django.apps import AppConfig


class SdsServerConfig(AppConfig):
    name = "sds_server"
    label = "sds"

    def ready(self) -> None:
        from sds_server.places import checks  # noqa: F401  registers the checks
