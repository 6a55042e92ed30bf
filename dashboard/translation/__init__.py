"""The words of the pages in other languages: found in the source, kept in `locale/`, compiled.

`collect` finds every string that is marked for translation, `catalogues` keeps them in .po files,
`compiled` makes of these what the running site reads. See docs/translating.md.
"""
