"""How the audit fares on papers that never were: planted errors found, innocent papers accused, and the time it takes.

    python benchmarks/proof_audit.py [--seed 1] [--innocent 1000] [--planted 200] [--spread 1] [--sizes 50] [--papers]

The generator (tests/audit_cells.py) simulates cells and shares no code with the rules. --papers prints the five papers' verdicts.
"""

import argparse
import collections
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import audit_cells
from interlayer import literature
from interlayer.literature.claims import made
from interlayer.literature.entries import problems
from interlayer.literature.files import Draft


def claims_of(entries):
    """The claims of a generated paper, every entry checked as a file's would be."""
    for entry in entries:
        assert not problems(entry, strict=False), (entry, problems(entry, strict=False))
    return made(Draft("made-up", {}, tuple(entries), ()), strict=False)


WORDS = collections.Counter()


def accusations(entries):
    """The verdicts "disagree" on a generated paper; all verdicts are counted in WORDS."""
    found = literature.audit(claims_of(entries))
    WORDS.update(v.word for v in found)
    return [v for v in found if v.word == "disagree"]


def judged(entries, wrong):
    """(names of the rules that found the wrong entry, accusations that leave it out)."""
    found = accusations(entries)
    return {v.rule for v in found if wrong in v.claims}, [v for v in found if wrong not in v.claims]


def innocents(seed, count, show=0, spread=1.0):
    """(papers accused, rules that accused)."""
    rules = collections.Counter()
    accused = 0
    for k in range(count):
        found = accusations(audit_cells.innocent([seed, 0, k], spread))
        accused += bool(found)
        rules.update({v.rule for v in found})
        for v in found if accused <= show else ():
            print("   accused:", v)
    return accused, rules


def planted(seed, count, show=False):
    """kind -> (planted, found, papers in which anything else was accused, rule -> how often it found the error)."""
    out = {}
    kinds = list(audit_cells.PLANTED)
    for k in range(count):
        kind = kinds[k % len(kinds)]
        entries, wrong = audit_cells.guilty(kind, [seed, 1, k])
        hit, rest = judged(entries, wrong)
        n, f, o, by = out.get(kind, (0, 0, 0, collections.Counter()))
        out[kind] = (n + 1, f + bool(hit), o + bool(rest), by + collections.Counter(hit))
        if show and not hit:
            print("   missed:", kind, next(e for e in entries if e["id"] == wrong))
        for v in rest if show else ():
            print("   beside:", kind, v)
    return out


def sizes(seed, count):
    """Print from what size on errors are found."""
    print("\nshare found by size (no other error in the file; what the check needs is stated)")
    for kind, (_, _, given, _) in audit_cells.SIZES.items():
        row = []
        for size in given:
            found = sum(bool(judged(*audit_cells.of_size(kind, size, [seed, 2, k]))[0]) for k in range(count))
            row.append(f"{size:g}: {100 * found / count:.0f} %")
        print(f"  {kind:48s} {'   '.join(row)}")


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--innocent", type=int, default=1000)
    parser.add_argument("--planted", type=int, default=200)
    parser.add_argument("--spread", type=float, default=1.0, help="multiply the scatter between sister samples of the innocent")
    parser.add_argument("--sizes", type=int, default=0, metavar="N", help="also find errors of several sizes, N papers each")
    parser.add_argument("--papers", action="store_true")
    parser.add_argument("--show", action="store_true", help="print what was missed and who was accused")
    given = parser.parse_args()
    start = time.perf_counter()
    table = planted(given.seed, given.planted, given.show)
    found, total = sum(row[1] for row in table.values()), sum(row[0] for row in table.values())
    print(f"seed {given.seed}: {found} of {total} planted errors found ({100 * found / total:.1f} %)")
    for kind, (n, f, o, by) in table.items():
        rules = ", ".join(f"{rule} {count}" for rule, count in by.most_common())
        print(f"  {kind:40s} {f:3d} of {n:3d}   others accused beside it: {o}   by {rules or 'none'}   [{audit_cells.PLANTED[kind][0]}]")
    WORDS.clear()
    accused, rules = innocents(given.seed, given.innocent, 20 if given.show else 0, given.spread)
    print(f"{accused} of {given.innocent} innocent papers accused ({100 * accused / given.innocent:.2f} %)", dict(rules), "verdicts on them:", dict(WORDS))
    print(f"{time.perf_counter() - start:.1f} s")
    if given.sizes:
        sizes(given.seed, given.sizes)
    if given.papers:
        for paper in literature.papers():
            print(f"\n{paper}")
            for verdict in literature.audit(literature.claims(paper)):
                print(f"  {verdict}")


if __name__ == "__main__":
    main()
