"""One self-contained HTML page out of building blocks: no script, nothing loaded from anywhere, everything escaped.

    document("Title", [Section("Results", [Text("..."), Grid(("a", "b"), rows), Picture(fig, "caption")])])
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from matplotlib.figure import Figure

from .files import inline
from .style import DOUBLE, MM


@dataclass(frozen=True)
class Text:
    """A paragraph; `kind` "lead" for the opening sentences, "note" for small print, "warning" for what needs care."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: Sequence[str]


@dataclass(frozen=True)
class Grid:
    """A table of texts: heads, rows, caption above, note below; `right` lists the columns that hold numbers."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    note: str = ""
    right: Sequence[int] = ()
    small: bool = False


@dataclass(frozen=True)
class Facts:
    """Pairs of a word and what it is."""

    pairs: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure with its caption; `alt` says what it shows to who can't see it (default the caption)."""

    figure: Figure
    caption: str
    alt: str = ""


@dataclass(frozen=True)
class Drawing:
    """Markup of figures/quick.py (written by this package, never by a user) with its caption."""

    markup: str
    caption: str


@dataclass(frozen=True)
class Links:
    """Pages of this package that lie beside this one, as (file name, words)."""

    pages: Sequence[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Folded:
    """Blocks that open on a click (no script), shut at first."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, eq=False)
class Section:
    """A headed part of the page, listed in its contents."""

    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)


Block: TypeAlias = Text | Bullets | Grid | Facts | Picture | Drawing | Links | Folded | Section

#: by which a page of this package is known, so that nobody else's file is written over
MARK: Final = '<meta name="generator" content="interlayer">'

_DOI: Final = re.compile(r"\b(10\.\d{4,9}/[A-Za-z0-9.()_:;/-]*[A-Za-z0-9])")

_LONG: Final = re.compile(r"[^\s&;]{25,}")

CSS: Final = """
:root{color-scheme:light dark;--ink:#1a1d21;--soft:#5b636e;--line:#d9dde2;--paper:#fff;--stripe:#f5f7f9;--accent:#0072b2;--warn:#a34400}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#a3abb5;--line:#3a4048;--paper:#16191d;--stripe:#1f242a;--accent:#63b3e4;--warn:#f0a060}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:980px;margin:0 auto;padding:2.2rem 1.25rem 4rem}
h1{font-size:1.75rem;line-height:1.25;margin:0 0 .6rem;text-wrap:balance}
h2{font-size:1.25rem;margin:2.6rem 0 .7rem;padding-top:.5rem;border-top:1px solid var(--line)}
h3{font-size:1.02rem;margin:1.6rem 0 .4rem}
p{margin:.55rem 0;max-width:44rem;overflow-wrap:anywhere}
p.lead{font-size:1.08rem}p.note{color:var(--soft);font-size:.88rem}
p.warning{border-left:3px solid var(--warn);padding-left:.8rem}
ul{margin:.5rem 0;padding-left:1.2rem;max-width:46rem}li{margin:.25rem 0;overflow-wrap:anywhere}
nav{font-size:.9rem;margin:1.2rem 0 0}nav ol{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:0;padding:0;max-width:none}
a{color:var(--accent)}
.scroll{overflow-x:auto;margin:.7rem 0}
table{border-collapse:collapse;font-size:.86rem;line-height:1.4;min-width:60%;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:0 0 .35rem}
th{text-align:left;font-weight:600;border-bottom:1.5px solid var(--ink);padding:.3rem .7rem .3rem 0;vertical-align:bottom}
td{border-bottom:1px solid var(--line);padding:.32rem .7rem .32rem 0;vertical-align:top;overflow-wrap:break-word;max-width:26rem}
td.n,th.n{text-align:right}td.n{white-space:nowrap}td.w{min-width:9.5rem}td.s{white-space:nowrap}
table.small{font-size:.78rem}
tbody tr:hover{background:var(--stripe)}
figure{margin:1.1rem 0 1.6rem}
figure .sheet{background:#fff;border:1px solid var(--line);border-radius:4px;padding:10px 12px;overflow-x:auto}
figure svg,figure img{display:block;height:auto;max-width:100%}
figcaption{font-size:.88rem;color:var(--soft);margin-top:.45rem;max-width:46rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.1rem;font-size:.9rem;margin:.7rem 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
details{margin:.5rem 0;border:1px solid var(--line);border-radius:4px;padding:.35rem .8rem}summary{cursor:pointer;font-weight:600}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.6rem;color:var(--soft);font-size:.82rem}
@media(max-width:600px){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@media print{:root{--ink:#000;--soft:#333;--line:#bbb;--paper:#fff;--stripe:#fff;--accent:#000;--warn:#000}body{font-size:10.5pt}main{max-width:none;padding:0}
nav{display:none}figure,tr{break-inside:avoid}h2,h3{break-after:avoid}.scroll{overflow:visible}figure .sheet{border:0;padding:0}details{border:0;padding:0}details::details-content{content-visibility:visible}}
"""


def document(title: str, blocks: Sequence[Block]) -> str:
    """The whole page as text."""
    from .. import __version__

    page = _Page()
    body = "".join(page.block(b) for b in blocks)
    contents = "".join(f'<li><a href="#{key}">{_escape(text)}</a></li>' for key, text in page.sections)
    nav = f"<nav aria-label='Contents'><ol>{contents}</ol></nav>" if 2 < len(page.sections) <= 25 else ""
    first = body.find("<section")
    body = body[:first] + nav + body[first:] if first >= 0 else body
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
        f'{MARK}<title>{_escape(title)}</title><style>{CSS}</style></head>\n<body><main><h1>{_escape(title)}</h1>\n{body}\n'
        f"<footer>Written by interlayer {_escape(__version__)}. This page loads nothing and runs no script.</footer></main></body></html>\n"
    )


def _escape(text: object) -> str:
    return html.escape(str(text), quote=True)


def _address(file: str) -> str:
    """A file name as an address beside this page: what is no letter, digit or -._ is written as its bytes, so no name is a scheme."""
    return "".join(chr(b) if chr(b).isascii() and (chr(b).isalnum() or b in b"-._") else f"%{b:02X}" for b in file.encode())


def _width(cell: str) -> str:
    """Class of a cell: a long text keeps some width, a short word is not broken."""
    return " class=w" if len(cell) > 36 else " class=s" if len(cell) <= 26 and " " not in cell else ""


def _flowing(text: str) -> str:
    """Escaped text that breaks where it may: within long paths, never before a per-cent sign."""
    text = _escape(text).replace(" %", "\u00a0%")
    return _LONG.sub(lambda m: re.sub(r"([._/|])(?=[^\s._/|])", r"\1<wbr>", m.group()), text)


def _linked(text: str) -> str:
    """Escaped text whose DOIs are links."""
    out: list[str] = []
    last = 0
    for match in _DOI.finditer(text):
        doi = match.group(1)
        out.append(_flowing(text[last : match.start()]))
        out.append(f'<a href="https://doi.org/{_escape(doi)}" rel="noreferrer noopener">{_escape(doi)}</a>')
        last = match.end()
    return "".join(out) + _flowing(text[last:])


@dataclass
class _Page:
    """Counts figures and collects sections while blocks become markup."""

    figures: int = 0
    depth: int = 1
    sections: list[tuple[str, str]] = field(default_factory=list)

    def block(self, block: Block) -> str:
        match block:
            case Text(text, kind):
                return f"<p{f' class={kind!r}' if kind in ('lead', 'note', 'warning') else ''}>{_linked(text)}</p>\n"
            case Bullets(items):
                return "<ul>" + "".join(f"<li>{_linked(item)}</li>" for item in items) + "</ul>\n" if items else ""
            case Facts(pairs):
                return "<dl>" + "".join(f"<dt>{_escape(k)}</dt><dd>{_linked(v)}</dd>" for k, v in pairs.items()) + "</dl>\n"
            case Grid():
                return self.grid(block)
            case Picture():
                return self.picture(block)
            case Drawing(markup, caption):
                return self.figure(markup, caption, 1.0)
            case Links(pages):
                return "<ul>" + "".join(f'<li><a href="{_address(file)}">{_escape(words)}</a></li>' for file, words in pages) + "</ul>\n"
            case Folded(title, blocks):
                return f"<details><summary>{_escape(title)}</summary>{''.join(self.block(b) for b in blocks)}</details>\n"
            case Section():
                return self.section(block)

    def section(self, section: Section) -> str:
        self.depth += 1
        key = f"s{len(self.sections) + 1}"
        if self.depth == 2:
            self.sections.append((key, section.title))
        inside = "".join(self.block(b) for b in section.blocks)
        name = f"h{min(self.depth, 4)}"
        mark = f' id="{key}"' if self.depth == 2 else ""
        self.depth -= 1
        return f"<section{mark}><{name}>{_escape(section.title)}</{name}>\n{inside}</section>\n"

    def grid(self, grid: Grid) -> str:
        right = set(grid.right)

        def row(cells: Sequence[str], tag: str) -> str:
            marks = [" class=n" if i in right else _width(str(c)) if tag == "td" else "" for i, c in enumerate(cells)]
            return "<tr>" + "".join(f"<{tag}{m}>{_linked(str(c))}</{tag}>" for m, c in zip(marks, cells, strict=True)) + "</tr>"

        caption = f"<caption>{_escape(grid.caption)}</caption>" if grid.caption else ""
        head = f"<thead>{row(grid.columns, 'th')}</thead>" if any(grid.columns) else ""
        body = "".join(row(cells, "td") for cells in grid.rows)
        note = f"<p class=note>{_linked(grid.note)}</p>" if grid.note else ""
        return f"<div class=scroll tabindex=0><table{' class=small' if grid.small else ''}>{caption}{head}<tbody>{body}</tbody></table></div>{note}\n"

    def picture(self, picture: Picture) -> str:
        share = min(picture.figure.get_size_inches()[0] / (DOUBLE * MM), 1.0)
        markup = inline(picture.figure, f"f{self.figures + 1}", picture.alt or picture.caption)
        note = getattr(picture.figure, "note", "")
        return self.figure(markup, " ".join(t for t in (picture.caption, note) if t), share)

    def figure(self, markup: str, caption: str, share: float) -> str:
        self.figures += 1
        words = f"<b>Figure {self.figures}.</b> {_linked(caption)}"
        return f'<figure><div class=sheet style="max-width:{100.0 * share:.0f}%">{markup}</div><figcaption>{words}</figcaption></figure>\n'
