"""What a person says when they bring a file."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.people.models import User
from dashboard.people.reading import size
from datasources import schema
from datasources.formats import ImportFormat, InputFormat, detect_any
from datasources.forms.file_formats import format_choices, is_import
from datasources.forms.location import check_location, name_of, seal, shown, unseal
from datasources.forms.operations import INCREMENTAL, OPERATIONS, STAGED, role_for
from datasources.models import Account, DataSource, StoredFile
from datasources.phrases import Phrase

HEAD_BYTES = 64 * 1024  # of a file, looked at to tell its format
_KEPT_SALT = "datasources.upload.kept"


def kept_token(account_id: int, user_id: int, file_id: int, file_name: str) -> str:
    """What stands in `kept` for a file that has arrived: good for one person, account and day."""
    return signing.dumps([account_id, user_id, file_id, file_name], salt=_KEPT_SALT)


class UploadForm(forms.Form):
    """A file and what it is for.

    A file that has arrived is kept even when another field is wrong, and stands in `kept` (signed,
    for this person and account) so that it need not be sent again. The URL that the service is to
    load from instead stands in `kept_location`, encrypted, and is never shown again.
    """

    CREATE, UPDATE = "create", "update"

    file = forms.FileField(required=False, allow_empty_file=True, label=_("File"))
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    location = forms.CharField(required=False, label=_("URL of the file"), strip=True)
    kept_location = forms.CharField(required=False, widget=forms.HiddenInput)
    format = forms.ChoiceField(
        required=False,
        label=_("Format"),
        choices=format_choices,
    )
    purpose = forms.ChoiceField(
        label=_("What the file is for"),
        widget=forms.RadioSelect,
        choices=[
            (CREATE, _("Create a new data source")),
            (UPDATE, _("Update an existing data source")),
        ],
        error_messages={
            "required": _("Choose whether the file makes a new data source or updates one.")
        },
    )
    new_name = forms.CharField(required=False, label=_("Name"), max_length=200, strip=False)
    source = forms.CharField(required=False, label=_("Data source"), max_length=200)
    operation = forms.ChoiceField(
        label=_("How to load it"),
        choices=[(value, words) for value, (words, _) in OPERATIONS.items()],
        error_messages={"required": _("Choose what happens to the entities that are there now.")},
    )
    set_public = forms.BooleanField(
        required=False,
        label=_("Make public"),
        help_text=_("Anyone with a key of the service can query it."),
    )

    def __init__(self, *args: Any, account: Account, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.user = user
        self.role = account.role
        self.detected: InputFormat | ImportFormat | None = None
        self.data_source: DataSource | None = None
        self.stored: StoredFile | None = None
        self.file_name = ""
        self.url = ""  # that the service loads from
        self._take_kept()
        self._take_location()

    # --- the file ---

    def _take_kept(self) -> None:
        """The file of an earlier try, if this one brings no new file."""
        token = self.data.get("kept", "") if self.is_bound else ""
        if not token or self.files.get("file"):
            return
        try:
            account, user, file, name = signing.loads(token, salt=_KEPT_SALT, max_age=24 * 3600)
        except (signing.BadSignature, ValueError):
            return
        if (account, user) == (self.account.pk, self.user.pk):
            self.stored = StoredFile.objects.filter(account=self.account, pk=file).first()
            self.file_name = name

    def _take_location(self) -> None:
        """The URL typed now, or that of an earlier try; a file that is given now takes its place."""
        typed = self.data.get("location", "").strip() if self.is_bound else ""
        token = self.data.get("kept_location", "") if self.is_bound else ""
        if token and not typed and not self.files.get("file"):
            self.url = unseal(self.account.pk, self.user.pk, token)
        if typed:
            self.url = typed
            # It is the last thing given: a file of an earlier try steps back.
            self.stored, self.file_name = None, ""

    @property
    def shown_location(self) -> str:
        """The kept location as a page may show it; "" if none is kept."""
        token = self.data.get("kept_location", "") if self.is_bound else ""
        return shown(self.url) if token and self.url else ""

    def keep(self, stored: StoredFile, file_name: str) -> str:
        """Remember a file that has arrived; gives the token for `kept`."""
        self.stored, self.file_name = stored, file_name
        token = kept_token(self.account.pk, self.user.pk, stored.pk, file_name)
        self._remember("kept", token)
        return token

    def _remember(self, name: str, value: str) -> None:
        data = cast(QueryDict, self.data).copy()
        data[name] = value
        self.data = data

    def clean_file(self) -> UploadedFile[Any] | None:
        file = cast("UploadedFile[Any] | None", self.cleaned_data.get("file"))
        if file is None:
            if self.stored is None and not self.url:
                raise forms.ValidationError(gettext("Choose the file to load."), code="required")
            return None
        if not file.size:
            raise forms.ValidationError(
                gettext(
                    "“{file}” is empty. Choose a file that holds a schema and entities."
                ).format(file=file.name),
                code="empty",
            )
        if file.size > settings.UPLOAD_LIMIT_BYTES:
            raise forms.ValidationError(
                gettext(
                    "“{file}” has {size}; this site takes {limit}. Compress it with gzip, or split it and load the second part with “Change some entities”."
                ).format(
                    file=file.name,
                    size=size(file.size),
                    limit=size(settings.UPLOAD_LIMIT_BYTES),
                ),
                code="too_large",
            )
        self.file_name = file.name or "file"
        return file

    def clean_location(self) -> str:
        """The URL, checked as far as that can be done from here; it is kept only if it is right."""
        url, self.url = self.url, ""
        self._remember("location", "")
        self._remember("kept_location", "")
        if not url:
            return ""
        if self.files.get("file"):
            raise forms.ValidationError(
                gettext("Give a file or a URL, not both: leave this empty to load the file."),
                code="both",
            )
        check_location(self.account, url)
        self.url = url
        self._remember("kept_location", seal(self.account.pk, self.user.pk, url))
        self.file_name = name_of(url)
        return url

    def detect(self, head: bytes, file_name: str) -> None:
        """Tell the format from the first bytes and, failing that, the name; before `is_valid`."""
        self.file_name = file_name
        self.detected = detect_any(head, file_name) if head else None

    # --- what it is for ---

    def clean_new_name(self) -> str:
        name = cast(str, self.cleaned_data["new_name"])
        if self.data.get("purpose") != self.CREATE:
            return ""
        if not name:
            raise forms.ValidationError(
                gettext("Give the new data source a name."), code="required"
            )
        if name != name.strip() or " " in name:
            raise forms.ValidationError(
                gettext(
                    "“{name}” has a space in it. A data source name has none: try “{joined}”."
                ).format(name=name, joined="".join(name.split())),
                code="spaces",
            )
        if problem := schema.check_data_source_name(name):
            raise forms.ValidationError(
                Phrase.sentences(problem.message, problem.advice), code=problem.rule
            )
        taken = DataSource.objects.filter(
            account=self.account, gone_at=None, name__iexact=name
        ).first()
        if taken:
            raise forms.ValidationError(
                gettext(
                    "{taken} is taken: the account has a data source with this name. Choose another name, or “Update an existing data source” above."
                ).format(taken=taken.name),
                code="taken",
            )
        return name

    def clean_source(self) -> str:
        name = cast(str, self.cleaned_data["source"])
        if self.data.get("purpose") != self.UPDATE:
            return ""
        if not name:
            raise forms.ValidationError(
                gettext("Choose the data source to update."), code="required"
            )
        sources = DataSource.objects.filter(account=self.account, gone_at=None)
        self.data_source = (
            sources.filter(name=name).first() or sources.filter(name__iexact=name).first()
        )
        if self.data_source is None:
            raise forms.ValidationError(
                gettext(
                    "The account has no data source named “{name}”. Choose one from the list, or “Create a new data source” above."
                ).format(name=name),
                code="unknown",
            )
        return self.data_source.name

    def clean_operation(self) -> str:
        operation = cast(str, self.cleaned_data["operation"])
        if not self.role.covers(role_for(operation)):
            raise forms.ValidationError(
                gettext(
                    "Your role here is editor: you can stage a version, and a publisher publishes it. Choose one of the staged ways."
                ),
                code="role",
            )
        if self.data.get("purpose") == self.CREATE and operation in INCREMENTAL:
            raise forms.ValidationError(
                gettext(
                    "A new data source has no entities to change yet. Choose one of the ways that replace everything."
                ),
                code="nothing_to_change",
            )
        return operation

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("set_public") and data.get("operation") in STAGED:
            self.add_error(
                "set_public",
                gettext(
                    "A staged version can't be made public with its load. Publish it first, then make the data source public on its page."
                ),
            )
        self._check_format(data)
        return data

    def _check_format(self, data: dict[str, Any]) -> None:
        chosen = data.get("format", "")
        if data.get("location"):
            if not chosen or is_import(chosen):
                self.add_error(
                    "format",
                    gettext(
                        "The file at the URL is not looked at here, and the service converts nothing: choose which of the service’s own formats it is in."
                    ),
                )
        elif (
            "file" in data
            and not chosen
            and self.detected is None
            and not self.errors.get("location")
        ):
            self.add_error(
                "format",
                gettext(
                    "The content of “{file_name}” is none of the formats this site reads: XML; text separated by commas, tabs or pipes; KML or KMZ; a zipped shapefile, File Geodatabase or MapInfo table; GeoJSON, GeoPackage, FlatGeobuf, GeoParquet, GML or GPX; an XLSX or ODS spreadsheet. Choose the format if you know it."
                ).format(file_name=self.file_name),
            )

    @property
    def data_source_name(self) -> str:
        return cast(str, self.cleaned_data["new_name"] or self.cleaned_data["source"])

    @property
    def chosen_format(self) -> str:
        return cast(str, self.cleaned_data["format"]) or (self.detected or InputFormat.XML).value

    def operations(self) -> list[dict[str, object]]:
        """The operations as cards: the term, the words, and why one can't be chosen."""
        chosen = self["operation"].value()
        return [
            {
                "value": value,
                "words": words,
                "does": does,
                "chosen": value == chosen,
                "staged": value in STAGED,
                "incremental": value in INCREMENTAL,
                "allowed": self.role.covers(role_for(value)),
            }
            for value, (words, does) in OPERATIONS.items()
        ]
