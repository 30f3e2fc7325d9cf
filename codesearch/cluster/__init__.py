"""An index of many repositories on many machines.

Each repository is indexed by a task of its own into a shard: an ordinary index with the texts of its files. A place, a
shared folder or a bucket, holds the shards and a manifest of them.
"""
