"""What runs in the background: check, submit, follow, refresh, archive, retention.

Pages call the functions named here; how a job goes on from there is told in
`datasources.jobs.advance`.
"""

from datasources.jobs.compare import after_check, replaced_by, start_comparison
from datasources.jobs.difference import start_difference
from datasources.jobs.draft_merging import (
    change_draft_columns,
    fetch_for_merge,
    merge_draft,
    merge_targets,
    moved_to,
)
from datasources.jobs.draft_sending import start_sending as send_draft
from datasources.jobs.draft_sending import why_not as why_not_send_draft
from datasources.jobs.drafting import discard as discard_draft
from datasources.jobs.drafting import hand_over as hand_over_draft
from datasources.jobs.drafting import start_draft
from datasources.jobs.drafting import take_back as take_back_draft
from datasources.jobs.duties import ask_refresh, note_view
from datasources.jobs.geocoder import geocoder
from datasources.jobs.indexing import is_map_coming
from datasources.jobs.keep import keep_file
from datasources.jobs.keys import check_key, remove_key
from datasources.jobs.look import start_look, start_mapped
from datasources.jobs.lookups import go_on as go_on_with_lookup
from datasources.jobs.lookups import start_lookup
from datasources.jobs.lookups import stop as stop_lookup
from datasources.jobs.quota import Meter, Quota, quota
from datasources.jobs.refused import JobRefused
from datasources.jobs.start import (
    run_again,
    start_access,
    start_check,
    start_delete,
    start_discard,
    start_download,
    start_export,
    start_load,
    start_publish,
    start_rollback,
)
from datasources.jobs.written import kept_copy, output_of

__all__ = [
    "JobRefused",
    "Meter",
    "Quota",
    "after_check",
    "ask_refresh",
    "change_draft_columns",
    "check_key",
    "discard_draft",
    "fetch_for_merge",
    "geocoder",
    "go_on_with_lookup",
    "hand_over_draft",
    "is_map_coming",
    "keep_file",
    "kept_copy",
    "merge_draft",
    "merge_targets",
    "moved_to",
    "note_view",
    "output_of",
    "quota",
    "remove_key",
    "replaced_by",
    "run_again",
    "send_draft",
    "start_access",
    "start_check",
    "start_comparison",
    "start_delete",
    "start_difference",
    "start_discard",
    "start_download",
    "start_draft",
    "start_export",
    "start_load",
    "start_look",
    "start_lookup",
    "start_mapped",
    "start_publish",
    "start_rollback",
    "stop_lookup",
    "take_back_draft",
    "why_not_send_draft",
]
