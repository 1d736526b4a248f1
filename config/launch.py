"""Change this process as a supervisor asked, then become the program: launch.py [options] -- program.

A small program of its own because a supervisor with threads must not run Python between fork and exec. The
process id stays the same, so the program is the supervisor's direct child. Standard library only.
"""

import argparse
import ctypes
import ctypes.util
import os
import pwd
import signal
import sys

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Change what was asked for, in the one order that works, and exec the program."""
    split = arguments.index("--")
    options = _parse(arguments[:split])
    program = arguments[split + 1 :]
    if options.nice:
        os.nice(options.nice)
    if options.map_to:
        _enter_user_namespace(options.map_to)
    if options.user:
        _drop_to(options.user)
    # After the changes of user, which clear it.
    if options.die_with_parent and sys.platform == "linux":
        _libc().prctl(_PR_SET_PDEATHSIG, int(options.die_with_parent), 0, 0, 0)
        if os.getppid() != options.parent:
            sys.exit("The supervisor ended while this process was starting.")
    os.execvp(program[0], program)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("--map-to", metavar="USER", help="be root outside and this user inside a namespace")
    parser.add_argument("--user", help="give up root for this user")
    parser.add_argument("--die-with-parent", type=int, metavar="SIGNAL", default=0)
    parser.add_argument("--parent", type=int, default=0)
    return parser.parse_args(arguments)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _enter_user_namespace(user: str) -> None:
    """Look like `user` from inside while root's own files, and no others, stay open to this process."""
    entry = pwd.getpwnam(user)
    outside_uid, outside_gid = os.geteuid(), os.getegid()
    if _libc().unshare(_CLONE_NEWUSER) != 0:
        error = ctypes.get_errno()
        sys.exit(f"No user namespace can be made here: {os.strerror(error)}.")
    for name, value in (
        ("setgroups", "deny"),
        ("uid_map", f"{entry.pw_uid} {outside_uid} 1"),
        ("gid_map", f"{entry.pw_gid} {outside_gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(value)


def _drop_to(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main(sys.argv[1:])
