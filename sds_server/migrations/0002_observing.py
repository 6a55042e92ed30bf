import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sds", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkerSign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "sds_worker",
            },
        ),
        migrations.CreateModel(
            name="JobTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
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
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("Pending", "Pending"),
                            ("Completed", "Completed"),
                            ("Aborted", "Aborted"),
                        ],
                        max_length=10,
                    ),
                ),
                ("jobs", models.PositiveBigIntegerField(default=0)),
                ("entities", models.PositiveBigIntegerField(default=0)),
                ("failed", models.PositiveBigIntegerField(default=0)),
                ("seconds", models.FloatField(default=0.0)),
            ],
            options={
                "db_table": "sds_job_tally",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "status"), name="sds_tally_once")
                ],
            },
        ),
    ]
