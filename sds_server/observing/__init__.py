"""How the server is doing: request IDs, logs, metrics, probes for load balancers, a status page.

Nothing here shows a key, and no label or page a data source's name.
"""
