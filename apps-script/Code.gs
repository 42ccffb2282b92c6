/**
 * Notes when and by whom cells of the outreach tab are edited, so that the sync knows who was last.
 *
 * The rule: it writes into its own column alone, and never changes what anybody typed. Without it the sync
 * works as well; under `lww` it then only knows that an edit lies between two of its reads.
 *
 * https://developers.google.com/apps-script/guides/triggers: a simple trigger runs for people's edits only, not
 * for a program's, may take 30 seconds, and of edits that follow each other quickly some may be lost.
 */

var HEADER = '_edited';
var FIRST_OWN_COLUMN = 18; // R: O to Q are kept free for the outreach system
var MOST_CELLS = 2000; // of one paste; more would take longer than a simple trigger may run

/** Runs by itself after every edit. */
function onEdit(e) {
  if (!e || !e.range) return;
  var sheet = e.range.getSheet();
  if (sheet.getIndex() !== 1) return;
  var header = sheet.getRange(1, 1, 1, sheet.getLastColumn()).getValues()[0];
  var column = header.indexOf(HEADER) + 1;
  if (!column) return;
  var first = Math.max(e.range.getRow(), 2);
  var last = e.range.getLastRow();
  var left = e.range.getColumn();
  var right = e.range.getLastColumn();
  if (last < first || (last - first + 1) * (right - left + 1) > MOST_CELLS) return;
  var names = header.slice(left - 1, right).filter(function (name) {
    return name && name !== HEADER;
  });
  if (!names.length) return;
  var lock = LockService.getDocumentLock();
  if (!lock.tryLock(5000)) return;
  try {
    var place = sheet.getRange(first, column, last - first + 1, 1);
    place.setValues(noted(place.getValues(), names, new Date().toISOString(), who(e)));
  } finally {
    lock.releaseLock();
  }
}

/** Run once by hand: adds the hidden column, right of everything that is there. */
function install() {
  var sheet = SpreadsheetApp.getActiveSpreadsheet().getSheets()[0];
  var header = sheet.getRange(1, 1, 1, sheet.getLastColumn()).getValues()[0];
  if (header.indexOf(HEADER) >= 0) return;
  var column = Math.max(sheet.getLastColumn() + 1, FIRST_OWN_COLUMN);
  if (column > sheet.getMaxColumns()) {
    sheet.insertColumnsAfter(sheet.getMaxColumns(), column - sheet.getMaxColumns());
  }
  sheet.getRange(1, column).setValue(HEADER);
  sheet.hideColumns(column);
}

/** The notes of some rows with these columns noted anew; what is not a note of ours is replaced. */
function noted(rows, names, at, by) {
  return rows.map(function (row) {
    var notes = {};
    try {
      var found = JSON.parse(row[0] || '{}');
      if (found && typeof found === 'object' && !Array.isArray(found)) notes = found;
    } catch (error) {
      notes = {};
    }
    names.forEach(function (name) {
      notes[name] = [at, by];
    });
    return [JSON.stringify(notes)];
  });
}

/** Whose edit it is, where Google tells a simple trigger; outside of one Workspace domain it does not. */
function who(e) {
  return (e.user && e.user.getEmail && e.user.getEmail()) || '';
}
