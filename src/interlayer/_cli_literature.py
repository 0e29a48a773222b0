"""`interlayer claims` and `interlayer audit`: published statements as data, and what numbers can't all be true."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .errors import RecordError, UnknownNameError, nearest

if TYPE_CHECKING:
    from .literature import Claim, Look


def register(main: click.Group, debug: Callable[..., Any]) -> None:
    """Add the commands to `main`."""

    @main.command("claims", short_help="List what papers state, with units, conditions and sources.")
    @click.argument("query", nargs=-1)
    @click.option("--paper", metavar="NAME", help="One paper, or a claims file of your own; default: the five papers.")
    @click.option("--json", "json_out", metavar="OUT", help="Write the claims as JSON; - prints it.")
    @click.option("--template", is_flag=True, help="Print a claims file to start from.")
    @click.option("--quantities", is_flag=True, help="Print the vocabulary: quantities, units and what they mean.")
    @click.option("--chart", metavar="OUT.html|OUT.png", type=click.Path(path_type=Path, dir_okay=False), help="Draw critical currents and lives at a current: a page, or an image each.")
    @click.option("--own", metavar="FILE.yaml", multiple=True, help="With --chart: claims file of your own, marked as this work; repeat it.")
    @debug
    def claims_command(query: tuple[str, ...], paper: str | None, json_out: str | None, template: bool, quantities: bool, chart: Path | None, own: tuple[str, ...]) -> None:
        """List the claims in which every word of QUERY occurs: a quantity ("interfacial_asr"), a technique ("ccd"), an id
        ("S2.C03"), a split ("open"), or part of subject, variant or note.

        --chart draws the claims chosen in the two charts of the field: critical current by modification, and life against
        current. An arrow stands where a cell did not fail.
        """
        from . import literature

        if template:
            click.echo(literature.template(), nl=False)
        elif quantities:
            show_quantities()
        elif chart is not None:
            draw_claims(query, paper, chart, own)
        elif own:
            raise RecordError("--own stands beside --chart", given=" ".join(own), remedy="Write --chart field.html, or --paper for the file's own table")
        else:
            show_claims(query, paper, json_out)

    @main.command("audit", short_help="Find numbers in a paper or a draft that can't all be true.")
    @click.argument("source", metavar="FILE|PAPER|all")
    @click.option("--rule", "rules", metavar="NAME", multiple=True, help="Only this rule; repeat it. Default: all.")
    @click.option("--json", "json_out", metavar="OUT", help="Write the verdicts as JSON; - prints it.")
    @click.option("--report", metavar="OUT.html", type=click.Path(path_type=Path, dir_okay=False), help="Write one self-contained HTML report.")
    @click.option("--strict", is_flag=True, help="Exit code 1 when any verdict is \"disagree\".")
    @debug
    @click.pass_context
    def audit_command(ctx: click.Context, source: str, rules: tuple[str, ...], json_out: str | None, report: Path | None, strict: bool) -> None:
        """Check the numbers of a claims file of your own, of a paper of the package, or of all five, against each other.

        "disagree" is said only where nothing that the text leaves open (areas, thicknesses, prefactors, definitions, N/P,
        electrolyte, reading, scatter) reconciles the numbers; each verdict names what was allowed for.
        """
        if show_audit(source, rules, json_out, report) and strict:
            ctx.exit(1)


def pool(paper: str | None, *, strict: bool = True) -> Mapping[str, Claim]:
    """The claims of one paper, of a user's file (without `strict` numbers that can't be are kept), or ("all" or None) of the five
    papers."""
    from . import literature

    if paper is None or paper == "all":
        return {key: claim for name in literature.papers() for key, claim in literature.claims(name).items()}
    looks_like_a_file = Path(paper).suffix.lower() in (".yaml", ".yml") or Path(paper).exists()
    if paper not in literature.papers() and looks_like_a_file:
        return literature.load(paper, strict=strict)
    if paper not in literature.papers():
        raise UnknownNameError(
            "This is neither a paper of the package nor a claims file", given=paper, allowed=[*literature.papers(), "all"],
            remedy="`interlayer claims --template` prints a claims file to start from",
        )  # fmt: skip
    return literature.claims(paper)


def matching(query: Iterable[str], claims: Iterable[Claim]) -> list[Claim]:
    """The claims in which every word occurs. Errors: a word that no claim has, with the nearest word of the vocabulary."""
    from .literature import vocabulary

    found = claims_given = list(claims)
    words = vocabulary()
    for word in (part for phrase in query for part in phrase.split()):
        exact = word in words.quantities or word in words.techniques or word in words.splits
        hits = [c for c in found if (word in (c.quantity, c.technique, c.split) if exact else word.casefold() in " ".join((c.id, c.quantity, c.subject, c.variant, c.note)).casefold())]
        if not hits and not exact:
            whole = {*words.quantities, *words.techniques, *words.splits, *(c.id for c in claims_given)}
            hit = nearest(word, whole) or nearest(word, {part for one in whole for part in one.split("_")})
            raise UnknownNameError("No claim has this word", given=word, remedy=(f"Did you mean {hit!r}? " if hit else "") + "`interlayer claims --quantities` lists the words")
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


def draw_claims(query: tuple[str, ...], paper: str | None, chart: Path, own: tuple[str, ...]) -> None:
    """The charts of the field; a user's claims file stands as this work, whether given by --paper or --own."""
    from . import _cli, literature
    from .report.pages import field

    page = chart.suffix.lower() in (".html", ".htm")
    _cli.check_targets(None, chart if page else None, None, inputs=[Path(f) for f in (*own, *([paper] if paper else []))])
    mine = [claim for file in own for claim in literature.load(file).values()]
    found = matching(query, pool(paper).values())
    if paper is not None and paper != "all" and paper not in literature.papers():
        mine, found = found + mine, []
    for path in field.field(found, mine, chart):
        click.echo(f"Chart: {path}")


def show_quantities() -> None:
    """The vocabulary of claims."""
    from . import _cli
    from .literature import vocabulary

    words = vocabulary()
    _cli.print_table(("quantity", "units", "meaning"), [(q.name, ", ".join(q.units), q.meaning) for q in words.quantities.values()])
    click.echo(f"Conditions with a unit: {', '.join(words.conditions)} (or any quantity). Plain texts: {', '.join(sorted(words.texts))}. Counts: {', '.join(words.counts)}.")
    for what, listed in (("Techniques", words.techniques), ("Forms", words.forms), ("Kinds", words.kinds), ("Splits", words.splits)):
        click.echo(f"{what}: {', '.join(listed)}.")


def show_audit(source: str, rules: tuple[str, ...], json_out: str | None, report: Path | None) -> int:
    """Print and write the verdicts; the number that disagree."""
    from . import _cli, literature

    _cli.check_targets(json_out, report, None, inputs=[Path(source)])
    claims = pool(source, strict=False)  # a number that can't be is a verdict here
    done = literature.examine(claims, rules or None)
    found = done.verdicts
    counts = {word: sum(v.word == word for v in found) for word in ("disagree", "indeterminate", "agree")}
    if json_out != "-":
        for paper in dict.fromkeys(c.paper for c in claims.values()):
            click.echo(f"{paper}")
            for v in (v for v in found if v.paper == paper):
                click.echo(f"  {v}")
            show_looks([look for look in done.looks if look.paper == paper], rules)
        words = ", ".join(f"{n} {word}" for word, n in counts.items())
        click.echo(f"{len(claims)} claims, {len(found)} verdicts: {words}.")
    if report is not None:
        from .report.pages import audit as page

        page.audit(claims, found, report, looks=done.looks)
        click.echo(f"Report: {report}", err=json_out == "-")
    if json_out is not None:
        _cli.write_json({"claims": len(claims), "counts": counts, "verdicts": [v.as_dict() for v in found], "looked": [look.as_dict() for look in done.looks]}, json_out)
    return counts["disagree"]


def show_looks(looks: Iterable[Look], rules: Iterable[str]) -> None:
    """What each rule compared in a paper, and what would make more of it checkable."""
    from .literature import RULES

    listed = list(looks)
    click.echo("  what the rules looked at:")
    for look in listed:
        click.echo(f"    {look}")
    none = [name for name in (rules or RULES) if name not in {look.rule for look in listed}]
    if none:
        click.echo(f"    no claims of their kind: {', '.join(none)}")


__all__ = ["draw_claims", "matching", "pool", "register", "show_audit", "show_claims", "show_looks", "show_quantities"]
