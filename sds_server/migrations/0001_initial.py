import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import sds_server.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("last_four", models.CharField(max_length=4)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "sds_key",
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SdsAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                (
                    "plan",
                    models.CharField(
                        choices=[
                            ("basic", "Basic"),
                            ("enterprise", "Enterprise"),
                            ("unlimited", "Unlimited"),
                        ],
                        default="enterprise",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "sds_account",
            },
        ),
        migrations.CreateModel(
            name="DataSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "access_id",
                    models.CharField(default=sds_server.models.new_id, max_length=32, unique=True),
                ),
                ("name", models.CharField(max_length=50)),
                ("folded_name", models.CharField(max_length=100)),
                ("is_public", models.BooleanField(default=False)),
                ("deleting", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "master_key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sds.apikey",
                    ),
                ),
                (
                    "query_key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sds.apikey",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_sources",
                        to="sds.sdsaccount",
                    ),
                ),
            ],
            options={
                "db_table": "sds_data_source",
                "ordering": ["folded_name", "pk"],
            },
        ),
        migrations.AddField(
            model_name="apikey",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="keys",
                to="sds.sdsaccount",
            ),
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("job_id", models.CharField(max_length=32, unique=True)),
                ("entity_type", models.CharField(max_length=100)),
                ("properties", models.JSONField()),
                ("entity_count", models.PositiveIntegerField()),
                ("size_bytes", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("uploaded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "data_source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="sds.datasource",
                    ),
                ),
            ],
            options={
                "db_table": "sds_version",
            },
        ),
        migrations.AddField(
            model_name="datasource",
            name="published",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="sds.version",
            ),
        ),
        migrations.AddField(
            model_name="datasource",
            name="staged",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="sds.version",
            ),
        ),
        migrations.CreateModel(
            name="DataflowJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "job_id",
                    models.CharField(default=sds_server.models.new_id, max_length=32, unique=True),
                ),
                ("data_source_name", models.CharField(max_length=50)),
                ("access_id", models.CharField(max_length=32)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("DataSourceComplete", "Complete load"),
                            ("DataSourceIncremental", "Incremental load"),
                            ("DataSourceCompleteStaging", "Complete load, staged"),
                            ("DataSourceIncrementalStaging", "Incremental load, staged"),
                            ("DataSourcePublishFromStaged", "Publish"),
                            ("DataSourceRollback", "Roll back"),
                            ("DataSourceDelete", "Delete"),
                            ("DataSourceAccess", "Make public or private"),
                            ("DataSourceDownload", "Download"),
                        ],
                        max_length=32,
                    ),
                ),
                ("description", models.TextField(blank=True)),
                ("params", models.JSONField(default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("Pending", "Pending"),
                            ("Completed", "Completed"),
                            ("Aborted", "Aborted"),
                        ],
                        default="Pending",
                        max_length=10,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("processed", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("error_message", models.TextField(blank=True)),
                ("error_details", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                ("lease_holder", models.CharField(blank=True, max_length=100)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sds.apikey",
                    ),
                ),
                (
                    "query_key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sds.apikey",
                    ),
                ),
                (
                    "data_source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="jobs",
                        to="sds.datasource",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="jobs",
                        to="sds.sdsaccount",
                    ),
                ),
            ],
            options={
                "db_table": "sds_job",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "Pending")),
                        fields=["data_source"],
                        name="sds_job_pending",
                    ),
                    models.Index(fields=["account", "created_at"], name="sds_job_of_account"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="datasource",
            constraint=models.UniqueConstraint(
                fields=("account", "folded_name"), name="sds_name_once_an_account"
            ),
        ),
    ]
