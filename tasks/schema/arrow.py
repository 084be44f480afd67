"""The Arrow form of a table: types, nullability, and descriptions where readers look for them.

What belongs here: the way from a dataframely table to a ``pyarrow.Schema``, and what Parquet calls the columns of one.
What does not: columns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

import dataframely as dy
import pyarrow as pa


def _with_struct_descriptions(column: dy.Column, arrow_type: pa.DataType) -> pa.DataType:
    """The type with field metadata inside structs; lists are named ``element``, as Parquet names them."""
    if isinstance(column, dy.List):
        item = column.inner
        return pa.list_(pa.field("element", _with_struct_descriptions(item, arrow_type.value_type), True))
    if isinstance(column, dy.Struct):
        return pa.struct(
            [arrow_field(name, inner, arrow_type.field(name).type) for name, inner in column.inner.items()]
        )
    return arrow_type


def arrow_field(name: str, column: dy.Column, arrow_type: pa.DataType) -> pa.Field:
    """One field: ``description`` for Arrow readers, ``comment`` for Spark, ``example`` as JSON.

    Every field is nullable in Arrow: pandas, Spark and Delta each lose the flag somewhere on the way,
    and the rule is held by the validation of every batch instead.
    """
    metadata = {}
    if column.description:
        metadata = {"description": column.description, "comment": column.description}
    if column.metadata and "example" in column.metadata:
        metadata["example"] = json.dumps(column.metadata["example"], ensure_ascii=False)
    return pa.field(name, _with_struct_descriptions(column, arrow_type), nullable=True, metadata=metadata or None)


def _plain(arrow_type: pa.DataType) -> pa.DataType:
    """The type without Polars' large offsets and views, which not every reader of Parquet keeps."""
    if pa.types.is_large_string(arrow_type) or pa.types.is_string_view(arrow_type):
        return pa.string()
    if pa.types.is_large_binary(arrow_type) or pa.types.is_binary_view(arrow_type):
        return pa.binary()
    if pa.types.is_large_list(arrow_type):
        return pa.list_(_plain(arrow_type.value_type))
    if pa.types.is_struct(arrow_type):
        return pa.struct([pa.field(field.name, _plain(field.type)) for field in arrow_type])
    return arrow_type


@cache
def arrow_schema(table: type[dy.Schema]) -> pa.Schema:
    """The Arrow schema of a table: one field a column, in the table's order, with descriptions."""
    empty = table.create_empty().to_arrow().schema
    return pa.schema(
        [arrow_field(name, column, _plain(empty.field(name).type)) for name, column in table.columns().items()]
    )


def leaf_columns(schema: pa.Schema) -> Iterator[str]:
    """The columns of a Parquet file of this schema, as paths: ``authors.list.element.name``."""
    for field in schema:
        yield from _leaves(field, field.name)


def _leaves(field: pa.Field, path: str) -> Iterator[str]:
    if pa.types.is_struct(field.type):
        for child in field.type:
            yield from _leaves(child, f"{path}.{child.name}")
    elif pa.types.is_list(field.type):
        yield from _leaves(field.type.value_field, f"{path}.list.element")
    else:
        yield path
