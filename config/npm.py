"""python -m config.npm …: npm in frontend/, of the Node.js that the set-up found or installed."""

import os
import sys

from config import bootstrap


def main(arguments: list[str]) -> None:
    """Become npm; without a front end there is nothing to do."""
    if not bootstrap.has_frontend():
        return
    npm, environment = bootstrap.find_npm()
    os.chdir(bootstrap.FRONTEND)
    os.execvpe(npm[0], [*npm, *arguments], environment)


if __name__ == "__main__":
    main(sys.argv[1:])
