"""The pages about data sources. Who may come in stands beside each address."""

from __future__ import annotations

from django.urls import path

from dashboard.people.access import signed_in, site_admin_only
from dashboard.people.models import Role
from datasources.views import (
    accounts,
    actions,
    base_map,
    catalogue,
    compare,
    directory,
    download,
    explore,
    job,
    jobs,
    keys,
    map_data,
    map_page,
    mapping,
    notices,
    palette,
    query,
    report,
    resumable,
    review,
    source,
    upload,
)
from datasources.views.access import for_account
from datasources.views.drafts import acts as draft_acts
from datasources.views.drafts import grid as draft_grid
from datasources.views.drafts import locating as draft_locating
from datasources.views.drafts import lookups as draft_lookups
from datasources.views.drafts import merging as draft_merging
from datasources.views.drafts import pages as draft_pages
from datasources.views.drafts import properties as draft_properties
from datasources.views.drafts import sending as draft_sending

ACCOUNT = "accounts/<int:account_id>"
SOURCE = f"{ACCOUNT}/sources/<int:source_id>"
VERSION = f"{SOURCE}/versions/<int:version_id>"
JOB = f"{ACCOUNT}/jobs/<uuid:job_id>"
COMPARISON = f"{ACCOUNT}/comparisons/<int:comparison_id>"
KEY = f"{ACCOUNT}/keys/<int:key_id>"
DRAFT = f"{ACCOUNT}/drafts/<uuid:draft_id>"

urlpatterns = [
    path("", signed_in(catalogue.home), name="home"),
    path("notices/", signed_in(notices.listed), name="notice_list"),
    path("notices/read/", signed_in(notices.read), name="notices_read"),
    path("go/", signed_in(palette.palette), name="palette"),
    path(f"{ACCOUNT}/", for_account(Role.VIEWER, catalogue.catalogue), name="catalogue"),
    path(f"{ACCOUNT}/found/", for_account(Role.VIEWER, catalogue.found), name="found"),
    path(f"{ACCOUNT}/refresh/", for_account(Role.VIEWER, catalogue.refresh), name="refresh"),
    path(f"{ACCOUNT}/as-of/", for_account(Role.VIEWER, catalogue.as_of), name="as_of"),
    path(f"{ACCOUNT}/notices/", for_account(Role.VIEWER, notices.notices), name="notices"),
    path(f"{ACCOUNT}/directory/", for_account(Role.VIEWER, directory.directory), name="directory"),
    path(f"{SOURCE}/", for_account(Role.VIEWER, source.source), name="source"),
    path(f"{SOURCE}/live/", for_account(Role.VIEWER, source.live), name="source_live"),
    path(f"{SOURCE}/running/", for_account(Role.VIEWER, source.running), name="source_running"),
    path(f"{SOURCE}/query/", for_account(Role.VIEWER, query.query), name="source_query"),
    path(f"{SOURCE}/publish/", for_account(Role.PUBLISHER, actions.publish), name="source_publish"),
    path(f"{SOURCE}/discard/", for_account(Role.PUBLISHER, actions.discard), name="source_discard"),
    path(f"{SOURCE}/access/", for_account(Role.PUBLISHER, actions.access), name="source_access"),
    path(f"{SOURCE}/delete/", for_account(Role.PUBLISHER, actions.delete), name="source_delete"),
    path(
        f"{SOURCE}/versions/<int:version_id>/rollback/",
        for_account(Role.PUBLISHER, actions.rollback),
        name="source_rollback",
    ),
    path(
        f"{SOURCE}/versions/<int:version_id>/download/",
        for_account(Role.VIEWER, download.download),
        name="source_download",
    ),
    # The map
    path(f"{SOURCE}/map/", for_account(Role.VIEWER, map_page.source_map), name="source_map"),
    path(
        f"{SOURCE}/map/panel/",
        for_account(Role.VIEWER, map_page.source_map_panel),
        name="source_map_panel",
    ),
    path(f"{VERSION}/map.json", for_account(Role.VIEWER, map_data.version_map), name="version_map"),
    path(
        f"{VERSION}/tiles/<int:z>/<int:x>/<int:y>.mvt",
        for_account(Role.VIEWER, map_data.version_tile),
        name="version_tile",
    ),
    path(
        f"{VERSION}/classes.json",
        for_account(Role.VIEWER, map_data.version_classes),
        name="version_classes",
    ),
    path(
        f"{VERSION}/entities/",
        for_account(Role.VIEWER, map_data.version_entities),
        name="version_entities",
    ),
    path(
        f"{VERSION}/entity.json",
        for_account(Role.VIEWER, map_data.version_entity),
        name="version_entity",
    ),
    path(
        f"{VERSION}/find.json", for_account(Role.VIEWER, map_data.version_find), name="version_find"
    ),
    path(  # of Natural Earth, in the public domain: for everybody, as static files are
        "basemap/<str:stamp>/<int:z>/<int:x>/<int:y>.mvt", base_map.world_tile, name="world_tile"
    ),
    # Comparing
    path(f"{SOURCE}/compare/", for_account(Role.VIEWER, compare.compare), name="compare"),
    path(f"{COMPARISON}/", for_account(Role.VIEWER, compare.panel), name="comparison"),
    path(f"{COMPARISON}/table/", for_account(Role.VIEWER, compare.table), name="comparison_table"),
    path(
        f"{COMPARISON}/features.json",
        for_account(Role.VIEWER, compare.features),
        name="comparison_features",
    ),
    path(f"{COMPARISON}/again/", for_account(Role.VIEWER, compare.again), name="comparison_again"),
    path(
        f"{COMPARISON}/difference/",
        for_account(Role.EDITOR, compare.difference),
        name="comparison_difference",
    ),
    # Exploring
    path(f"{ACCOUNT}/explore/", for_account(Role.VIEWER, explore.page), name="explore"),
    path(
        f"{ACCOUNT}/explore/compose/",
        for_account(Role.VIEWER, explore.compose),
        name="explore_compose",
    ),
    path(f"{ACCOUNT}/explore/ask/", for_account(Role.VIEWER, explore.ask), name="explore_ask"),
    path(
        f"{ACCOUNT}/explore/cancel/",
        for_account(Role.VIEWER, explore.give_up),
        name="explore_cancel",
    ),
    path(
        f"{ACCOUNT}/explore/choose/",
        for_account(Role.VIEWER, explore.choose),
        name="explore_choose",
    ),
    path(
        f"{ACCOUNT}/explore/paste/", for_account(Role.VIEWER, explore.paste), name="explore_paste"
    ),
    path(
        f"{ACCOUNT}/explore/export/",
        for_account(Role.VIEWER, explore.export),
        name="explore_export",
    ),
    path(f"{ACCOUNT}/explore/save/", for_account(Role.VIEWER, explore.save), name="explore_save"),
    path(
        f"{ACCOUNT}/explore/saved/", for_account(Role.VIEWER, explore.saved), name="explore_saved"
    ),
    path(
        f"{ACCOUNT}/explore/saved/<int:query_id>/",
        for_account(Role.VIEWER, explore.saved_open),
        name="explore_saved_open",
    ),
    path(
        f"{ACCOUNT}/explore/saved/<int:query_id>/change/",
        for_account(Role.VIEWER, explore.saved_change),
        name="explore_saved_change",
    ),
    path(
        f"{ACCOUNT}/explore/saved/<int:query_id>/delete/",
        for_account(Role.VIEWER, explore.saved_delete),
        name="explore_saved_delete",
    ),
    # Uploading
    path(f"{ACCOUNT}/upload/", for_account(Role.EDITOR, upload.upload), name="upload"),
    path(
        f"{ACCOUNT}/upload/format/",
        for_account(Role.EDITOR, upload.upload_format),
        name="upload_format",
    ),
    path(
        f"{ACCOUNT}/upload/sources/",
        for_account(Role.EDITOR, upload.upload_sources),
        name="upload_sources",
    ),
    path(
        f"{ACCOUNT}/upload/parts/",
        for_account(Role.EDITOR, resumable.parts),
        name="upload_parts",
    ),
    path(
        f"{ACCOUNT}/upload/parts/<uuid:partial_id>/",
        for_account(Role.EDITOR, resumable.part),
        name="upload_part",
    ),
    path(
        f"{ACCOUNT}/upload/parts/<uuid:partial_id>/kept/",
        for_account(Role.EDITOR, resumable.kept),
        name="upload_kept",
    ),
    path(
        f"{ACCOUNT}/uploads/<uuid:upload_id>/",
        for_account(Role.EDITOR, review.upload_review),
        name="upload_review",
    ),
    path(
        f"{ACCOUNT}/uploads/<uuid:upload_id>/repairs/",
        for_account(Role.EDITOR, report.upload_repairs),
        name="upload_repairs",
    ),
    path(
        f"{ACCOUNT}/uploads/<uuid:upload_id>/good/",
        for_account(Role.EDITOR, report.upload_good),
        name="upload_good",
    ),
    path(
        f"{ACCOUNT}/uploads/<uuid:upload_id>/bad/",
        for_account(Role.EDITOR, report.upload_bad),
        name="upload_bad",
    ),
    path(
        f"{ACCOUNT}/uploads/<uuid:upload_id>/problems/",
        for_account(Role.EDITOR, report.upload_problems),
        name="upload_problems",
    ),
    path(
        f"{ACCOUNT}/uploads/<uuid:upload_id>/places.json",
        for_account(Role.EDITOR, report.upload_places),
        name="upload_places",
    ),
    path(
        f"{ACCOUNT}/uploads/<uuid:upload_id>/mapping/",
        for_account(Role.EDITOR, mapping.upload_mapping),
        name="upload_mapping",
    ),
    # Drafts: whoever sees the account may look; only its owner changes a draft
    path(f"{ACCOUNT}/drafts/", for_account(Role.VIEWER, draft_pages.drafts), name="drafts"),
    path(
        f"{SOURCE}/versions/<int:version_id>/edit/",
        for_account(Role.EDITOR, draft_acts.start),
        name="draft_start",
    ),
    path(f"{DRAFT}/", for_account(Role.VIEWER, draft_pages.draft), name="draft"),
    path(f"{DRAFT}/name/", for_account(Role.EDITOR, draft_acts.rename), name="draft_rename"),
    path(
        f"{DRAFT}/hand-over/",
        for_account(Role.EDITOR, draft_acts.hand_over),
        name="draft_hand_over",
    ),
    path(f"{DRAFT}/discard/", for_account(Role.EDITOR, draft_acts.discard), name="draft_discard"),
    path(
        f"{DRAFT}/take-back/",
        for_account(Role.EDITOR, draft_acts.take_back),
        name="draft_take_back",
    ),
    path(f"{DRAFT}/send/", for_account(Role.EDITOR, draft_sending.send), name="draft_send"),
    path(
        f"{DRAFT}/sending/", for_account(Role.VIEWER, draft_sending.sending), name="draft_sending"
    ),
    path(
        f"{DRAFT}/changes.csv",
        for_account(Role.VIEWER, draft_sending.export),
        {"what": "changes"},
        name="draft_changes",
    ),
    path(
        f"{DRAFT}/whole.csv",
        for_account(Role.VIEWER, draft_sending.export),
        {"what": "whole"},
        name="draft_whole",
    ),
    path(f"{DRAFT}/merge/", for_account(Role.EDITOR, draft_merging.merge), name="draft_merge"),
    path(
        f"{DRAFT}/merge/fetch/",
        for_account(Role.EDITOR, draft_merging.fetch),
        name="draft_merge_fetch",
    ),
    path(
        f"{DRAFT}/properties/",
        for_account(Role.EDITOR, draft_properties.properties),
        name="draft_properties",
    ),
    path(
        f"{DRAFT}/locate.json", for_account(Role.EDITOR, draft_locating.locate), name="draft_locate"
    ),
    path(
        f"{DRAFT}/lookup.json", for_account(Role.EDITOR, draft_lookups.lookup), name="draft_lookup"
    ),
    path(f"{DRAFT}/rows.json", for_account(Role.VIEWER, draft_grid.rows), name="draft_rows"),
    path(f"{DRAFT}/state.json", for_account(Role.VIEWER, draft_grid.state), name="draft_state"),
    path(f"{DRAFT}/order.json", for_account(Role.VIEWER, draft_grid.order), name="draft_order"),
    path(f"{DRAFT}/edit.json", for_account(Role.EDITOR, draft_grid.edit), name="draft_edit"),
    path(f"{DRAFT}/back.json", for_account(Role.EDITOR, draft_grid.back), name="draft_back"),
    path(f"{DRAFT}/cell.json", for_account(Role.VIEWER, draft_grid.cell), name="draft_cell"),
    path(f"{DRAFT}/row.json", for_account(Role.VIEWER, draft_grid.whole_row), name="draft_row"),
    path(f"{DRAFT}/place.json", for_account(Role.VIEWER, draft_grid.place), name="draft_place"),
    path(
        f"{DRAFT}/problems.json",
        for_account(Role.VIEWER, draft_grid.problems),
        name="draft_problems",
    ),
    path(
        f"{DRAFT}/problem.json", for_account(Role.VIEWER, draft_grid.problem), name="draft_problem"
    ),
    path(f"{DRAFT}/find.json", for_account(Role.VIEWER, draft_grid.find), name="draft_find"),
    # Jobs
    path(f"{ACCOUNT}/jobs/", for_account(Role.VIEWER, jobs.jobs_list), name="jobs"),
    path(f"{ACCOUNT}/jobs/export.csv", for_account(Role.VIEWER, jobs.jobs_csv), name="jobs_csv"),
    path(f"{JOB}/", for_account(Role.VIEWER, job.job_page), name="job"),
    path(f"{JOB}/again/", for_account(Role.VIEWER, job.job_again), name="job_again"),
    path(f"{JOB}/file/", for_account(Role.VIEWER, job.job_file), name="job_file"),
    path(f"{JOB}/failed/", for_account(Role.VIEWER, job.job_failed_log), name="job_failed_log"),
    path(f"{JOB}/result/", for_account(Role.VIEWER, download.job_result), name="job_result"),
    path(f"{JOB}/also/", for_account(Role.VIEWER, download.job_also), name="job_also"),
    path(f"{JOB}/result.xml", for_account(Role.VIEWER, job.job_xml), name="job_xml"),
    path(f"{JOB}/result.csv", for_account(Role.VIEWER, job.job_csv), name="job_csv"),
    # Account keys
    path(f"{ACCOUNT}/keys/", for_account(Role.VIEWER, keys.keys), name="keys"),
    path(f"{KEY}/check/", for_account(Role.VIEWER, keys.key_check), name="key_check"),
    path(f"{KEY}/share/", for_account(Role.PUBLISHER, keys.key_share), name="key_share"),
    path(f"{KEY}/rename/", for_account(Role.VIEWER, keys.key_rename), name="key_rename"),
    path(f"{KEY}/remove/", for_account(Role.VIEWER, keys.key_remove), name="key_remove"),
    # Services, and the accounts that teams hold with them
    path("settings/services/", site_admin_only(accounts.services), name="services"),
    path(
        "settings/services/<int:service_id>/",
        site_admin_only(accounts.service_change),
        name="service_change",
    ),
    path(
        "settings/services/<int:service_id>/test/",
        site_admin_only(accounts.service_test),
        name="service_test",
    ),
    path(
        "settings/services/<int:service_id>/remove/",
        site_admin_only(accounts.service_remove),
        name="service_remove",
    ),
    path("settings/map/", site_admin_only(base_map.base_map), name="base_map"),
    path("settings/accounts/", signed_in(accounts.accounts), name="accounts"),
    path(
        "settings/accounts/<int:held_id>/",
        signed_in(accounts.account_change),
        name="account_change",
    ),
    path(
        "settings/accounts/<int:held_id>/remove/",
        signed_in(accounts.account_remove),
        name="account_remove",
    ),
]
