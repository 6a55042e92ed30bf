from django.apps import AppConfig


class SdsServerConfig(AppConfig):
    name = "sds_server"
    label = "sds"

    def ready(self) -> None:
        # Both register system checks.
        from sds_server.places import checks  # noqa: F401
        from sds_server.store import checks as store_checks  # noqa: F401
