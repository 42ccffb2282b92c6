// What differs between two looks at a side. Rule: a thing is followed by who it is, not by where it stands.

// rows of a sheet are followed by their sync id, else their e-mail address, else their number
export function rowKeys(view) {
  const header = view.rows.find((row) => row.n === 1)?.cells || {};
  const column = (title) => Object.keys(header).find((c) => header[c].v.trim().toLowerCase() === title);
  const columns = [column("_sync_id"), column("email")].filter((c) => c !== undefined);
  const keys = new Map();
  for (const row of view.rows) {
    const own = row.n === 1 ? undefined : columns.map((c) => row.cells[c]?.v).find((text) => text);
    keys.set(row.n, own && !keys.has(own) ? own : `#${row.n}`);
  }
  return keys;
}

const look = (cell) => (cell ? `${cell.v}\u0000${cell.bg || ""}\u0000${cell.note || ""}` : "");

// "n:column" of every cell that shows something else than before; rows that are new count whole
export function changedCells(before, after) {
  const changed = new Set();
  if (!before || before.id !== after.id || before.tab !== after.tab || before.first !== after.first) return changed;
  const mail = rowKeys(before);
  const known = new Map(before.rows.map((row) => [mail.get(row.n), row]));
  const byNumber = new Map(before.rows.map((row) => [row.n, row]));
  for (const [n, key] of rowKeys(after)) {
    const row = after.rows.find((one) => one.n === n);
    const old = known.get(key) || byNumber.get(n);
    for (const column of new Set([...Object.keys(row.cells), ...Object.keys(old?.cells || {})])) {
      if (look(row.cells[column]) !== look(old?.cells[column])) changed.add(`${n}:${column}`);
    }
  }
  return changed;
}

// ids of records that are new in a list or show something else, with the columns that do
export function changedRecords(before, after) {
  const changed = new Map();
  if (!before || before.object !== after.object) return changed;
  const known = new Map(before.rows.map((row) => [row.id, row]));
  for (const row of after.rows) {
    const old = known.get(row.id);
    if (!old) changed.set(row.id, row.cells.map((_, index) => index));
    else {
      const columns = row.cells.flatMap((text, index) => (text !== old.cells[index] ? [index] : []));
      if (row.badge !== old.badge) columns.push(0);
      if (columns.length) changed.set(row.id, columns);
    }
  }
  return changed;
}
