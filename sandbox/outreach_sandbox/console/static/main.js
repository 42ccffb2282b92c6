// The page's heartbeat: asks what happened, lets the panes look again where something did. Rule: one question at a time.

import { get, post } from "./api.js";
import { CrmPane } from "./crm.js";
import { attempt, toast } from "./dom.js";
import { Guide } from "./guide.js";
import { Journal } from "./journal.js";
import { SheetPane } from "./sheet.js";

const $ = (id) => document.getElementById(id);
const panes = { google: new SheetPane(), hubspot: new CrmPane("hubspot"), salesforce: new CrmPane("salesforce") };
const journal = new Journal();
const guide = new Guide();
const known = { seq: 0, chapter: 0, lines: 0, run: 0 };
let moved = {};
let state = "none";
let step = "starting";

async function beat() {
  try {
    const found = await get("/console/pulse", known);
    document.body.classList.remove("offline");
    take(found);
  } catch (error) {
    if (!document.body.classList.contains("offline")) toast(error.message, "bad");
    document.body.classList.add("offline");
  }
  setTimeout(beat, document.hidden ? 4000 : state === "running" ? 400 : 900);
}

function take(found) {
  if (found.sync.run !== known.run) step = "starting";
  Object.assign(known, { seq: found.seq, chapter: found.chapter, lines: found.sync.printed, run: found.sync.run });
  journal.take(found);
  step = found.sync.lines.map((line) => line.replace(/^[^\p{L}\p{N}]+/u, "").trim()).findLast((line) => line) || step;
  for (const [vendor, pane] of Object.entries(panes)) {
    if (found.moved[vendor] !== moved[vendor]) pane.refresh();
  }
  moved = found.moved;
  $("now").textContent = `${new Date(found.now).toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" })}, ${found.now.slice(11, 16)}`;
  $("now").setAttribute("datetime", found.now);
  showSync(found.sync);
  guide.draw(found.sync);
}

function showSync(sync) {
  const before = state;
  state = sync.state;
  const running = state === "running";
  document.body.classList.toggle("running", running);
  $("sync").disabled = state !== "idle";
  $("sync").textContent = running ? "Syncing…" : "Sync";
  $("sync").title = sync.command ? `Runs: ${sync.command}` : "Start the sandbox with --sync-command to use this button";
  $("stop").hidden = !running;
  for (const node of document.querySelectorAll("[data-advance]")) node.disabled = running;
  $("sync-said").textContent = saying(sync);
  $("sync-said").classList.toggle("bad", state === "idle" && sync.exit_code !== null && sync.exit_code !== 0);
  if (before === "running" && state === "idle") {
    for (const pane of Object.values(panes)) pane.refresh();
    if (sync.exit_code) toast(`The sync ended with ${sync.exit_code}; see what it printed.`, "bad");
    if (sync.exit_code) journal.open("output");
  }
}

function saying(sync) {
  if (sync.state === "none") return "No sync command";
  if (sync.state === "running") return `${step} · ${Math.round(sync.seconds)} s`;
  if (sync.exit_code === null) return "Not synced yet";
  if (sync.exit_code !== 0) return `Ended with ${sync.exit_code}`;
  return `Synced in ${Math.round(sync.seconds)} s`;
}

function showPane(name) {
  document.body.dataset.show = name;
  for (const node of document.querySelectorAll("[data-pane]")) node.setAttribute("aria-current", String(node.dataset.pane === name));
  panes[name]?.seen();
}

$("sync").addEventListener("click", async () => {
  for (const pane of Object.values(panes)) pane.forget();
  if (await attempt(() => post("/console/sync"))) guide.pressed();
});
$("stop").addEventListener("click", () => attempt(() => post("/console/sync/stop"), "Asked it to stop"));
for (const node of document.querySelectorAll("[data-advance]")) {
  node.addEventListener("click", () => attempt(() => post("/_sandbox/clock", { advance_seconds: Number(node.dataset.advance) }), "Time has passed"));
}
for (const node of document.querySelectorAll("[data-pane]")) node.addEventListener("click", () => showPane(node.dataset.pane));
for (const [vendor, pane] of Object.entries(panes)) {
  const count = document.querySelector(`[data-pane="${vendor}"] b`);
  pane.onMoved = () => {
    count.textContent = String(pane.unseen);
    count.hidden = pane.unseen === 0 || document.body.dataset.show === vendor;
    if (pane.moved.size) guide.moved(vendor);
  };
  const ask = pane.do.bind(pane);
  pane.do = async (door, body, said) => {
    const answer = await ask(door, body, said);
    if (answer && door === "edit") guide.edited(vendor);
    return answer;
  };
}

showPane("google");
await Promise.all(Object.values(panes).map((pane) => pane.refresh()));
beat();
