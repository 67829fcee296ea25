"""The command `rempart`. One file per command, loaded only when it is called.

Rules: exit 0 done; 1 found what it looks for (failed verification, refused rules); 2 wrong use or
unreadable input. For 1 and 2 by error there is one line on stderr: where, what, what to do next.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NamedTuple

import click

from rempart import __version__
from rempart.errors import RempartError


class _Entry(NamedTuple):
    module: str
    summary: str


COMMANDS = {
    "demo": _Entry("demo", "Start everything and watch a raid being caught, live."),
    "serve": _Entry("serve", "The service: API, console, public pages."),
    "scan": _Entry("scan", "The whole pipeline over message files."),
    "replay": _Entry("replay", "Play a scenario or message file into a running service."),
    "rules": _Entry("rules", "Check, test, backtest and push rules."),
    "case": _Entry("case", "Cases: list, show, export the dossier."),
    "verify": _Entry("verify", "Verify a dossier or a log, offline."),
    "log": _Entry("log", "The log: checkpoint, scrub, witness, timestamps."),
    "disclose": _Entry("disclose", "Statements, yearly report, court dossier."),
    "evaluate": _Entry("evaluate", "Quality of detection on a labelled file."),
    "perspective": _Entry(
        "perspective", "Keys for clients of the Perspective-compatible endpoint."
    ),
    "train": _Entry("train", "Train the text classifier from labelled text."),
    "photo": _Entry("photo", "What a photo gives away, and a copy without it."),
    "facts": _Entry("facts", "Protected facts: invite a target to a page of their own."),
    "erase": _Entry("erase", "Erasure: requests, holds, retention; a search for residues."),
    "doctor": _Entry("doctor", "What is wrong with this installation, and how to mend it."),
}


class LazyGroup(click.Group):
    """Knows its commands by name; imports the one that is called, so that starting is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        return list(COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and (near := get_close_matches(args[0], COMMANDS, 1)):
            ctx.fail(f"No such command {args[0]!r}. Did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(import_module(f"rempart.cli.{entry.module}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def main(self, args: Sequence[str] | None = None, *rest: Any, **options: Any) -> Any:
        """Like click's, but an error is one line, and the exit code is the contract's."""
        options["standalone_mode"] = False
        try:
            result = super().main(args, *rest, **options)
        except RempartError as error:
            _stop(error.diagnostics(), error.exit_code)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(2)
        except click.UsageError as error:
            hint = f" (see: {error.ctx.command_path} --help)" if error.ctx else ""
            _stop(f"{_one_line(error.format_message())}{hint}", 2)
        except click.ClickException as error:
            _stop(_one_line(error.format_message()), 2)
        except BrokenPipeError:
            _stop_quietly()
        except OSError as error:
            _stop(_of_the_system(error), 2)
        except (click.Abort, KeyboardInterrupt):
            sys.exit(130)
        sys.exit(result if isinstance(result, int) else 0)


def _one_line(message: str) -> str:
    return " ".join(message.split())


def _of_the_system(error: OSError) -> str:
    """What no command has foreseen: a folder without rights, a disk that is gone."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error} (look at the rights and the disk: rempart doctor)"


def _stop_quietly() -> None:
    """Whoever read our output has closed it (`| head`); the interpreter must not complain again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(141)


def _stop(message: str, code: int) -> None:
    click.echo(f"rempart: {_one_line(message)}", err=True)
    sys.exit(code)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: rempart demo",
)
@click.version_option(__version__, prog_name="rempart")
def main() -> None:
    """Defence against online harassment: sees coordinated attacks as they arrive, protects the
    target, answers reporters, keeps evidence that a stranger can check."""
