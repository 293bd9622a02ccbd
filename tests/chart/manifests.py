"""Reads Kubernetes manifests as strictly as the API server does, and compares them with its schemas.

The schemas are data: a directory with `swagger.json` (api/openapi-spec/swagger.json of a Kubernetes release, 1.29 or
later) and `crds/*.yaml` (CustomResourceDefinitions). $TELLTALE_K8S_SCHEMAS names it; the default is a directory `k8s` in
any directory beside the checkout.
"""
import json
import os
import pathlib
import re

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A number or a text in manifests, whatever the schema's own type is.
LOOSE = {"io.k8s.apimachinery.pkg.util.intstr.IntOrString": ["integer", "string"],
         "io.k8s.apimachinery.pkg.api.resource.Quantity": ["string", "number"]}


class StrictLoader(yaml.SafeLoader):
    """Rejects duplicate keys; YAML 1.1's lone `=` is a text."""


def _mapping(loader, node):
    keys = [loader.construct_object(key) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.YAMLError(f"line {node.start_mark.line + 1}: key {key!r} is given twice")
    return {loader.construct_object(k, True): loader.construct_object(v, True) for k, v in node.value}


StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
StrictLoader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: node.value)


def documents(text):
    return [document for document in yaml.load_all(text, StrictLoader) if document]


def schema_folder():
    """The directory of the schemas, or None."""
    named = os.environ.get("TELLTALE_K8S_SCHEMAS")
    if named:
        return pathlib.Path(named)
    beside = sorted(ROOT.parent.glob("*/k8s/swagger.json"))
    return beside[0].parent if beside else None


def closed(schema):
    """The schema with every object closed: a misspelt field is an error, as with `kubectl apply --validate=strict`."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string") or schema.get("format") == "int-or-string":
        return {"type": ["integer", "string"]}
    out = {}
    for key, value in schema.items():
        if key == "properties":
            out[key] = {name: closed(property_) for name, property_ in value.items()}
        elif key not in ("description", "default", "format", "x-kubernetes-validations"):
            out[key] = closed(value)
    if "properties" in out and not schema.get("x-kubernetes-preserve-unknown-fields"):
        out.setdefault("additionalProperties", False)
    return out


class Schemas:
    def __init__(self, folder):
        swagger = json.loads((folder / "swagger.json").read_text())
        self.version = swagger["info"]["version"]
        self.kinds = {}
        self.definitions = {}
        for name, schema in swagger["definitions"].items():
            self.definitions[name] = {"type": LOOSE[name]} if name in LOOSE else closed(schema)
            for kind in schema.get("x-kubernetes-group-version-kind", []):
                api = "/".join(part for part in (kind["group"], kind["version"]) if part)
                self.kinds[api, kind["kind"]] = {"$ref": f"#/definitions/{name}"}
        for file in sorted((folder / "crds").glob("*.yaml")):
            self._add_resources(documents(file.read_text()))

    def _add_resources(self, resources):
        for resource in resources:
            spec = resource["spec"]
            for version in spec["versions"]:
                schema = closed(version["schema"]["openAPIV3Schema"])
                for field in ("apiVersion", "kind"):
                    schema["properties"][field] = {"type": "string"}
                schema["properties"]["metadata"] = {"$ref": "#/definitions/" + self._metadata()}
                self.kinds[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = schema

    def _metadata(self):
        return next(name for name in self.definitions if name.endswith("meta.v1.ObjectMeta"))

    def errors(self, manifest):
        """Sentences about errors in one manifest."""
        kind, api = manifest.get("kind"), manifest.get("apiVersion")
        who = f"{kind}/{manifest.get('metadata', {}).get('name')}"
        schema = self.kinds.get((api, kind))
        if schema is None:
            return [f"{who}: {self.version} knows no {api} {kind}"]
        if not re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", str(manifest.get("metadata", {}).get("name"))):
            return [f"{who}: not a name"]
        validator = jsonschema.Draft7Validator({"allOf": [schema], "definitions": self.definitions})
        return [f"{who}: {'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"
                for error in validator.iter_errors(manifest)]
