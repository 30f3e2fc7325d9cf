"""`python -m codesearch`."""

from codesearch.cli import main

if __name__ == "__main__":
    main()
