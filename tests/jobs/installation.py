"""A dashboard on data of its own, whose real workers can be killed.

Run as a module it is the helper that works on that installation's database: a JSON list a line,
the name of a function below and its arguments.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.migrated import prepare

if TYPE_CHECKING:
    from datasources.models import Upload

ROOT = Path(__file__).parents[2]


class Installation:
    """A database, files, and any number of `manage.py worker` processes."""

    def __init__(self, data_dir: Path, **env: str) -> None:
        self.data_dir = data_dir
        self.env = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "DATA_DIR": str(data_dir),
            "DJANGO_SETTINGS_MODULE": "dashboard.settings",
            "LEASE_SECONDS": "1.5",
            "LOST_ANSWER_SECONDS": "2",
            "SEND_RETRY_SECONDS": "0.5,1,1,1",
            **env,
        }
        self.workers: list[subprocess.Popen[bytes]] = []
        prepare(data_dir)
        self.helper = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.installation"],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, name: str, *arguments: object) -> Any:
        assert self.helper.stdin is not None
        assert self.helper.stdout is not None
        self.helper.stdin.write(json.dumps([name, *arguments]) + "\n")
        self.helper.stdin.flush()
        return json.loads(self.helper.stdout.readline())

    def start_worker(self) -> subprocess.Popen[bytes]:
        with (self.data_dir / f"worker-{len(self.workers)}.log").open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, "manage.py", "worker"],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """As by kill -9: nothing is finished, nothing is let go."""
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in self.data_dir.glob("worker-*.log"))

    def stop(self) -> list[int]:
        """Stops the workers as a supervisor does; gives the exit codes of those that still ran."""
        running = [worker for worker in self.workers if worker.poll() is None]
        for worker in running:
            worker.terminate()
        codes = [worker.wait(timeout=40) for worker in running]
        self.helper.communicate()
        return codes


def set_up(base_url: str, master_key: str, query_key: str) -> None:
    from dashboard.people.models import Role, Team
    from tests.jobs.fixtures import make_bench
    from tests.people_fixtures import add_member

    team = Team.objects.create(name="Cartography", slug="cartography")
    people = {"publisher": add_member(team, "paula", Role.PUBLISHER)}
    make_bench(people, base_url, master_key, query_key, "enterprise")


def upload(name: str, text: str, operation: str = "complete") -> str:
    from datasources import jobs

    made = _upload(name, text, operation)
    jobs.start_check(made)
    return str(made.pk)


def upload_of_a_pipe(name: str) -> tuple[str, str]:
    """An upload whose kept file is a named pipe: reading it waits for somebody to write to it."""
    from django.core.files.storage import default_storage

    from datasources import jobs

    made = _upload(name, name, "complete")
    assert made.file is not None
    path = default_storage.path(made.file.path)
    Path(path).unlink()
    os.mkfifo(path)
    jobs.start_check(made)
    return str(made.pk), path


def _upload(name: str, text: str, operation: str) -> Upload:
    from dashboard.people.models import User
    from datasources import jobs
    from datasources.models import Account, Upload

    account = Account.objects.get()
    return Upload.objects.create(
        account=account,
        user=User.objects.get(),
        file=jobs.keep_file(account, io.BytesIO(text.encode())),
        file_name=f"{name}.txt",
        format="pipe",
        data_source_name=name,
        operation=operation,
    )


def upload_state(upload_id: str) -> str:
    from datasources.models import Upload

    return Upload.objects.get(pk=upload_id).state


def load(upload_id: str) -> str:
    from dashboard.people.models import User
    from datasources import jobs
    from datasources.models import Key, Upload

    key = Key.objects.get(name="master")
    return str(jobs.start_load(User.objects.get(), Upload.objects.get(pk=upload_id), key).pk)


def publish(name: str) -> str:
    from dashboard.people.models import User
    from datasources import jobs
    from datasources.models import DataSource, Key

    key = Key.objects.get(name="master")
    source = DataSource.objects.get(name=name)
    return str(jobs.start_publish(User.objects.get(), source, key).pk)


def job(job_id: str) -> dict[str, Any]:
    from datasources.models import Job

    found = Job.objects.get(pk=job_id)
    return {
        "state": found.state,
        "words": found.error_words,
        "remote_id": found.remote_id,
        "tries": found.tries,
        "steps": list(found.steps.values_list("name", flat=True)),
        "seconds": (found.ended_at - found.created_at).total_seconds() if found.ended_at else None,
    }


def made_elsewhere() -> int:
    from datasources.models import Job

    return Job.objects.filter(made_here=False).count()


def _serve() -> None:
    import django

    django.setup()
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(globals()[name](*arguments)), flush=True)


if __name__ == "__main__":
    _serve()
