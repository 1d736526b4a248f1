"""What is wrong with a request is said by field, with what the field has to be."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotation.api import inputs
from annotation.api.input_reasons import first_wrong
from learner.api import shapes

SUBMIT = {"boundaries": [1], "client_key": str(uuid.uuid4()), "active_ms": 1, "key_actions": 1}
MEMBER = {"username": "anong", "role": "annotator"}
EVENT = {"kind": "holiday.started", "at": "2026-04-13T00:00:00Z"}
ROLES = {"known": "manager, annotator, adjudicator"}


def _file(data):
    return {"file": SimpleUploadedFile("texts.txt", data)}


@pytest.mark.parametrize(
    ("kind", "data", "code", "values"),
    [
        (inputs.NewMember, {}, "field_missing", {"field": "username"}),
        (inputs.NewMember, MEMBER | {"username": ""}, "field_missing", {"field": "username"}),
        (inputs.NewMember, MEMBER | {"role": None}, "field_missing", {"field": "role"}),
        (
            inputs.NewMember,
            MEMBER | {"username": "a" * 151},
            "field_long",
            {"field": "username", "longest": 150},
        ),
        (
            inputs.NewMember,
            MEMBER | {"role": "king"},
            "choice_unknown",
            {"field": "role", "value": "king"} | ROLES,
        ),
        (inputs.NewMember, MEMBER | {"name": "a\u202eb"}, "field_sign", {"field": "name"}),
        (inputs.NewMember, MEMBER | {"password": "a\x00"}, "field_sign", {"field": "password"}),
        (inputs.NewMember, MEMBER | {"name": []}, "field_text", {"field": "name"}),
        (inputs.NewMember, [], "input_no_object", {}),
        (
            inputs.NewInvitation,
            {"role": "annotator", "days": 0},
            "field_small",
            {"field": "days", "least": 1},
        ),
        (
            inputs.Settings,
            {"name": "ข่าว", "active_share": 2},
            "field_large",
            {"field": "active_share", "most": 1},
        ),
        (inputs.Settings, {"name": "ข่าว", "active_share": "x"}, "field_number", {"field": "active_share"}),
        (inputs.Settings, {"name": "ข่าว", "show_doubt": "so"}, "field_yes_no", {"field": "show_doubt"}),
        (inputs.NewProject, {"name": "ข่าว", "rehearsal": 1}, "field_object", {"field": "rehearsal"}),
        (
            inputs.NewProject,
            {"name": "ข่าว", "rehearsal": {"now": "soon", "seed": "0" * 64}},
            "field_moment",
            {"field": "rehearsal.now"},
        ),
        (
            inputs.NewProject,
            {"name": "ข่าว", "rehearsal": {"now": EVENT["at"], "seed": "x"}},
            "field_form",
            {"field": "rehearsal.seed"},
        ),
        (inputs.Submit, SUBMIT | {"boundaries": ["1"]}, "field_boundaries", {"field": "boundaries"}),
        (inputs.Submit, SUBMIT | {"active_ms": "1"}, "field_whole_number", {"field": "active_ms"}),
        (inputs.Submit, SUBMIT | {"held": "x"}, "field_list", {"field": "held"}),
        (inputs.Submit, SUBMIT | {"held": ["x"]}, "field_id", {"field": "held.0"}),
        (
            inputs.Submit,
            SUBMIT | {"held": [SUBMIT["client_key"]] * 21},
            "field_many",
            {"field": "held", "most": 20},
        ),
        (inputs.Upload, {}, "field_missing", {"field": "file"}),
        (inputs.Upload, {"file": "texts"}, "field_file", {"field": "file"}),
        (inputs.Upload, _file(b""), "field_file_empty", {"field": "file"}),
        (shapes.NewEvent, EVENT | {"kind": "Holiday"}, "field_event_kind", {"field": "kind"}),
        (
            shapes.NewEvent,
            EVENT | {"at": "0026-04-13T00:00:00Z"},
            "field_year",
            {"first": "1900", "last": "2999"},
        ),
        (shapes.NewEvent, EVENT | {"until": "2026-04-12T00:00:00Z"}, "field_event_until", {"field": "until"}),
        (shapes.NewEvent, EVENT | {"after": {"a": "\x00"}}, "field_sign", {"field": "after"}),
        (shapes.NewEvent, EVENT | {"after": []}, "field_object", {"field": "after"}),
    ],
)
def test_what_is_wrong_names_the_field_and_what_it_has_to_be(kind, data, code, values):
    serializer = kind(data=data)
    assert not serializer.is_valid()
    why = first_wrong(serializer)
    assert (why.code, {**why.values, **values}) == (code, why.values), why
    assert values.get("field", "") in str(why)


@pytest.mark.django_db
def test_the_answer_has_all_that_is_wrong_by_field_for_programs_and_the_first_for_people(people, by):
    answer = by(people.manager).post(people.path("/members"), {"username": "", "role": "king"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    details = answer.json()["details"]
    assert list(details) == ["username", "role", "why"]
    assert (details["why"]["code"], details["why"]["values"]) == ("field_missing", {"field": "username"})
    assert answer.json()["message"] == details["why"]["text"] == "username is needed. Fill it in."
