"""Makes up JSON Schemas and values, and says what PyPI's jsonschema thinks of them.

    schema_judge.py made SEED COUNT          COUNT schemas of its own
    schema_judge.py given SEED COUNT FILE    the schemas of FILE, one in each line, COUNT values for each

Each line of the output is one schema with its values: {"schema": TEXT, "cases": [[TEXT, true or false], ...]}; null where it
cannot tell. They are texts so that numbers keep their spelling. Numbers are compared exactly, as decimals.
"""

import decimal
import json
import random
import sys

from jsonschema import Draft6Validator, Draft7Validator, Draft201909Validator, Draft202012Validator

DIALECTS = {
    "2020-12": ("https://json-schema.org/draft/2020-12/schema", Draft202012Validator),
    "2019-09": ("https://json-schema.org/draft/2019-09/schema", Draft201909Validator),
    "draft-07": ("http://json-schema.org/draft-07/schema#", Draft7Validator),
    "draft-06": ("http://json-schema.org/draft-06/schema#", Draft6Validator),
}
BASE = "https://example.com/root.json"
NAMES = ["a", "b", "c", "ab", "é", "a/b", "~", "", "x y", "😀"]
TEXTS = ["", "a", "b", "ab", "abc", "aaaa", "é", "e\u0301", "😀", "😀😀", "1", "2026-11-21", "A1", "a b", "tab\t", '"']
NUMBERS = [
    "0", "-0", "0.0", "1", "1.0", "1e0", "-1", "2", "3", "4", "5", "10", "1e1", "100e-1", "1.5", "-2.5", "0.1", "0.2", "0.3", "1e-7", "19.99",
    "9007199254740992", "9007199254740993", "9007199254740993.0", "-9007199254740993", "123456789012345678901234567890",
    "123456789012345678901234567890.5", "1e30", "1e400", "1.0000000000000000000001", "3.00000000000000000000000000001",
]
BOUNDS = ["0", "1", "2", "3", "5", "1.5", "-1", "0.3", "9007199254740992", "9007199254740993", "1e30", "123456789012345678901234567890", "2.0"]
DIVISORS = ["1", "2", "3", "0.1", "0.01", "1.5", "1e-7", "2.5", "7", "1e3", "9007199254740993", "0.30", "12345678901234567890"]
# What Python and ECMA-262 read alike, on texts without a line feed.
PATTERNS = ["^a", "b$", "^[a-z]+$", "^.{2}$", "a|b", "^(?:ab?)+$", "[0-9]{4}-", "^$", "\\\\u00e9", "[^a]", "^\\\\S+$", "a{2,}", "^x-", "^[A-Z][0-9]$"]
TYPES = ["string", "number", "integer", "boolean", "array", "object", "null"]

decimal.getcontext().prec = 2000
decimal.getcontext().Emax = decimal.MAX_EMAX
decimal.getcontext().Emin = decimal.MIN_EMIN


class Number(str):
    """A number by its text."""


def text(value):
    """JSON with every number as it is spelled."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(text, value)) + "]"
    return json.dumps(value)


def exact(number):
    value = decimal.Decimal(number)
    return int(value) if value == value.to_integral_value() else value


def parse(source):
    return json.loads(source, parse_float=exact)


class Maker:
    """Makes schemas, and values that come near to them."""

    def __init__(self, chance):
        self.chance = chance
        self.dialect = "2020-12"
        self.definitions = []
        self.absolute = False
        self.is_dynamic = False

    def one_in(self, odds):
        return self.chance.randrange(odds) == 0

    # Schemas

    def document(self):
        """A whole schema."""
        self.dialect = self.chance.choices(list(DIALECTS), [6, 1, 3, 1])[0]
        self.definitions = [f"d{index}" for index in range(self.chance.randrange(5))]
        self.absolute = self.one_in(4)
        self.is_dynamic = self.dialect == "2020-12" and self.one_in(6)
        schema = self.schema(3, 0)
        while not isinstance(schema, dict):
            schema = self.schema(3, 0)
        if self.dialect in ("draft-07", "draft-06") and "$ref" in schema:
            schema = {"allOf": [schema]}
        if self.dialect != "2020-12" or self.one_in(2):
            schema["$schema"] = DIALECTS[self.dialect][0]
        if self.absolute:
            schema["$id"] = BASE
        if self.is_dynamic:
            schema["$dynamicAnchor"] = "node"
        if self.definitions:
            found = {}
            for index, name in enumerate(self.definitions):
                found[name] = self.schema(2, index + 1)
                self.name(found[name], name)
            schema[self.keyword_of_definitions()] = found
        return self.shuffled(schema)

    def shuffled(self, schema):
        items = list(schema.items())
        self.chance.shuffle(items)
        return dict(items)

    def keyword_of_definitions(self):
        return "definitions" if self.dialect in ("draft-07", "draft-06") else "$defs"

    def name(self, schema, name):
        """Gives a definition another name, or a document of its own within the document."""
        if not isinstance(schema, dict):
            return
        if self.dialect in ("draft-07", "draft-06"):
            if self.absolute and "$ref" not in schema and self.one_in(3):
                schema["$id"] = f"{name}.json"
            return
        if self.absolute and self.one_in(3):
            schema["$id"] = f"{name}.json"
            if self.is_dynamic and self.one_in(2):
                schema["$dynamicAnchor"] = "node"
        elif self.one_in(3):
            schema["$anchor"] = f"anchor-{name}"

    def reference(self, first):
        """A reference to a definition from `first` on, or to the whole where nothing can go round without consuming a value."""
        names = self.definitions[first:]
        if not names:
            return None
        name = self.chance.choice(names)
        base = BASE if self.absolute else ""
        return f"{base}#/{self.keyword_of_definitions()}/{name}"

    def schema(self, depth, first):
        """A schema whose references for the same value lead to definitions from `first` on, so that none goes in circles."""
        if self.one_in(12):
            return self.one_in(2)
        if depth <= 0:
            return self.leaf()
        schema = {}
        for _ in range(self.chance.choice([1, 1, 2, 2, 3, 4])):
            self.chance.choice(
                [self.plain, self.plain, self.for_objects, self.for_objects, self.for_objects, self.for_arrays, self.for_arrays,
                 self.combining, self.combining, self.referring]
            )(schema, depth, first)
        if self.dialect in ("draft-07", "draft-06") and "$ref" in schema and not self.one_in(3):
            schema = {"$ref": schema["$ref"]}
        return self.shuffled(schema)

    def leaf(self):
        schema = {}
        self.plain(schema, 0, 0)
        return schema

    def count(self):
        return Number(self.chance.choice(["0", "1", "1", "2", "2", "3", "4", "2.0", "1e0"]))

    def plain(self, schema, depth, first):
        keyword = self.chance.choice(
            ["type", "type", "type", "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
             "maxLength", "pattern", "format"]
        )
        if keyword == "type":
            schema["type"] = self.chance.choice(TYPES) if self.one_in(2) else self.chance.sample(TYPES, self.chance.randrange(1, 5))
        elif keyword == "enum":
            schema["enum"] = [self.value(1) for _ in range(self.chance.randrange(1, 5))]
        elif keyword == "const":
            schema["const"] = self.value(2)
        elif keyword == "multipleOf":
            schema["multipleOf"] = Number(self.chance.choice(DIVISORS))
        elif keyword in ("minLength", "maxLength"):
            schema[keyword] = self.count()
        elif keyword == "pattern":
            schema["pattern"] = json.loads(f'"{self.chance.choice(PATTERNS)}"')
        elif keyword == "format":
            schema["format"] = self.chance.choice(["date", "email", "unknown"])
        else:
            schema[keyword] = Number(self.chance.choice(BOUNDS))

    def for_objects(self, schema, depth, first):
        keywords = ["properties", "properties", "properties", "required", "required", "additionalProperties", "additionalProperties",
                    "patternProperties", "propertyNames", "minProperties", "maxProperties"]
        keywords += ["dependencies"] if self.dialect in ("draft-07", "draft-06") else [
            "dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedProperties"]
        keyword = self.chance.choice(keywords)
        if keyword == "properties":
            schema[keyword] = {name: self.child(depth) for name in self.names()}
        elif keyword == "patternProperties":
            schema[keyword] = {json.loads(f'"{self.chance.choice(PATTERNS)}"'): self.child(depth) for _ in range(self.chance.randrange(1, 3))}
        elif keyword == "required":
            schema[keyword] = self.names()
        elif keyword in ("additionalProperties", "unevaluatedProperties"):
            schema[keyword] = False if self.one_in(2) else self.child(depth)
        elif keyword == "propertyNames":
            schema[keyword] = {self.chance.choice(["minLength", "maxLength"]): self.count()} if self.one_in(2) else self.leaf()
        elif keyword == "dependentRequired":
            schema[keyword] = {name: self.names() for name in self.names()}
        elif keyword == "dependentSchemas":
            schema[keyword] = {name: self.schema(depth - 1, first) for name in self.names()}
        elif keyword == "dependencies":
            schema[keyword] = {name: self.names() if self.one_in(2) else self.schema(depth - 1, first) for name in self.names()}
        else:
            schema[keyword] = self.count()

    def names(self):
        return self.chance.sample(NAMES[: self.chance.choice([3, 4, len(NAMES)])], self.chance.randrange(1, 4))

    def child(self, depth):
        """A schema for a member or element: from here on every reference may lead anywhere."""
        if self.is_dynamic and self.one_in(5):
            return {"$dynamicRef": "#node"} if not self.absolute else {"$dynamicRef": f"{BASE}#node"}
        if self.one_in(12):
            return {"$ref": BASE if self.absolute else "#"}
        return self.schema(depth - 1, 0)

    def for_arrays(self, schema, depth, first):
        is_new = self.dialect == "2020-12"
        keywords = ["items", "items", "contains", "contains", "uniqueItems", "minItems", "maxItems", "prefix", "prefix"]
        if self.dialect not in ("draft-07", "draft-06"):
            keywords += ["minContains", "maxContains", "unevaluatedItems", "unevaluatedItems"]
        keyword = self.chance.choice(keywords)
        if keyword == "prefix":
            prefix = [self.child(depth) for _ in range(self.chance.randrange(1, 4))]
            schema["prefixItems" if is_new else "items"] = prefix
            if not is_new and self.one_in(2):
                schema["additionalItems"] = False if self.one_in(2) else self.child(depth)
        elif keyword in ("items", "contains", "unevaluatedItems"):
            schema[keyword] = False if keyword != "contains" and self.one_in(4) else self.child(depth)
        elif keyword == "uniqueItems":
            schema[keyword] = not self.one_in(4)
        else:
            schema[keyword] = self.count()

    def combining(self, schema, depth, first):
        keyword = self.chance.choice(["allOf", "anyOf", "anyOf", "oneOf", "not", "if"])
        if keyword == "not":
            schema["not"] = self.schema(depth - 1, first)
        elif keyword == "if":
            if self.dialect == "draft-06":
                return
            for part in ["if", "then", "else"]:
                if part == "if" or not self.one_in(3):
                    schema[part] = self.schema(depth - 1, first)
        else:
            schema[keyword] = [self.schema(depth - 1, first) for _ in range(self.chance.randrange(1, 4))]

    def referring(self, schema, depth, first):
        reference = self.reference(first)
        if reference is not None:
            schema["$ref"] = reference

    # Values

    def value(self, depth):
        kind = self.chance.randrange(8 if depth > 0 else 5)
        if kind == 0:
            return self.chance.choice([None, True, False])
        if kind in (1, 2):
            return Number(self.chance.choice(NUMBERS))
        if kind in (3, 4):
            return self.chance.choice(TEXTS)
        if kind == 5:
            return [self.value(depth - 1) for _ in range(self.chance.randrange(5))]
        return {name: self.value(depth - 1) for name in self.names()} if not self.one_in(6) else {}

    def near(self, schema, root, depth=6):
        """A value that has a chance to fit a schema."""
        if depth <= 0 or not isinstance(schema, dict) or self.one_in(12):
            return self.value(2)
        if "$ref" in schema and not self.one_in(4):
            found = self.follow(schema["$ref"], root)
            if found is not None:
                return self.near(found, root, depth - 1)
        if "const" in schema and not self.one_in(4):
            return schema["const"]
        if "enum" in schema and schema["enum"] and not self.one_in(4):
            return self.chance.choice(schema["enum"])
        for keyword in ("anyOf", "oneOf", "allOf"):
            if keyword in schema and self.one_in(2):
                merged = {key: item for key, item in schema.items() if key not in ("anyOf", "oneOf", "allOf")}
                branch = self.chance.choice(schema[keyword])
                if isinstance(branch, dict):
                    merged.update(branch)
                return self.near(merged, root, depth - 1)
        types = schema.get("type")
        types = [types] if isinstance(types, str) else types
        if not types:
            if any(key in schema for key in ("properties", "required", "additionalProperties", "unevaluatedProperties", "dependentSchemas")):
                types = ["object"]
            elif any(key in schema for key in ("items", "prefixItems", "contains", "uniqueItems", "unevaluatedItems")):
                types = ["array"]
            else:
                return self.value(2)
        kind = self.chance.choice(types)
        if kind == "object":
            return self.near_object(schema, root, depth)
        if kind == "array":
            return self.near_array(schema, root, depth)
        if kind == "string":
            return self.chance.choice(TEXTS)
        if kind in ("number", "integer"):
            return Number(self.chance.choice(NUMBERS[:12] if self.one_in(2) else NUMBERS + BOUNDS + DIVISORS))
        return None if kind == "null" else self.one_in(2)

    def near_object(self, schema, root, depth):
        found = {}
        properties = schema.get("properties") or {}
        names = [name for name in properties if not self.one_in(3)]
        names += [name for name in schema.get("required") or [] if not self.one_in(10)]
        if self.one_in(3):
            names += self.names()
        for name in dict.fromkeys(names):
            rest = schema.get("additionalProperties", schema.get("unevaluatedProperties", True))
            found[name] = self.near(properties.get(name, rest), root, depth - 1)
        return self.shuffled(found)

    def near_array(self, schema, root, depth):
        items = schema.get("items", True)
        prefix = schema.get("prefixItems", items if isinstance(items, list) else [])
        rest = schema.get("additionalItems", True) if isinstance(items, list) else items
        found = []
        for index in range(self.chance.randrange(5)):
            part = prefix[index] if index < len(prefix) else rest
            if "contains" in schema and self.one_in(3):
                part = schema["contains"]
            found.append(self.near(part, root, depth - 1))
        if found and self.one_in(5):
            found.append(self.chance.choice(found))
        return found

    def follow(self, reference, root):
        place = root
        for step in reference.partition("#")[2].split("/")[1:]:
            place = place.get(step) if isinstance(place, dict) else None
        return place


def verdicts(source, values, validator):
    """What jsonschema says of values, as texts."""
    judge = validator(parse(source))
    cases = []
    for value in values:
        spelled = text(value)
        try:
            cases.append([spelled, judge.is_valid(parse(spelled))])
        except (RecursionError, TypeError):
            # A schema of booleans trips jsonschema's 2019-09, and a deep one the interpreter.
            cases.append([spelled, None])
    return cases


def numbered(value):
    """The same with every number by its text."""
    if isinstance(value, dict):
        return {key: numbered(item) for key, item in value.items()}
    if isinstance(value, list):
        return [numbered(item) for item in value]
    if isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool):
        return Number(value)
    return value


def main():
    how, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    maker = Maker(random.Random(seed))
    if how == "made":
        for _ in range(count):
            schema = maker.document()
            values = [maker.near(schema, schema) for _ in range(10)] + [maker.value(3) for _ in range(3)]
            print(json.dumps({"schema": text(schema), "cases": verdicts(text(schema), values, DIALECTS[maker.dialect][1])}))
    else:
        with open(sys.argv[4], encoding="utf-8") as lines:
            for line in lines:
                schema = numbered(parse(line))
                values = [maker.near(schema, schema) for _ in range(count)]
                print(json.dumps({"schema": line, "cases": verdicts(line, values, Draft202012Validator)}))


if __name__ == "__main__":
    main()
