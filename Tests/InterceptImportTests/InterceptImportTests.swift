import InterceptImport
import Testing

struct InterceptImportTests {}
