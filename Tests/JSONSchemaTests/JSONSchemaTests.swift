import JSONSchema
import Testing

struct JSONSchemaTests {}
