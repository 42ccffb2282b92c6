// Which key does what in the grid, and where an arrow leads. Rule: nothing here touches the page.

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-15, 0], PageDown: [15, 0] };

export function lettersOf(column) {
  let letters = "";
  for (let rest = column + 1; rest; rest = Math.floor((rest - 1) / 26)) letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  return letters;
}

export function readKey(event) {
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "z") return { undo: true };
  if (command && event.key === "Home") return { step: [-Infinity, -Infinity] };
  if (command && event.key === "End") return { step: [Infinity, Infinity] };
  if (command || event.altKey) return null;
  if (STEPS[event.key]) return { step: STEPS[event.key] };
  if (event.key === "Home") return { step: [0, -Infinity] };
  if (event.key === "End") return { step: [0, Infinity] };
  if (event.key === "Enter" || event.key === "F2") return { edit: true };
  if (event.key === "Delete" || event.key === "Backspace") return { clear: true };
  if (event.key === " ") return { toggle: true };
  if (event.key.length === 1) return { type: event.key };
  return null;
}

const clamp = (number, last) => Math.min(Math.max(number, 0), last);

// the cell that a step leads to, over what is hidden
export function moveTo({ rows, columns, at }, [down, right]) {
  const row = clamp(rows.findIndex((one) => one.n === at.row) + down, rows.length - 1);
  const column = clamp(columns.findIndex((one) => one.index === at.column) + right, columns.length - 1);
  return [rows[row].n, columns[column].index];
}
