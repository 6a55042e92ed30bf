"""The description of the API: what its table of operations says, as OpenAPI 3.1."""
