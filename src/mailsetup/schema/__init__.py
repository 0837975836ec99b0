"""The JSON form of the words: versioned, always in English, and its JSON Schema."""

from mailsetup.schema.filling import (
    account_form,
    check_form,
    discovery_form,
    english,
    error_form,
    export_form,
    exports_form,
    server_form,
)
from mailsetup.schema.forms import FORMS, DoctorForm, ExamForm, ExportForm, SetupForm, encode, json_schema
from mailsetup.schema.reading import read_discovery

__all__ = [
    "FORMS",
    "DoctorForm",
    "ExamForm",
    "ExportForm",
    "SetupForm",
    "account_form",
    "check_form",
    "discovery_form",
    "encode",
    "english",
    "error_form",
    "export_form",
    "exports_form",
    "json_schema",
    "read_discovery",
    "server_form",
]
