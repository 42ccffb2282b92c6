"""The script of `apps-script/`, run over a sheet of plain lists: what it notes is what the tap reads."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from outreach_adapters.sheets.rows import read_noted

SCRIPT = Path(__file__).parents[2] / "apps-script" / "Code.gs"
NODE = shutil.which("node")
# what Google gives a script, over a grid of rows
GOOGLE = """
function Range(grid, row, column, rows, columns) {
  return {
    getSheet: () => sheet, getRow: () => row, getColumn: () => column,
    getLastRow: () => row + rows - 1, getLastColumn: () => column + columns - 1,
    getValues: () => grid.slice(row - 1, row - 1 + rows).map(
      r => Array.from({length: columns}, (_, i) => r[column - 1 + i] ?? '')),
    setValues: v => v.forEach((cells, i) => cells.forEach(
      (cell, j) => { grid[row - 1 + i][column - 1 + j] = cell; })),
    setValue: v => { grid[row - 1][column - 1] = v; },
  };
}
const given = JSON.parse(process.argv[2]);
const sheet = {
  getIndex: () => given.index, getLastColumn: () => given.grid[0].length,
  getMaxColumns: () => 30, hideColumns: () => {},
  getRange: (r, c, rs = 1, cs = 1) => Range(given.grid, r, c, rs, cs),
};
const LockService = {getDocumentLock: () => ({tryLock: () => true, releaseLock: () => {}})};
const SpreadsheetApp = {getActiveSpreadsheet: () => ({getSheets: () => [sheet]})};
eval(require('fs').readFileSync(process.argv[3], 'utf8') +
  (given.install ? ';install();' : ';onEdit({range: Range(given.grid, ...given.range)});'));
console.log(JSON.stringify(given.grid));
"""
GRID = [["Email", "Phone", "_edited"], ["a@example.com", "1", ""], ["b@example.com", "2", "?"]]

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed")


def run(tmp_path: Path, **given: Any) -> list[list[Any]]:
    """Run the script, and return the grid as it is then."""
    harness = tmp_path / "google.js"
    harness.write_text(GOOGLE)
    told = json.dumps({"index": 1, "grid": GRID, **given})
    command = [str(NODE), str(harness), told, str(SCRIPT)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    found: list[list[Any]] = json.loads(done.stdout)
    return found


def test_an_edit_is_noted_by_its_header(tmp_path: Path) -> None:
    """In its own row; what stood there and is no note of the script's is replaced."""
    (_, first, second) = run(tmp_path, range=[3, 2, 1, 1])

    assert "" == first[2]
    assert ["Phone"] == list(read_noted(second[2]))


def test_a_paste_is_noted_in_all_its_cells_and_notes_are_kept(tmp_path: Path) -> None:
    """The header row and the script's own column are left out."""
    older = json.dumps({"City": ["2026-01-01T00:00:00Z", ""]})
    grid = [GRID[0], [*GRID[1][:2], older], GRID[2]]
    (header, first, second) = run(tmp_path, grid=grid, range=[1, 1, 3, 3])

    assert GRID[0] == header
    assert ["City", "Email", "Phone"] == sorted(read_noted(first[2]))
    assert ["Email", "Phone"] == sorted(read_noted(second[2]))


@pytest.mark.parametrize(
    "given",
    [
        {"range": [2, 2, 1, 1], "index": 2},  # another tab
        {"range": [1, 2, 1, 1]},  # the header row
        {"range": [2, 3, 1, 1]},  # its own column
        {"range": [2, 1, 1, 1], "grid": [["Email"], ["a@example.com"]]},  # not installed
    ],
)
def test_nothing_else_is_touched(tmp_path: Path, given: dict[str, Any]) -> None:
    """Whatever is edited elsewhere."""
    assert given.get("grid", GRID) == run(tmp_path, **given)


def test_its_column_stands_right_of_what_is_reserved(tmp_path: Path) -> None:
    """At or after R, and only once."""
    (header, *_) = run(tmp_path, grid=[["Email"]], install=True)

    assert (18, "_edited") == (len(header), header[-1])
    assert GRID == run(tmp_path, install=True)
