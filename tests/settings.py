"""The site's settings, on a data folder of the test run's own."""

import os
import tempfile

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="cairn-tests-"))
# Playwright keeps an event loop in the process that the other tests share; nothing runs in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from dashboard.settings import *  # noqa: F403  settings are read once DATA_DIR is set

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
