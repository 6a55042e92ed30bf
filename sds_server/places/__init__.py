"""Addresses and routes: who says where they are, and queries that name them."""
