from django.apps import AppConfig
from django.conf import settings


class DashboardConfig(AppConfig):
    name = "dashboard"

    def ready(self) -> None:
        from dashboard import safety  # noqa: F401  registers the checks
        from dashboard.translation.compiled import compile_all

        compile_all(settings.BASE_DIR, settings.LOCALE_PATHS[0])
