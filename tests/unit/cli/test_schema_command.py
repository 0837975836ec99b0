"""`mailsetup schema`: the JSON Schema of every document, by its name."""

import json
from pathlib import Path

import jsonschema
import pytest
from tests.unit.cli.alone import alone

from mailsetup import schema
from mailsetup.cli.schema import NAMES


def test_every_document_has_a_name() -> None:
    assert set(NAMES) == set(schema.FORMS)


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_of_a_document_is_printed(name: str, tmp_path: Path) -> None:
    ended = alone(tmp_path).run("schema", name)
    assert (ended.code, ended.err) == (0, "")
    printed = json.loads(ended.out)
    jsonschema.Draft202012Validator.check_schema(printed)
    assert printed == schema.json_schema(name)


def test_a_wrong_name_is_wrong_usage_that_names_the_right_ones(tmp_path: Path) -> None:
    ended = alone(tmp_path).run("schema", "discover")
    assert (ended.code, ended.out) == (2, "")
    assert all(name in ended.told for name in NAMES)
