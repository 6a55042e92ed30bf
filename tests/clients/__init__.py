"""Clients in the field, as they ask and as they read: each in a few lines of our own.

Only what these clients rely on is written down: where one of them would throw, ours fails. Nothing
here imports the server or our own client.
"""
