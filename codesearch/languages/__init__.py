"""The languages: names, extensions, file names, shebangs, grammars, one query file each."""
