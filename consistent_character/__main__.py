"""`python -m consistent_character`: the same as the `consistent-character` command."""

from consistent_character.cli import run

if __name__ == "__main__":
    run()
