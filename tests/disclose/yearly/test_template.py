"""Every cell of the official template is where it was; what is filled in lies between."""

from __future__ import annotations

import csv
import io

import pytest

from rempart.disclose.history import History, half_year_of, year_of
from rempart.disclose.yearly import Provider, Report, draw_up
from rempart.disclose.yearly.files import csv_set
from rempart.disclose.yearly.sheets.start import LANGUAGES, MEMBER_STATES, SERVICE
from rempart.disclose.yearly.template import COUNTRIES, PERIOD, PLACEHOLDERS, templates
from rempart.model import Layer, ProviderTier, Size

N_SHEETS = 11


def _sheets(report: Report) -> dict[int, list[list[str]]]:
    files = csv_set(report)
    return {
        one.of.n: list(csv.reader(io.StringIO(files[f"{one.of.name}.csv"].decode(), newline="")))
        for one in report.sheets
    }


def test_there_is_one_file_for_each_sheet_with_its_english_name(report: Report) -> None:
    names = list(csv_set(report))
    assert len(names) == N_SHEETS
    assert names[2] == "3_member_states_orders.csv"
    assert all(name.split("_")[0] == str(place) for place, name in enumerate(names, 1))


def test_headers_labels_and_positions_are_those_of_the_template(report: Report) -> None:
    """All but sheet 3, whose block for Member States is written out once for each."""
    for number, rows in _sheets(report).items():
        if number == 3:
            continue
        sheet = report.template.sheet(number)
        assert rows[0] == sheet.header
        assert len(rows) - 1 >= sheet.n_rows
        for place, (row, official) in enumerate(zip(rows[1:], sheet.rows, strict=False), 1):
            _same(row, official, f"sheet {number} row {place}")


def test_sheet_3_has_the_total_block_and_one_block_for_each_member_state(report: Report) -> None:
    rows = _sheets(report)[3]
    sheet = report.template.sheet(3)
    total = [row for row in sheet.rows if row[5] != COUNTRIES]
    block = [row for row in sheet.rows if row[5] == COUNTRIES]
    assert rows[0] == sheet.header
    expected = [*total]
    for code in MEMBER_STATES:
        expected += [[*row[:5], code, *row[6:]] for row in block]
    # Where a described row of its own was needed, it follows the template's own.
    filled = [row for row in rows[1:] if not (row[3] == "KEYWORD_OTHER" and row[4])]
    official = [row for row in expected if row[3] != "KEYWORD_OTHER"]
    assert [row[3:6:2] for row in filled if row[3] != "KEYWORD_OTHER"] == [
        row[3:6:2] for row in official
    ]
    assert (MEMBER_STATES[0], MEMBER_STATES[-1]) == ("AT", "SE")
    assert "EL" in MEMBER_STATES and "GR" not in MEMBER_STATES


def _same(row: list[str], official: list[str], where: str) -> None:
    for column, (cell, word) in enumerate(zip(row, official, strict=True)):
        if word == PERIOD:
            assert cell == "2026-01-01/2026-12-31", where
        elif word and word not in PLACEHOLDERS:
            assert cell == word, f"{where} column {column}"


def test_each_known_defect_is_kept_and_named_where_it_lies(report: Report) -> None:
    rows = _sheets(report)
    assert "Known defects of the official template" in rows[2][1][3]
    deepfake = "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE"
    keys = [(row[3], row[5]) for row in rows[3][1:]]
    assert (deepfake, "TOTAL") in keys
    assert not any(key == deepfake and scope != "TOTAL" for key, scope in keys)
    minors = [row for row in rows[3] if row[3] == "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"]
    assert all(deepfake in row[13] for row in minors if row[5] != "TOTAL")
    assert all("repeats an earlier one" in row[7] for row in rows[8][30:36])
    assert "exchanged" in rows[8][3][7] and "exchanged" in rows[8][4][7]
    assert report.template.sheet(7).header[-1] == "Contextual Information"
    assert report.template.sheet(9).header[-1] == "Contextual information"


def test_every_applicable_sheet_has_figures(report: Report) -> None:
    rows = _sheets(report)
    for number, column in ((3, 6), (4, 5), (5, 5), (6, 5)):
        assert int(rows[number][1][column]) > 0, number
    assert sum(row[6] not in ("", "0") for row in rows[7][1:]) > 20
    assert rows[8][1][6] not in ("", "0")
    assert all(row[4] for row in rows[11][1:7])


def test_numbers_are_written_as_annex_ii_says(report: Report) -> None:
    """Counts whole, shares between 0 and 1, medians in hours, texts short enough."""
    rows = _sheets(report)
    for number, columns, medians in (
        (3, range(6, 13), {8, 9, 11, 12}),
        (4, range(5, 15), {9, 10}),
        (5, range(5, 21), set()),
        (6, range(5, 21), set()),
    ):
        for row in rows[number][1:]:
            for column in columns:
                cell = row[column]
                if cell and column in medians:
                    assert float(cell) >= 0
                elif cell:
                    assert cell == str(int(cell))
    for row in rows[7][1:]:
        if "Percentage" in row[5]:
            assert row[6] == "" or 0 <= float(row[6]) <= 1
        elif row[5] != "Median time" and row[6]:
            assert row[6] == str(int(row[6]))
    for row in rows[8][1:]:
        if row[6] and "Accuracy" in row[4]:
            assert 0 <= float(row[6]) <= 1
    assert all(len(row[4]) <= 5_000 for row in rows[11][1:])


def test_rows_add_up_to_categories_and_categories_to_the_total(report: Report) -> None:
    rows = _sheets(report)
    for number, columns in ((3, (6, 7, 10)), (4, (5, 6, 7, 8, 11, 12, 13, 14)),
                            (5, (5, 6, 7, 8, 17, 19)), (6, (5, 6, 7, 8, 17, 19))):  # fmt: skip
        for scope in {row[5] for row in rows[number][1:]} if number == 3 else {None}:
            block = [row for row in rows[number][1:] if scope is None or row[5] == scope]
            for column in columns:
                _adds_up(block, column)


def _adds_up(block: list[list[str]], column: int) -> None:
    total, categories, parts = 0, 0, 0
    has_parts, category = False, 0
    for row in [*block, ["", "", "", "STATEMENT_CATEGORY_END", *["0"] * 40]]:
        key, value = row[3], int(row[column] or 0)
        if key == "TOTAL":
            total = value
        elif key.startswith("STATEMENT_CATEGORY_"):
            if has_parts:
                assert parts == category, (key, column)
            categories += value
            category, parts, has_parts = value, 0, False
        else:
            parts, has_parts = parts + value, True
    assert total == categories, column


def test_an_empty_year_is_zeroes_without_medians(year_history: History) -> None:
    rows = _sheets(draw_up(year_history, year_of(2031), Provider("Salon")))
    assert rows[4][1][5:15] == ["0", "0", "0", "0", "", "", "0", "0", "0", "0"]
    assert rows[3][1][6:13] == ["0", "0", "", "", "0", "", ""]
    assert rows[7][1][6] == "0" and rows[7][5][6] == ""
    assert rows[8][3][6] == ""
    assert "not measurable" in rows[11][3][4] or "0 views" in rows[11][2][4].replace("told 0", "0")


def test_a_measure_that_the_service_cannot_take_is_blank_and_said(report: Report) -> None:
    rows, header = _sheets(report)[6], report.template.sheet(6).header
    for name in ("Visibility restriction Demoted", "Monetary restriction Suspension"):
        column = header.index(name)
        assert all(row[column] == "" for row in rows[1:])
        assert "no such measure" in rows[1][column + 16]
    assert rows[1][header.index("Visibility restriction Disable")] != ""


@pytest.mark.parametrize(
    ("layer", "filled", "blank"),
    [
        (Layer.INTERMEDIARY, [(3, 1, 6), (7, 1, 6), (8, 1, 6)], [(4, 1, 5), (7, 2, 6), (8, 12, 6)]),
        (Layer.HOSTING, [(4, 1, 5), (8, 12, 6)], [(7, 2, 6), (8, 17, 6)]),
        (Layer.PLATFORM, [(7, 2, 6), (8, 17, 6)], [(9, 1, 6), (10, 1, 6), (11, 7, 4)]),
        (Layer.VERY_LARGE, [(9, 1, 6), (10, 1, 6), (11, 7, 4)], []),
    ],
)
def test_each_tier_fills_its_rows(
    year_history: History,
    layer: Layer,
    filled: list[tuple[int, int, int]],
    blank: list[tuple[int, int, int]],
) -> None:
    rows = _sheets(draw_up(_of_tier(year_history, layer), half_year_of(2026, 1), Provider("Salon")))
    for number, row, column in filled:
        assert rows[number][row][column] != "", (number, row)
    for number, row, column in blank:
        assert rows[number][row][column] == "", (number, row)


def test_a_very_large_platform_has_its_rows_by_language_and_state(year_history: History) -> None:
    big = _of_tier(year_history, Layer.VERY_LARGE)
    rows = _sheets(draw_up(big, half_year_of(2026, 2), Provider("Salon")))
    assert rows[1][4][3] == "2026-07-01"
    assert [row[5] for row in rows[9][4:]] == list(LANGUAGES)
    assert [row[5] for row in rows[10][2:]] == list(MEMBER_STATES)
    spoken = [row for row in rows[8] if row[5] == "sv"]
    assert len(spoken) == 5
    assert int(rows[9][1][6]) > 0


def test_who_is_exempt_is_told_so(year_history: History, report: Report) -> None:
    small = _of_tier(year_history, Layer.PLATFORM, Size.MICRO)
    found = draw_up(small, year_of(2026), Provider("Salon"))
    assert any("micro or small" in warning for warning in found.warnings)
    assert not any("micro or small" in warning for warning in report.warnings)
    assert int(_sheets(found)[4][1][5]) > 0


def test_a_text_that_names_somebody_is_told_before_it_is_published(year_history: History) -> None:
    said = Provider("Salon", texts={3: "Ask Camille: camille@salon.example, 06 12 34 56 78."})
    warned = draw_up(year_history, year_of(2026), said).warnings
    assert any("personal data" in one for one in warned)
    plain = Provider("Salon", texts={3: "Two people look at each case."})
    assert not any(
        "personal" in one for one in draw_up(year_history, year_of(2026), plain).warnings
    )


def _of_tier(history: History, layer: Layer, size: Size = Size.LARGER) -> History:
    said = tuple(
        one._replace(value=ProviderTier(layer, size))
        if isinstance(one.value, ProviderTier)
        else one
        for one in history.declared.said
    )
    return history._replace(declared=history.declared._replace(said=said))


def test_doxing_is_cyber_harassment_unless_it_is_counted_apart(year_history: History) -> None:
    period = year_of(2026)
    usual = _sheets(draw_up(year_history, period, Provider("Salon")))
    apart = _sheets(draw_up(year_history, period, Provider("Salon", apart=("doxxing",))))
    harassment = "KEYWORD_CYBER_HARASSMENT"
    before, after = (
        next(int(row[5]) for row in rows[4] if row[3] == harassment) for rows in (usual, apart)
    )
    own = next(row for row in apart[4] if row[4] == "Doxing")
    assert own[3] == "KEYWORD_OTHER"
    assert after + int(own[5]) == before
    assert not any(row[4] == "Doxing" for row in usual[4])
    excluded = next(row[3] for row in apart[2] if row[2] == harassment)
    assert "Excludes" in excluded and "Doxing" not in usual[2][1][3]
    assert usual[4][1] == apart[4][1]


def test_each_classifier_has_rows_of_its_own_after_the_templates(report: Report) -> None:
    rows = _sheets(report)[8][36:]
    assert rows and len(rows) % 3 == 0
    assert all("Classifier " in row[7] and "judged messages" in row[7] for row in rows)
    assert {row[4].rpartition(" ")[2] for row in rows} == {"Accuracy", "Precision", "Recall"}


def test_templates_are_dated_and_kept(report: Report) -> None:
    assert [one.valid_from.isoformat() for one in templates()] == ["2025-07-01"]
    assert report.template is templates()[0]
    assert [sheet.n_rows for sheet in report.template.sheets] == [
        len(sheet.rows) for sheet in report.template.sheets
    ]
    assert report.template.sheet(3).header.index("Service") == SERVICE
