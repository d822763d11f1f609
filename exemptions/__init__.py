"""The domain: columns, catalogues, NIT, the book of record, disclosure, queries and reading a release."""
