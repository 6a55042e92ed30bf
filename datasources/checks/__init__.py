"""Checking a file of entities before it is sent, and the report of what was found."""

from datasources.checks.check import Progress, check_file
from datasources.checks.repairs import REPAIRS
from datasources.checks.report import Report

__all__ = ["REPAIRS", "Progress", "Report", "check_file"]
