"""Where errors become sentences and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from kizuna.errors import KizunaError

INTERRUPTED = 130


def run(command: click.Command, arguments: Sequence[str] | None = None) -> int:
    """The exit code of the command; what went wrong stands on stderr in one sentence."""
    try:
        given = list(arguments) if arguments is not None else None
        result = command.main(args=given, prog_name="kizuna", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _say("Interrupted.", INTERRUPTED)
    except BrokenPipeError:
        # Who read us has gone (`| head`); Python must not complain about it again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KizunaError as error:
        return _say(f"Error: {error}", 1)
    except Exception as error:  # a border: the user gets a sentence, whatever happened
        if os.environ.get("KIZUNA_LOG_LEVEL") == "debug":
            raise
        return _say(f"Error: {_sentence(error)}", 1)


def _say(sentence: str, code: int) -> int:
    click.echo(sentence, err=True)
    return code


def _sentence(error: Exception) -> str:
    if type(error).__module__.partition(".")[0] == "sqlalchemy":
        reason = str(getattr(error, "orig", None) or type(error).__name__).strip().splitlines()[0]
        return f"The database cannot be used ({reason}); check --database, then run `kizuna doctor`."
    return (
        f"This is a fault of Kizuna ({type(error).__name__}); run it again with KIZUNA_LOG_LEVEL=debug and report "
        "what it prints."
    )
