// Building the page. Rule: texts become text nodes and attributes, never markup: a cell may hold anything.

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "class") node.className = value;
    else if (name === "value") node.value = value;
    else if (name === "checked" || name === "selected") node[name] = true;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function fill(node, ...children) {
  node.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const button = (text, press, props = {}) => h("button", { type: "button", ...props, on: { click: press } }, text);

const PATHS = {
  undo: "M9 7 5 11l4 4M5 11h9a5 5 0 0 1 0 10h-3",
  plus: "M12 5v14M5 12h14",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  up: "M12 19V5M6 11l6-6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  back: "M15 5l-7 7 7 7",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M20 20l-4-4",
  email: "M4 6h16v12H4zM4 7l8 6 8-6",
  answer: "M10 8 5 12l5 4M5 12h8a6 6 0 0 1 6 6",
  note: "M6 4h12v16H6zM9 9h6M9 13h6",
  task: "M5 12l5 5 9-10",
  edit: "M5 19l1-4L16 5l3 3L9 18z",
  made: "M12 5v14M5 12h14",
  lock: "M7 11h10v9H7zM9 11V8a3 3 0 0 1 6 0v3",
  send: "M4 12 20 5l-6 15-3-6z",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name] || PATHS.note);
  svg.append(path);
  return svg;
}

export function toast(text, kind = "good") {
  const place = document.getElementById("toasts");
  const node = h("p", { class: `toast ${kind}` }, text);
  place.append(node);
  while (place.children.length > 4) place.firstChild.remove();
  setTimeout(() => node.remove(), kind === "bad" ? 9000 : 4000);
}

// run what a person asked for; what is refused is said, not thrown
export async function attempt(task, said) {
  try {
    const answer = await task();
    if (said) toast(said);
    return answer ?? true;
  } catch (error) {
    toast(error.message, "bad");
    return null;
  }
}

export function time(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  const day = at.toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return day;
  return `${day}, ${at.toISOString().slice(11, 16)}`;
}
