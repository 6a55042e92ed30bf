"""The conformance suite: what the public reference says of the service, a file a page.

It asks any service over HTTP: `make conformance URL=… MASTER_KEY=… QUERY_KEY=…`; without a URL our
own server, on a real port. Each test's docstring begins with the section of the page that its case
comes from. Nothing here imports the server. Against another service it runs at most `MAX_JOBS`
jobs; what needs our clock, a plan's limits or more jobs is marked `own_server`.
"""
