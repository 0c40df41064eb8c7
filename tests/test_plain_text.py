"""The words of a page without its HTML: lines end with a full stop, column heads and captions are left out."""

from __future__ import annotations

from treatments.plain_text import rows_of, text_of

TABLE = (
    '<table class="stack"><caption class="hidden">What is rare?</caption><thead><tr><th scope="col">What</th>'
    '<th scope="col">How often</th></tr></thead><tbody><tr><th scope="row">A  clot</th><td>Rare &amp; serious</td></tr>'
    "</tbody></table>"
)


def test_blocks_do_not_run_together() -> None:
    html = "<p>Walk every day.</p>\n<ul><li>a list of <strong>your</strong> medicines</li><li>Travel dates</li></ul>"
    assert text_of(html) == "Walk every day. a list of your medicines. Travel dates."


def test_a_figure_is_read_as_it_is_printed() -> None:
    html = '<p>It takes <data value="14" data-fact="gap_min">2 weeks</data>&nbsp;or more: ask</p>'
    assert text_of(html) == "It takes 2 weeks or more: ask."


def test_a_table_is_its_cells_without_its_heads() -> None:
    assert text_of(TABLE) == "A clot. Rare & serious."
    assert rows_of(TABLE) == [["A clot", "Rare & serious"]]


def test_text_without_a_table_has_no_rows() -> None:
    assert rows_of("<p>None</p>") == []
