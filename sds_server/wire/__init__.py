"""Answers as the reference writes them: JSON, XML, AtomPub and Atom, EDMX. Data in, bytes out."""
