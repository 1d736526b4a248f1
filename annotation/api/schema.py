"""How the OpenAPI schema is read off the views: every operation may also answer in the error shape."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from annotation.api.outputs import Problem


class Schema(AutoSchema):
    """Adds the one error shape to what each view declares."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Return the operation with `default` for everything that goes wrong."""
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            problem = self.resolve_serializer(Problem, "response").ref
            operation["responses"]["default"] = {
                "description": "What went wrong.",
                "content": {"application/json": {"schema": problem}},
            }
        return operation
