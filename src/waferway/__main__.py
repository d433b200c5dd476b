"""``python -m waferway``."""

from waferway.cli import main

if __name__ == "__main__":
    main()
