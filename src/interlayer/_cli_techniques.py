"""What `interlayer analyse` does beside the spectra: techniques recognised and run, requests in the command's own words,
lives of several cells."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import click

from . import _cli
from .errors import RecordError, UnknownNameError

if TYPE_CHECKING:
    from .analysis.recognise import Analysed, Request, Together
    from .record import Finding

#: what has an option of its own; all else is stated by --state NAME=VALUE
OPTIONS = {
    "area": "--area", "mass": "--mass", "thickness": "--thickness", "temperature": "--temperature", "working": "--working-electrode",
    "electrodes": "--electrodes", "faces": "--faces", "circuit": "--circuit", "groups": "--group",
}  # fmt: skip
EXAMPLES = {"area": "1.13 cm^2", "mass": "10 mg", "thickness": "1 mm", "temperature": "25 degC"}


def stated_of(texts: Sequence[str], technique: str | None, **options: Any) -> dict[str, Any]:
    """What --state and the options say, by name; refused here where nothing takes it, or the one `technique` that is run does
    not, or no technique has such an alternative."""
    from .analysis.recognise import check_stated

    said: dict[str, Any] = {}
    out = {k: v for k, v in options.items() if v is not None}
    for text in texts:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not key or not value:
            raise RecordError("What a technique asks for is stated as NAME=VALUE", given=text, remedy='For example --state "length=5 um"')
        if key in OPTIONS:
            raise UnknownNameError(f"{key} has an option of its own", given=text, remedy=f'Say {OPTIONS[key]} "{value}"')
        said[key] = value
    check_stated(said, technique)
    return out | said


def of_impedance(stated: Mapping[str, Any], function: str) -> dict[str, Any]:
    """What is stated for the fits ("fit_each") or for the conductivity that follows from one ("conductivity")."""
    from .analysis import conductivity, impedance
    from .analysis._options import asked

    return asked(stated, "impedance", impedance.fit_each if function == "fit_each" else conductivity.find, "thickness_std", "area_std")


def technique_of(name: str | None) -> str | None:
    """The technique of this name, or the nearest match as an error."""
    if name is None:
        return None
    from .analysis.recognise import TECHNIQUES

    return TECHNIQUES[name].name


def groups_of(texts: Sequence[str], labels: Sequence[str]) -> dict[str, list[str]] | None:
    """{"bare": [labels], ...} of "bare=bare_*.csv" texts; every pattern must meet a file, and a file stand in one group."""
    out: dict[str, list[str]] = {}
    for text in texts:
        word, equals, pattern = (part.strip() for part in text.partition("="))
        if not equals or not word or not pattern:
            raise RecordError("A group is NAME=FILES", given=text, remedy='For example --group "bare=bare_*.csv" --group "protected=prot_*.csv"')
        met = [label for label in labels if fnmatch.fnmatch(label, pattern) or fnmatch.fnmatch(PurePath(label).name, pattern)]
        if not met:
            raise RecordError("No file of this command is in the group", given=text, allowed=labels)
        out[word] = [*out.get(word, []), *met]
    for label in labels:
        inside = [word for word, members in out.items() if label in members]
        if len(inside) > 1:
            raise RecordError(f"{label} is in two groups", given=" and ".join(inside))
    return out or None


def asked(request: Request) -> str:
    """A request in the words of the command line."""
    from .analysis.recognise import taken

    what = {k: v for takes in taken().values() for k, v in takes.items()}.get(request.name, "")
    if request.name in EXAMPLES:
        return f'{request.technique} asks for the {request.name}: {OPTIONS[request.name]} "{EXAMPLES[request.name]}"'
    if request.name in OPTIONS:
        return f"{request.technique} asks for {request.name} ({what}): {OPTIONS[request.name]}"
    if request.name:
        return f'{request.technique} asks for {request.name} ({what}): --state "{request.name}=..."'
    return f"{request.technique}: {request.said}"


def run(record: Any, technique: str | None, stated: Mapping[str, Any], tell: Callable[[str, float], None]) -> Analysed:
    """Recognise, and run all but the spectra, which have their own part."""
    from .analysis.recognise import analyse

    return analyse(record, technique=technique, leave_out=("impedance", "arrhenius"), progress=tell, **stated)


# -- out --------------------------------------------------------------------------------------------------------------
def show_one(found: Analysed, spectra: Sequence[Finding], *, to_stderr: bool) -> None:
    """Techniques with why, then the findings of each, refusals and requests."""
    from .report.words import lines

    there = [r for r in found.recognised if r.contained]
    rows = [(r.title, r.why) for r in there] or [(r.title, f"not: {r.failed}") for r in found.recognised]
    _cli.print_table(("technique" if there else "no technique", "because"), rows, stderr=to_stderr)
    for r in there:
        made = spectra if r.technique == "impedance" else found.findings.get(r.technique, ())
        if made:
            click.echo(r.title, err=to_stderr)
            _cli.print_table(("finding", "value", "note"), [(row.name, row.value, row.note) for row in lines(made)], stderr=to_stderr)
        for why in found.refusals.get(r.technique, ()):
            click.echo(f"{r.title} gives no number: {why}", err=to_stderr)
    for request in found.requests:
        click.echo(asked(request), err=to_stderr)
    for sentence in _unused(found):
        click.echo(sentence, err=to_stderr)


def _unused(found: Analysed) -> list[str]:
    """What --state said in vain; what has an option of its own is for the arcs as well."""
    return [s for s in found.unused if s.partition(" ")[0] not in OPTIONS]


def show_many(analysed: Mapping[str, Analysed], *, to_stderr: bool) -> None:
    """What files of a batch ask for and refuse: a sentence each, with how many files it concerns."""
    said: dict[str, list[str]] = {}
    for label, found in analysed.items():
        for request in found.requests:
            said.setdefault(asked(request), []).append(label)
        for technique, whys in found.refusals.items():
            for why in whys:
                said.setdefault(f"{technique} gives no number: {why}", []).append(label)
        for sentence in _unused(found):
            said.setdefault(sentence, []).append(label)
        if not found.contained:
            said.setdefault("no technique is in it (analyse it alone to see which condition fails)", []).append(label)
    for sentence, labels in said.items():
        click.echo(f"{labels[0] if len(labels) == 1 else f'{len(labels)} files'}: {sentence}", err=to_stderr)


def show_together(found: Together | None, *, to_stderr: bool) -> None:
    """Findings of several records together."""
    from .report.words import lines

    if found is None:
        return
    for r in found.recognised:
        made = found.findings.get(r.technique, ())
        if made:
            click.echo(f"{r.title}: {r.why}", err=to_stderr)
            _cli.print_table(("finding", "value", "note"), [(row.name, row.value, row.note) for row in lines(made)], stderr=to_stderr)
        for why in found.refusals.get(r.technique, ()):
            click.echo(f"{r.title} gives no number: {why}", err=to_stderr)
    for request in found.requests:
        click.echo(asked(request), err=to_stderr)


def json_of(found: Together | None) -> dict[str, Any]:
    """Several records together, plain."""
    if found is None:
        return {"techniques": [], "findings": [], "refusals": {}}
    return {
        "techniques": [r.as_dict() for r in found.recognised], "findings": [f.as_dict() for made in found.findings.values() for f in made],
        "requests": [q.as_dict() for q in found.requests], "refusals": {k: list(v) for k, v in found.refusals.items()},
    }  # fmt: skip
