"""`interlayer claims` and `interlayer audit`: published statements as data, and what numbers can't all be true."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .errors import UnknownNameError

if TYPE_CHECKING:
    from .literature import Claim


def register(main: click.Group, debug: Callable[..., Any]) -> None:
    """Add the commands to `main`."""

    @main.command("claims", short_help="List what papers state, with units, conditions and sources.")
    @click.argument("query", nargs=-1)
    @click.option("--paper", metavar="NAME", help="One paper, or a claims file of your own; default: the five papers.")
    @click.option("--json", "json_out", metavar="OUT", help="Write the claims as JSON; - prints it.")
    @click.option("--template", is_flag=True, help="Print a claims file to start from.")
    @click.option("--quantities", is_flag=True, help="Print the vocabulary: quantities, units and what they mean.")
    @debug
    def claims_command(query: tuple[str, ...], paper: str | None, json_out: str | None, template: bool, quantities: bool) -> None:
        """List the claims in which every word of QUERY occurs: a quantity ("interfacial_asr"), a technique ("ccd"), an id
        ("S2.C03"), a split ("open"), or part of subject, variant or note."""
        from . import literature

        if template:
            click.echo(literature.template(), nl=False)
        elif quantities:
            show_quantities()
        else:
            show_claims(query, paper, json_out)


def pool(paper: str | None) -> Mapping[str, Claim]:
    """The claims of one paper, of a user's file, or ("all" or None) of the five papers."""
    from . import literature

    if paper is None or paper == "all":
        return {key: claim for name in literature.papers() for key, claim in literature.claims(name).items()}
    looks_like_a_file = Path(paper).suffix.lower() in (".yaml", ".yml") or Path(paper).exists()
    if paper not in literature.papers() and looks_like_a_file:
        return literature.load(paper)
    if paper not in literature.papers():
        raise UnknownNameError(
            "This is neither a paper of the package nor a claims file", given=paper, allowed=[*literature.papers(), "all"],
            remedy="`interlayer claims --template` prints a claims file to start from",
        )  # fmt: skip
    return literature.claims(paper)


def matching(query: Iterable[str], claims: Iterable[Claim]) -> list[Claim]:
    """The claims in which every word occurs. Errors: a word that no claim has, with the nearest word of the vocabulary."""
    from .literature import vocabulary

    found = list(claims)
    words = vocabulary()
    for word in query:
        exact = word in words.quantities or word in words.techniques or word in words.splits
        hits = [c for c in found if (word in (c.quantity, c.technique, c.split) if exact else word.casefold() in " ".join((c.id, c.quantity, c.subject, c.variant, c.note)).casefold())]
        if not hits and not exact:
            raise UnknownNameError("No claim has this word", given=word, allowed=[*words.quantities, *words.techniques, *words.splits])
        found = hits
    return found


def show_claims(query: tuple[str, ...], paper: str | None, json_out: str | None) -> None:
    """The table of claims, or JSON."""
    from . import _cli

    _cli.check_targets(json_out, None, None)
    found = matching(query, pool(paper).values())
    if json_out != "-":
        rows = [(c.id, c.subject, c.variant, c.said(), c.split, "ended without failure" if c.censored else "", c.source) for c in found]
        _cli.print_table(("id", "subject", "variant", "statement", "split", "", "source"), rows)
        click.echo(f"{len(found)} claims")
    if json_out is not None:
        _cli.write_json({"claims": [c.as_dict() for c in found]}, json_out)


def show_quantities() -> None:
    """The vocabulary of claims."""
    from . import _cli
    from .literature import vocabulary

    words = vocabulary()
    _cli.print_table(("quantity", "units", "meaning"), [(q.name, ", ".join(q.units), q.meaning) for q in words.quantities.values()])
    click.echo(f"Conditions with a unit: {', '.join(words.conditions)} (or any quantity). Plain texts: {', '.join(sorted(words.texts))}. Counts: {', '.join(words.counts)}.")
    for what, listed in (("Techniques", words.techniques), ("Forms", words.forms), ("Kinds", words.kinds), ("Splits", words.splits)):
        click.echo(f"{what}: {', '.join(listed)}.")


__all__ = ["matching", "pool", "register", "show_claims", "show_quantities"]
