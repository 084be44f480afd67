"""``broadsheet`` and ``python -m flows``: the program's entry."""

import sys


def main() -> None:
    """Run the command line and leave with its exit status: 0 done, 1 the run failed, 2 the words are off."""
    # Imported here, not above: worker processes import this module again as their main module.
    from flows.loading import loading

    with loading():
        from flows.commands.command_line import run_command_line

    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    main()
