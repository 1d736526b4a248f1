"""What is wrong with the input of a request, as a reason: which field, and what it has to be."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.settings import api_settings

from annotation.api.fields import BoundariesField, MomentField
from annotation.reasons import Reason, Value

# What is wrong, by the framework's word for it, where one reason does for every kind of field. Words of our
# own begin with `field_` and are reasons themselves.
_WRONG = {
    "required": "field_missing",
    "blank": "field_missing",
    "null": "field_missing",
    "empty": "field_missing",
    "max_length": "field_long",
    "min_value": "field_small",
    "max_value": "field_large",
    "invalid_choice": "choice_unknown",
    "null_characters_not_allowed": "field_sign",
    "surrogate_characters_not_allowed": "field_sign",
}
# The same, where a kind of field has a reason of its own.
_WRONG_OF_KIND = {
    (serializers.FileField, "empty"): "field_file_empty",
    (serializers.ListField, "max_length"): "field_many",
}
# What a value has to be that is of another kind than its field: the first class that the field is of.
_KINDS = (
    (BoundariesField, "field_boundaries"),
    (serializers.BooleanField, "field_yes_no"),
    (serializers.IntegerField, "field_whole_number"),
    (serializers.FloatField, "field_number"),
    (serializers.DateTimeField, "field_moment"),
    (serializers.UUIDField, "field_id"),
    (serializers.EmailField, "field_email"),
    (serializers.RegexField, "field_form"),
    (serializers.CharField, "field_text"),
    (serializers.FileField, "field_file"),
    (serializers.ListField, "field_list"),
    (serializers.MultipleChoiceField, "field_list"),
    (serializers.DictField, "field_object"),
    (serializers.Serializer, "field_object"),
)


def first_wrong(serializer: serializers.Serializer[Any]) -> Reason:
    """Return the first thing that a serializer found wrong with what it was given."""
    return _first(serializer.errors, serializer, serializer.initial_data, path="")


def _first(errors: Any, field: serializers.Field | None, value: Any, *, path: str) -> Reason:
    if isinstance(errors, dict):
        name, inner = next(iter(errors.items()))
        if name == api_settings.NON_FIELD_ERRORS_KEY:
            return _first(inner, field, value, path=path)
        return _first(
            inner, _inner_field(field, name), _inner_value(value, name), path=f"{path}.{name}".strip(".")
        )
    if isinstance(errors, list):
        return _first(errors[0], field, value, path=path)
    return _say(errors, field, value, path=path)


def _inner_field(field: Any, name: Any) -> serializers.Field | None:
    """Return the field of that name in a serializer, or what each entry of a list or object is."""
    if isinstance(field, serializers.Serializer):
        return field.fields.get(name)
    return getattr(field, "child", None)


def _inner_value(value: Any, name: Any) -> Any:
    try:
        return value[name]
    except (LookupError, TypeError):
        return None


def _say(error: ErrorDetail, field: serializers.Field | None, value: Any, *, path: str) -> Reason:
    if not path:
        return (
            Reason("input_no_object")
            if error.code == "invalid"
            else Reason("input_wrong", {"error": str(error)})
        )
    code = _code(str(error.code), field)
    values: dict[str, dict[str, Value]] = {
        "field_long": {"longest": getattr(field, "max_length", 0)},
        "field_many": {"most": getattr(field, "max_length", 0)},
        "field_small": {"least": getattr(field, "min_value", 0)},
        "field_large": {"most": getattr(field, "max_value", 0)},
        # Years are written without a sign between the thousands, and so are words.
        "field_year": {"first": str(MomentField.FIRST_YEAR), "last": str(MomentField.LAST_YEAR)},
        "choice_unknown": {
            "value": f"{value!s:.40}",
            "known": ", ".join(map(str, getattr(field, "choices", ()))),
        },
        "field_wrong": {"error": str(error)},
    }
    return Reason(code, {"field": path, **values.get(code, {})})


def _code(word: str, field: serializers.Field | None) -> str:
    if word.startswith("field_"):
        return word
    of_kind = (
        code for (kind, one), code in _WRONG_OF_KIND.items() if one == word and isinstance(field, kind)
    )
    general = _WRONG.get(word) or next(
        (code for kind, code in _KINDS if isinstance(field, kind)), "field_wrong"
    )
    return next(of_kind, general)
