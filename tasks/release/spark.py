"""The schema as Spark writes it into the footer of a Parquet file, so that it reads column comments from there.

What belongs here: that one JSON document. Spark takes no notice of Arrow's field metadata.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pyarrow as pa

KEY = "org.apache.spark.sql.parquet.row.metadata"
_TYPES = {
    pa.string(): "string",
    pa.bool_(): "boolean",
    pa.int32(): "integer",
    pa.int64(): "long",
    pa.float64(): "double",
    pa.date32(): "date",
    pa.binary(): "binary",
}


def spark_schema(schema: pa.Schema) -> str:
    """The schema in Spark's JSON; the description of each column is its comment."""
    return _written(schema.serialize().to_pybytes())


@cache  # a release has a hundred files of one schema; by its bytes, because schemas of other comments are equal
def _written(schema: bytes) -> str:
    return json.dumps(_struct(list(pa.ipc.read_schema(pa.py_buffer(schema)))), ensure_ascii=False)


def _struct(fields: list[pa.Field]) -> dict[str, Any]:
    return {"type": "struct", "fields": [_field(field) for field in fields]}


def _field(field: pa.Field) -> dict[str, Any]:
    said = (field.metadata or {}).get(b"description")
    metadata = {"comment": said.decode()} if said else {}
    return {"name": field.name, "type": _type(field.type), "nullable": True, "metadata": metadata}


def _type(kind: pa.DataType) -> Any:
    if pa.types.is_timestamp(kind):
        return "timestamp"
    if pa.types.is_list(kind):
        return {"type": "array", "elementType": _type(kind.value_type), "containsNull": True}
    if pa.types.is_struct(kind):
        return _struct([kind.field(number) for number in range(kind.num_fields)])
    return _TYPES[kind]
