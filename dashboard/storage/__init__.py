"""Where files lie: a folder of this machine, or an S3-compatible bucket, behind Django's storages.

Both keep a file whole or not at all, and both offer what Django's interface lacks:

- `scratch(name)` is a local path to write a file on, and `put(name, path, sha256)` moves it in.
- `local_copy(name, sha256)` gives a file a path on this machine, for readers that seek.
- `open_sealed(name, sha256)` reads one as a stream that fails at its end where it is damaged.
- `walk(prefix)` lists what there is, with sizes and times, a page at a time.
- `unfinished(seconds)` tells what writers that died left behind, and `sweep(seconds)` removes it.

Names are given once and their files never change, but for those of jobs that are tried again.
What is gone or damaged raises FileNotFoundError, a bucket that does not answer ConnectionError.
"""
