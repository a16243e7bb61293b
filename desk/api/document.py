"""The OpenAPI 3.1 document, made of the operations and their models. Pure. Why no library makes it: the decision about the JSON API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from desk.api.operations import Operation
from desk.api.shapes import Problem

BASE = "/api/v1"
_REF = "#/components/schemas/{model}"
_TROUBLES = {
    401: "No key, or not a good one",
    403: "The key's scope does not cover this",
    404: "No such complaint, or no such webhook",
    409: "The hub's rules say no; the message says why",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "A field is unknown, missing or not valid; the message names it",
    429: "Too many calls; Retry-After says when",
    503: "The store is away; Retry-After says when",
}


def document(
    operations: Sequence[Operation], title: str, version: str, told: Mapping[str, type[BaseModel]] = MappingProxyType({})
) -> Mapping[str, Any]:
    """`told`: what webhooks get, by the kind of event."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(BASE + operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "security": [{"key": []}],
        "paths": paths,
        "webhooks": {kind: {"post": _told(kind, model)} for kind, model in told.items()},
        "components": {"schemas": _schemas(operations, told.values()), "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }


def _told(kind: str, model: type[BaseModel]) -> Mapping[str, Any]:
    body = {"required": True, "content": {"application/cloudevents+json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}}
    return {"operationId": kind, "requestBody": body, "responses": {"2XX": {"description": "Taken"}, "410": {"description": "No more"}}}


def _schemas(operations: Sequence[Operation], told: Iterable[type[BaseModel]]) -> Mapping[str, Any]:
    given: set[type[BaseModel]] = {Problem, *told, *(one.answer for one in operations)}
    asked = {model for one in operations for model in (one.query, one.body) if model is not None}
    modes = [(model, "serialization") for model in given] + [(model, "validation") for model in asked]
    ordered = sorted(modes, key=lambda pair: pair[0].__name__)
    _, whole = models_json_schema(ordered, ref_template=_REF)  # type: ignore[arg-type]
    return dict(whole.get("$defs", {}))


def _operation(operation: Operation) -> Mapping[str, Any]:
    answers = {str(operation.status): _answer("Done", operation.answer)}
    answers |= {str(status): _answer(_TROUBLES[status], Problem) for status in operation.troubles}
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.says,
        "description": f"Scope `{operation.scope}`.",
        "parameters": _parameters(operation),
        "responses": answers,
    }
    if operation.body is not None:
        told["requestBody"] = {"required": True, "content": _content(operation.body)}
    return told


def _parameters(operation: Operation) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for part in operation.parts:
        found.append({"name": part, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}})
    schema = operation.query.model_json_schema(ref_template=_REF)
    required = schema.get("required", [])
    for name, kind in schema.get("properties", {}).items():
        found.append({"name": name, "in": "query", "required": name in required, "schema": _without_null(kind)})
    return found


def _without_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A parameter that may be left out cannot be null: an address has no such word."""
    (kind,) = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    return {key: value for key, value in kind.items() if key not in ("default", "title")}


def _answer(says: str, model: type[BaseModel]) -> Mapping[str, Any]:
    return {"description": says, "content": _content(model)}


def _content(model: type[BaseModel]) -> Mapping[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}
