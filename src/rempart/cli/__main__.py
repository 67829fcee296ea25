"""`python -m rempart.cli` is `rempart`."""

from rempart.cli import main

if __name__ == "__main__":
    main(prog_name="rempart")
