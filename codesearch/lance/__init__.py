"""Many repositories as tables of LanceDB, in a folder or in object storage.

LanceDB stores them and finds the best thousand chunks by words and by vectors; the ranking is codesearch's own, as for
any index.
"""
