"""``python -m scheduler``: the same as the command ``scheduler``."""

from __future__ import annotations

from scheduler.cli.main import main

if __name__ == "__main__":
    main()
