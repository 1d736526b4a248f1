#!/usr/bin/env python3
"""Every command. `demo`, `serve` and `test` set themselves up on first use; the others are Django's."""

import os
import sys

if sys.version_info < (3, 11):  # before any import that an older Python could not read
    sys.exit(
        "Tatkham needs Python 3.11 or newer; this is %s.%s (%s)." % (*sys.version_info[:2], sys.executable)
    )


def main():
    """Set up where the command asks for it, then run the tests or hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config import bootstrap

    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in bootstrap.COMMANDS:
        bootstrap.ensure(sys.argv)
    if command == "setup":
        return 0
    if command == "test":
        from config import testing

        return testing.run(sys.argv[2:])
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
