"""How figures look: one style dict, one palette, sizes in millimetres, and the sheet that figures are drawn on.

Nothing here touches pyplot or leaves a trace in matplotlib's settings: a figure is made, and later written, inside the
package's own style, whatever the user's matplotlibrc says.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .table import Table

P = ParamSpec("P")
R = TypeVar("R")

#: Okabe & Ito's colours, told apart with every common form of colour blindness
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILLION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
BARE, PROTECTED, SHAM, MEASURED, QUIET = VERMILLION, BLUE, "#B9B9B9", "#222222", "#8A8A8A"
#: variants that have one colour in every figure; all others take the free colours in order
FIXED: Final[Mapping[str, str]] = {"bare": BARE, "protected": PROTECTED, "sham": SHAM, "measured": MEASURED}
FREE: Final = (GREEN, PURPLE, ORANGE, SKY, BLACK, "#8C510A", "#5E3C99")
#: markers of measured series, in order
MARKERS: Final = ("o", "s", "^", "D", "v", "P", "X")

LEGIBLE: Final = 0.55  # lightness from which on a colour is darkened for text

MM: Final = 1.0 / 25.4
SINGLE, DOUBLE = 85.0, 175.0  # column widths of most journals [mm]

STYLE: Final[dict[Any, Any]] = {
    "font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "mathtext.fontset": "dejavusans",
    "font.size": 7.0, "axes.titlesize": 7.5, "axes.labelsize": 7.5, "xtick.labelsize": 6.5, "ytick.labelsize": 6.5, "legend.fontsize": 6.5,
    "figure.facecolor": "white", "savefig.facecolor": "white", "axes.facecolor": "white", "savefig.dpi": 200.0, "figure.dpi": 144.0,
    "axes.linewidth": 0.6, "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#333333", "axes.labelcolor": "#111111",
    "axes.labelpad": 3.0, "axes.titlelocation": "left", "axes.titlepad": 5.0, "axes.axisbelow": True, "axes.xmargin": 0.02,
    "xtick.major.width": 0.6, "ytick.major.width": 0.6, "xtick.minor.width": 0.4, "ytick.minor.width": 0.4,
    "xtick.major.size": 3.0, "ytick.major.size": 3.0, "xtick.minor.size": 1.8, "ytick.minor.size": 1.8, "xtick.color": "#333333", "ytick.color": "#333333",
    "lines.linewidth": 1.1, "lines.markersize": 3.2, "lines.markeredgewidth": 0.7, "patch.linewidth": 0.6, "hatch.linewidth": 0.5,
    "legend.frameon": False, "legend.handlelength": 1.8, "legend.borderaxespad": 0.4, "legend.columnspacing": 1.4, "legend.labelspacing": 0.35,
    "svg.fonttype": "path", "svg.hashsalt": "interlayer", "pdf.fonttype": 42, "path.simplify": True, "path.simplify_threshold": 0.1,
    "axes.formatter.useoffset": False, "axes.formatter.limits": (-5, 7), "axes.unicode_minus": True,
}  # fmt: skip


@contextmanager
def styled() -> Iterator[None]:
    """The package's style while the block runs; the caller's settings come back afterwards."""
    with mpl.rc_context(), warnings.catch_warnings():
        # a sheet too small for its texts is drawn without the layout: no matter for the caller's warnings
        warnings.filterwarnings("ignore", message="constrained_layout not applied")
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def drawn(function: Callable[P, R]) -> Callable[P, R]:
    """Decorator: run a figure function inside `styled`."""

    @functools.wraps(function)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        with styled():
            return function(*args, **kwargs)

    return inside


class Sheet(Figure):
    """A matplotlib figure that keeps its own style when it is written, and the numbers it shows in `tables`.

    note    a sentence that a caption should carry (scales, what was left out)
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tables: list[Table] = []
        self.note: str = ""

    def savefig(self, *args: Any, **kwargs: Any) -> None:
        """As `Figure.savefig`, in the package's style."""
        with styled():
            super().savefig(*args, **kwargs)

    def _repr_png_(self) -> bytes:
        """The figure in a notebook."""
        import io

        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=144)
        return buffer.getvalue()


def sheet(width: float, height: float) -> Sheet:
    """An empty sheet of `width` x `height` [mm] with a constrained layout, on an Agg canvas."""
    made = Sheet(figsize=(width * MM, height * MM), layout="constrained")
    FigureCanvasAgg(made)
    engine = made.get_layout_engine()
    if engine is not None:
        engine.set(w_pad=1.2 * MM, h_pad=1.2 * MM, wspace=0.04, hspace=0.04)  # type: ignore[call-arg]
    return made


def fixed(width: float, height: float) -> Sheet:
    """A sheet whose panels stay where they are put: laying out takes as long as drawing."""
    made = sheet(width, height)
    made.set_layout_engine("none")
    return made


def colours(labels: Iterable[str]) -> dict[str, str]:
    """A colour for each label: its variant's own ("bare", "protected", "sham"); where none has it, that of the first cell of its
    kind ("copper-bare", "protected-0.5"); else the next free one."""
    some = list(dict.fromkeys(labels))
    out: dict[str, str] = {}
    for label in some:
        own = FIXED.get(_variant(label))
        if own is not None and own not in out.values():
            out[label] = own
    for kind in ("bare", "protected"):
        first = next((label for label in some if label not in out and kind in _variant(label).replace("_", "-").split("-")), None)
        if first is not None and FIXED[kind] not in out.values():
            out[first] = FIXED[kind]
    free = 0
    for label in some:
        if label not in out:
            out[label] = FREE[free % len(FREE)]
            free += 1
    return {label: out[label] for label in some}


def _variant(label: str) -> str:
    """The variant that a label names: "zhai2024/bare" and "ramp: bare" are "bare"."""
    tail = label.rsplit(":", 1)[-1].rsplit("/", 1)[-1].strip().casefold()
    return tail[tail.find("(") + 1 : -1] if tail.endswith(")") and "(" in tail else tail


def weight(label: str, usual: float = 1.1) -> dict[str, Any]:
    """Line width and depth of a variant: a sham control is a broad pale line underneath, since it should coincide with
    the bare cell and would else hide it or be hidden."""
    return {"lw": 2.6 * usual, "zorder": 1.9} if _variant(label) == "sham" else {"lw": usual, "zorder": 2.5}


def ink(colour: str) -> str:
    """`colour` for text: dark enough to read on white."""
    if colour == SHAM:
        return "#757575"
    from matplotlib.colors import to_hex, to_rgb

    r, g, b = to_rgb(colour)
    light = 0.2126 * r + 0.7152 * g + 0.0722 * b
    return colour if light < LEGIBLE else to_hex((r * LEGIBLE / light, g * LEGIBLE / light, b * LEGIBLE / light))


def nth(number: int) -> str:
    """The letter of a panel, from 0: a ... z, aa, ab ..."""
    return (nth(number // 26 - 1) if number > 25 else "") + "abcdefghijklmnopqrstuvwxyz"[number % 26]


def letter(ax: Axes, text: str) -> None:
    """A bold panel letter above the left end of the axes."""
    ax.set_title(text, loc="left", fontweight="bold", fontsize=8.5)


def panel(ax: Axes, text: str, title: str = "") -> None:
    """Panel letter in bold and a short title beside it; the title alone where there is no letter."""
    if not text:
        ax.set_title(title, loc="left", fontsize=7.5)
        return
    letter(ax, text)
    if title:
        ax.annotate(
            title, (0.0, 1.0), xycoords="axes fraction", xytext=(6.0 + 5.0 * len(text) + 2.0 * (text in "mw"), 5.0), textcoords="offset points", ha="left", va="baseline", fontsize=7.5,
        ).set_in_layout(False)  # fmt: skip


def faded(colour: str, share: float) -> tuple[float, float, float]:
    """`colour` mixed with white; share 0 is white, 1 the colour itself."""
    from matplotlib.colors import to_rgb

    r, g, b = to_rgb(colour)
    return (1.0 - share * (1.0 - r), 1.0 - share * (1.0 - g), 1.0 - share * (1.0 - b))
