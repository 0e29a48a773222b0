"""The claims of the papers as data: checked entries, SI, queries, a user's own file."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from interlayer import literature, units
from interlayer.cli import main
from interlayer.errors import ReadError, RecordError, UnknownNameError
from interlayer.literature.claims import half_digit

GOOD = {"id": "A.1", "subject": "Li|LLZTO|Li", "variant": "bare", "quantity": "cell_impedance", "value": 1480, "unit": "ohm"}


def write(folder, *entries, **heads):
    path = folder / "draft.yaml"
    path.write_text(yaml.safe_dump({"paper": "draft", "claims": list(entries), **heads}, allow_unicode=True), encoding="utf-8")
    return path


def test_every_claim_of_the_five_papers_has_si_an_interval_and_a_finding():
    assert literature.papers() == ("li2024", "wu2023", "yang2024", "yu2024", "zhai2024")
    count = 0
    for paper in literature.papers():
        for claim in literature.claims(paper).values():
            count += 1
            assert claim.paper == paper
            for i, value in enumerate(claim.values):
                low, high = claim.interval(i)
                assert low <= high and math.isfinite(value)
                finding = claim.finding(i)
                assert finding.quantity == claim.row and finding.interval == claim.interval(i)
                if claim.form in ("point", "approx", "series"):
                    assert low <= value <= high and finding.value == value
            for key in claim.conditions:
                if claim.has(key):
                    assert math.isfinite(claim.condition(key))
    assert count == 444


def test_the_table_of_scales_is_what_the_unit_library_says():
    from interlayer.names import name

    checked = 0
    for word in literature.vocabulary().quantities.values():
        row = name(word.row)
        for unit in set(word.units) - {"degC", *word.scale}:
            scale, offset = units.factor("dimensionless" if unit == "count" else unit, row.si)
            given = row.low * 1.5 / scale if row.low else (0.5 * row.high if math.isfinite(row.high) else 1.5) / scale
            assert offset == 0.0 and word.si(given, unit, word.name) == pytest.approx(given * scale, rel=1e-9)
            checked += 1
    assert checked > 110


def test_tonne_force_per_area_is_a_pressure():
    claim = literature.claims("wu2023")["S1.C88"]
    assert claim.si == pytest.approx(3 * 1000 * 9.80665 / 1e-4)


@pytest.mark.parametrize(
    ("paper", "id", "si"),
    [
        ("li2024", "S0.C17", 0.16 * 96485.33212), ("zhai2024", "S2.C02", 10.3e-4), ("wu2023", "S1.C117", 313.15), ("yang2024", "S3.C92", None),
        ("wu2023", "S1.C26", 0.0325), ("zhai2024", "S2.C08", 0.00021), ("li2024", "S0.C38", 0.064), ("yu2024", "S4.C03", 3860 * 3600.0),
    ],
)  # fmt: skip
def test_si(paper, id, si):
    claim = literature.claims(paper)[id]
    if si is None:
        with pytest.raises(RecordError, match="several values"):
            _ = claim.si
        assert claim.values == pytest.approx((1e-13, 1e-12))
    else:
        assert claim.si == pytest.approx(si, rel=1e-9)


def test_conditions_and_series_keep_their_order():
    claim = literature.claims("li2024")["S0.C69"]
    assert [3600 * r for r in claim.axis("c_rate")] == pytest.approx([0.2, 0.5, 1, 2, 5, 10]) and len(claim.labels) == len(claim.values) == 6
    assert claim.condition("temperature") == pytest.approx(303.15)
    assert literature.claims("li2024")["S0.C02"].labels == ("Li", "La", "Zr", "Ta", "O")
    assert literature.claims("wu2023")["S1.C66"].condition("specific_current") == pytest.approx(100.0)
    assert literature.claims("wu2023")["S1.C48"].condition("time") == pytest.approx(180000.0)
    with pytest.raises(UnknownNameError, match="current_density"):
        literature.claims("zhai2024")["S2.C05"].condition("current_densty")


@pytest.mark.parametrize(
    ("printed", "half"), [(10.3, 0.05), (0.5, 0.05), (2000, 5), (20, 0.5), (450, 0.5), (100, 0.5), (3, 0.5), (1173.4, 0.05), (2.33e-15, 5e-18), (-0.16, 0.005), (6.0, 0.5), (0, 0)]
)  # fmt: skip
def test_half_a_unit_of_the_last_digit(printed, half):
    assert half_digit(printed) == pytest.approx(half, rel=1e-9)


def test_intervals_of_forms():
    get = lambda paper, id: literature.claims(paper)[id].interval()  # noqa: E731
    assert get("wu2023", "S1.C46") == (pytest.approx(995 * 3600.0), math.inf)
    assert get("wu2023", "S1.C42")[0] == -math.inf
    assert get("li2024", "S0.C57") == (pytest.approx(1.0), pytest.approx(10.0))
    assert get("wu2023", "S1.C28") == (pytest.approx(540e-6), pytest.approx(660e-6))


def test_pairs_carry_the_ratio_of_their_numbers():
    rows = [p for paper in literature.papers() for p in literature.pairs(paper)]
    assert len(rows) == 40
    for pair in rows:
        if pair.ratio is not None:
            assert pair.protected.si / pair.bare.si == pytest.approx(pair.ratio, rel=2e-3), pair.name


def test_find():
    assert {c.id for c in literature.find(quantity="critical_current_density", variant="bare")} == {"S2.C26", "S3.C36"}
    assert all(c.paper == "yu2024" and c.technique == "tafel" for c in literature.find(paper="yu2024", technique="tafel"))
    assert len(literature.find()) == 444
    for wrong, near in (({"quantity": "interfacial_ars"}, "interfacial_asr"), ({"technique": "tafl"}, "tafel"), ({"split": "opn"}, "open"), ({"paper": "li2023"}, "li2024"), ({"variant": "bare (LLZTA)"}, "bare")):
        with pytest.raises(UnknownNameError, match=near):
            literature.find(**wrong)


BAD = [
    ({"unit": "V"}, "can't be turned into"), ({"unit": "ohmm"}, "unit"), ({"quantity": "cell_impedanse"}, "Did you mean 'cell_impedance'"), ({"form": "aprox"}, "Did you mean 'approx'"),
    ({"form": "range"}, "A range has two values"), ({"form": "range", "value": [3, 1]}, "low one first"), ({"form": "series"}, "A series is a list"), ({"value": [1, 2]}, "Is it a 'range' or a 'series'"),
    ({"value": "many"}, "must be a number"), ({"value": float("nan")}, "must be a number"), ({"value": True}, "must be a number"), ({"split": "opem"}, "Did you mean 'open'"), ({"kind": "outcom"}, "Did you mean 'outcome'"),
    ({"technique": "ccdd"}, "Did you mean 'ccd'"), ({"subject": None}, "lacks 'subject'"), ({"subject": 3}, "is a text"), ({"colour": "red"}, "unknown field 'colour'"), ({"censored": "yes"}, "true or false"),
    ({"conditions": {"temprature": {"value": 25, "unit": "degC"}}}, "Did you mean 'temperature'"), ({"conditions": {"temperature": {"value": 25, "unit": "V"}}}, "can't be turned into"), ({"conditions": {"temperature": 25}}, "needs a unit"),
    ({"conditions": {"cycles": "many"}}, "positive number"), ({"conditions": [1]}, "are a mapping"), ({"conditions": {"current_density": {"value": 1}}}, "is {value"),
    ({"form": "series", "value": [1, 2, 3], "conditions": {"order": "a,b"}}, "its order names 2"), ({"form": "series", "value": [1, 2, 3], "conditions": {"c_rate": {"value": [1, 2], "unit": "1/hour"}}}, "has 2"),
    ({"unit": ""}, "unit"), ({"value": 1e40}, "unit slip"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), BAD, ids=[str(next(iter(c.items())))[:40] for c, _ in BAD])
def test_a_bad_entry_is_one_clear_error(tmp_path, change, said):
    with pytest.raises(ReadError, match="draft.yaml") as caught:
        literature.load(write(tmp_path, {k: v for k, v in {**GOOD, **change}.items() if v is not None}))
    assert said in str(caught.value) and "claim A.1" in str(caught.value)


def test_all_bad_entries_are_listed(tmp_path):
    entries = [{**GOOD, "id": f"A.{i}", **change} for i, (change, _) in enumerate(BAD)]
    path = write(tmp_path, GOOD | {"id": "fine"}, *[{k: v for k, v in e.items() if v is not None} for e in entries], "nonsense", GOOD | {"id": "fine"}, pairs=[{"name": "p", "bare": "fin", "protected": "fine"}], pears=1)
    with pytest.raises(ReadError) as caught:
        literature.load(path)
    text = str(caught.value)
    assert all(f"claim A.{i}:" in text for i in range(len(BAD)))
    assert "same id" in text and "'pears'" in text and "Did you mean 'fine'" in text and "this one is 'nonsense'" in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"claims: [", "YAML can't be read"), (b"\x89PNG\r\n\x1a\n\x00\xff", "not text"), (b"", "YAML mapping"), (b"- 1\n- 2\n", "YAML mapping"), (b"claims: 3\n", "no list `claims`"),
        (b"a: !!python/object/apply:os.system ['echo']\n", "YAML can't be read"), (b"\x00\x01\x02", "YAML can't be read"), (b"[" * 20000, "nested deeper"), (b"claims: " + b"[" * 50000 + b"]" * 50000, "nested deeper"), (b"- " * 50000, "nested deeper"), (b"a: &x [1]\nclaims: *x\n", "alias"), (b"claims:\n- {id: A, value: 2001-13-45}\n", ""),
    ],
)  # fmt: skip
def test_files_that_are_none(tmp_path, content, said):
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(ReadError, match="x.yaml") as caught:
        literature.load(path)
    assert said in str(caught.value)
    done = CliRunner().invoke(main, ["claims", "--paper", str(path)])
    assert done.exit_code == 2 and "Traceback" not in done.output


def test_the_template_loads(tmp_path):
    path = tmp_path / "draft.yaml"
    path.write_text(CliRunner().invoke(main, ["claims", "--template"]).output, encoding="utf-8")
    claims = literature.load(path)
    assert len(claims) == 9 and all(c.paper == "my-draft" for c in claims.values())


def test_units_as_people_write_them(tmp_path):
    claims = literature.load(write(tmp_path, GOOD | {"unit": "kΩ", "value": 1.48}, GOOD | {"id": "A.2", "quantity": "interfacial_asr", "unit": "Ω cm²", "value": "1e3"}))
    assert claims["A.1"].si == pytest.approx(1480.0) and claims["A.2"].si == pytest.approx(0.1)


def test_command(tmp_path):
    run = CliRunner().invoke
    done = run(main, ["claims", "interfacial_asr", "--paper", "zhai2024"])
    assert done.exit_code == 0 and "1173.4" in done.output and "2 claims" in done.output
    assert "S2.C26" in run(main, ["claims", "critical current", "--paper", "zhai2024"]).output  # a phrase is its words
    done = run(main, ["claims", "S2.C03", "--json", "-"])
    assert json.loads(done.output)["claims"][0]["si"]["values"] == [pytest.approx(0.11734)]
    assert "polarization_voltage" in run(main, ["claims", "--quantities"]).output
    for words, near in ((["interfacial_ars"], "interfacial_asr"), (["criticl"], "'critical'"), (["qqqqq"], "--quantities"), (["bare", "S2.C033", "tafel"], "S2.C03"), (["--paper", "zhia2024"], "zhai2024")):
        done = run(main, ["claims", *words])
        assert done.exit_code == 2 and near in done.output


def test_charts_of_the_field(tmp_path):
    """The page holds every point of the papers and the user's own, an arrow for each that did not fail; images one each."""
    from interlayer.report.figures import landscape

    run = CliRunner().invoke
    life = {"id": "A.1", "subject": "Li|X|Li", "variant": "protected (my skin)", "quantity": "cycle_life_hours", "value": 700, "unit": "hour", "form": "lower_bound", "censored": True, "source": "Fig. 9",
            "conditions": {"current_density": {"value": 0.5, "unit": "mA/cm**2"}}}  # fmt: skip
    ramp = {"id": "A.2", "subject": "Li|X|Li", "variant": "protected (my skin)", "quantity": "critical_current_density", "value": 2.5, "unit": "mA/cm**2", "source": "Fig. 8"}
    own = write(tmp_path, life, ramp)
    page = tmp_path / "field.html"
    done = run(main, ["claims", "--chart", str(page), "--own", str(own)])
    assert done.exit_code == 0, done.output
    text = page.read_text(encoding="utf-8")
    currents, lives = landscape.published()
    for points in (currents, lives):
        held = sum(p.censored for p in points) + (points is lives)
        assert f"{len(points) + 1} points, {held} of them ended without failure" in text
    assert "my skin" in text and "this work" in text and "http" not in text.split("<svg", 1)[0].replace("http-equiv", "")
    image = tmp_path / "mine.png"
    done = run(main, ["claims", "--paper", str(own), "--chart", str(image)])
    assert done.exit_code == 0 and sorted(p.name for p in tmp_path.glob("*.png")) == ["mine-critical-current.png", "mine-life.png"]
    for words, said in ((["interfacial_asr", "--chart", str(page)], "critical_current_density"), (["--chart", str(tmp_path / "x.docx")], "png"), (["--own", str(own)], "--chart"), (["--chart", str(own)], "left alone" if own.suffix == ".html" else "html")):
        done = run(main, ["claims", *words])
        assert done.exit_code == 2 and said in done.output and "Traceback" not in done.output


def test_a_note_that_says_censored_has_the_flag():
    said = {c.id: c.censored for p in literature.papers() for c in literature.claims(p).values() if "censored" in c.note}
    assert {"S3.C33", "S3.C94"} <= set(said) and all(said.values()), said
    from interlayer.report.figures import landscape

    currents, _ = landscape.published()
    assert {p.censored for p in currents if p.source.startswith("yang2024") and p.x == 200.0} == {True}  # an arrow, not a square


def test_the_template_shows_both_forms_of_a_qualifying_number(tmp_path):
    path = tmp_path / "draft.yaml"
    path.write_text(literature.template(), encoding="utf-8")
    claims = literature.load(path).values()
    assert any("loading" in c.conditions for c in claims) and any(c.quantity == "n_to_p_ratio" for c in claims)
    assert [v.word for v in literature.audit(claims) if v.rule == "nominal_capacity"] == ["agree"]


def test_what_tells_the_forms_of_the_polycation_apart():
    """The forms differ in the salt beside their fixed charge, by the formula of the ion and its counter-ion; notes say so."""
    from interlayer.materials import material

    grams = {"C": 12.011, "H": 1.008, "N": 14.007, "O": 15.999, "P": 30.974, "F": 18.998, "S": 32.06}
    weigh = lambda **n: sum(grams[e] * k for e, k in n.items())  # noqa: E731
    cation = weigh(C=32, H=56, N=4) / 4.0
    anions = {"NO3": (weigh(N=1, O=3), 1.2), "PF6": (weigh(P=1, F=6), 1.3), "TFSI": (weigh(C=2, F=6, N=1, O=4, S=2), 1.4)}
    for form, (anion, density) in anions.items():
        fixed = 0.5 * density / (cation + anion) * 1000.0  # mol/L, half swollen
        salt = 0.5 * (math.sqrt(fixed**2 + 4.0) - fixed)  # c (c + X) = 1
        made = material(f"POTA-{form}")
        assert made["concentration"].value == pytest.approx(1000.0 * salt, abs=20.0), form
        assert ("Told apart" in made.note) == (form != "NO3") and "S4.C" in made.note


def test_loading_is_quick_and_imports_nothing_heavy():
    code = (
        "import time, sys, interlayer as il; t = time.perf_counter(); n = sum(len(il.literature.claims(p)) for p in il.literature.papers());"
        "print(n, time.perf_counter() - t, [m for m in ('numpy', 'scipy', 'pint', 'numba', 'matplotlib', 'polars') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]).stdout.split(maxsplit=2)
    assert out[0] == "444" and out[2].strip() == "[]" and float(out[1]) < 2.0, out
