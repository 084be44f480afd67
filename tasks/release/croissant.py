"""croissant.json: the release in Croissant 1.1, for machine learning tools and dataset search.

What belongs here: the way from schema.json and the manifest's entries to JSON-LD: one FileObject a data file, one
FileSet and one RecordSet a table. What does not: Data Package (``datapackage``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tasks.release.facts import ReleaseFacts
from tasks.release.manifest import FileEntry

# The context that the specification gives for 1.1, word for word.
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "annotation": "cr:annotation",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "excludes": "cr:excludes",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
    "value": "cr:value",
}
_TYPES = {
    "string": "sc:Text",
    "bool": "sc:Boolean",
    "int32": "cr:Int32",
    "int64": "cr:Int64",
    "float64": "cr:Float64",
    "date": "sc:Date",
    "binary": "sc:Text",
}


def croissant(
    version: str, facts: ReleaseFacts, schema: dict[str, Any], entries: Sequence[FileEntry]
) -> dict[str, Any]:
    """The document."""
    publication = facts.publication
    tables = schema["tables"]
    files = [entry for entry in entries if entry.table in {table["name"] for table in tables}]
    found: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": "broadsheet",
        "description": f"{publication.title}. {publication.summary}",
        "version": version,
        "datePublished": facts.published_on.isoformat(),
        "creator": [{"@type": "sc:Organization", "name": creator} for creator in publication.creators],
        "license": _license(facts),
        "citeAs": f"{', '.join(publication.creators)} ({facts.published_on.year}). {publication.title}, {version}.",
        "keywords": ["news", "web articles"],
        "distribution": [*(_file(entry) for entry in files), *(_file_set(table["name"]) for table in tables)],
        "recordSet": [_record_set(table) for table in tables],
    }
    if publication.homepage:
        found["url"] = publication.homepage
    return found


def _license(facts: ReleaseFacts) -> str:
    publication = facts.publication
    if publication.license != "other":
        return publication.license
    return publication.license_url or publication.license_name


def _file(entry: FileEntry) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": entry.path,
        "name": entry.path.rpartition("/")[2],
        "contentUrl": entry.path,
        "contentSize": f"{entry.bytes} B",
        "encodingFormat": "application/x-parquet",
        "sha256": entry.sha256,
    }


def _file_set(table: str) -> dict[str, Any]:
    """A table's files, found by name beside croissant.json: mlcroissant cannot read a set contained in many files."""
    return {
        "@type": "cr:FileSet",
        "@id": f"{table}-files",
        "encodingFormat": "application/x-parquet",
        "includes": f"{table}/*.parquet",
    }


def _record_set(table: dict[str, Any]) -> dict[str, Any]:
    name = table["name"]
    found: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": table["description"],
        "field": [_field(name, column) for column in table["columns"]],
    }
    if table["primary_key"]:
        found["key"] = [{"@id": f"{name}/{column}"} for column in table["primary_key"]]
    keys = {reference["column"]: reference for reference in table["references"] if len(reference["tables"]) == 1}
    for field in found["field"]:
        if field["name"] in keys:
            reference = keys[field["name"]]
            field["references"] = {"field": {"@id": f"{reference['tables'][0]}/{reference['to']}"}}
    return found


def _field(table: str, column: dict[str, Any]) -> dict[str, Any]:
    name = column["name"]
    found: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table}/{name}",
        "name": name,
        "description": column["description"],
        "source": {"fileSet": {"@id": f"{table}-files"}, "extract": {"column": name}},
    }
    kind = column["type"]
    item = column["items"] if kind == "list" else column
    if kind == "list":
        found["repeated"] = True
    if item["type"] == "struct":
        found["subField"] = [_sub_field(table, name, field) for field in item["fields"]]
    else:
        found["dataType"] = _data_type(item["type"])
    return found


def _sub_field(table: str, name: str, field: dict[str, Any]) -> dict[str, Any]:
    is_list = field["type"] == "list"
    found = {
        "@type": "cr:Field",
        "@id": f"{table}/{name}/{field['name']}",
        "name": field["name"],
        "description": field.get("description", ""),
        "dataType": _data_type(field["items"]["type"] if is_list else field["type"]),
        "source": {
            "fileSet": {"@id": f"{table}-files"},
            "extract": {"column": name},
            "transform": {"jsonPath": f"$.{field['name']}"},
        },
    }
    return {**found, "repeated": True} if is_list else found


def _data_type(kind: str) -> str:
    return "sc:DateTime" if kind.startswith("timestamp") else _TYPES[kind]
