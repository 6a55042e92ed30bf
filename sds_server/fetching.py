"""The first step of a load whose data lie elsewhere: they are brought here, as if they had been sent."""

from __future__ import annotations

from django.conf import settings

from sds_server import files, outgoing
from sds_server.jobs import Hold, JobFault
from sds_server.models import DataflowJob


def bring_data(job: DataflowJob, hold: Hold, most: int | None) -> None:
    """Fetch what `dataLocation` named into the job's body; nothing to do where it is here.

    most: the plan's limit in bytes. The location is forgotten as soon as it has served or failed.
    Raises JobFault.
    """
    sealed = job.params.get("location")
    if not sealed:
        return
    limit = min(most or settings.UPLOAD_LIMIT_BYTES, settings.UPLOAD_LIMIT_BYTES)
    try:
        with files.written_aside(files.body_name(job.job_id)) as body:
            outgoing.fetch(outgoing.unseal(sealed), body.file, limit=limit, going_on=hold.check)
    except outgoing.OutgoingFault as fault:
        _forget_location(job)
        raise JobFault(f"dataLocation: {fault}") from None
    _forget_location(job, sha256=body.kept.sha256)


def _forget_location(job: DataflowJob, **known: str) -> None:
    kept = {name: value for name, value in job.params.items() if name != "location"}
    job.params = kept | known
    DataflowJob.objects.filter(pk=job.pk).update(params=job.params)
