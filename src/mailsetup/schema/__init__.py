"""The JSON form of the words: versioned, always in English, and its JSON Schema."""

from mailsetup.schema.filling import (
    account_form,
    check_form,
    discovery_form,
    english,
    error_form,
    export_form,
    exports_form,
    retention_form,
    server_form,
)
from mailsetup.schema.forms import (
    FORMS,
    AdviceForm,
    CaseForm,
    DoctorForm,
    ExamForm,
    ExportForm,
    MeasuredForm,
    SetupForm,
    encode,
    encode_line,
    json_schema,
)
from mailsetup.schema.reading import read_discovery

__all__ = [
    "FORMS",
    "AdviceForm",
    "CaseForm",
    "DoctorForm",
    "ExamForm",
    "ExportForm",
    "MeasuredForm",
    "SetupForm",
    "account_form",
    "check_form",
    "discovery_form",
    "encode",
    "encode_line",
    "english",
    "error_form",
    "export_form",
    "exports_form",
    "json_schema",
    "read_discovery",
    "retention_form",
    "server_form",
]
