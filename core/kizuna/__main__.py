"""`python -m kizuna` is the command `kizuna`."""

from kizuna.cli import main

if __name__ == "__main__":
    main()
