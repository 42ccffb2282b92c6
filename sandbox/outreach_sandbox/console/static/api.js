// How the page asks the sandbox anything. Rule: whatever changes something carries the page's token.

const token = document.querySelector('meta[name="console-token"]').content;

export class Refused extends Error {}

function words(said, status) {
  const text = typeof said === "string" ? said : said?.message || `The sandbox answered ${status}.`;
  // "hubspot/edit: ValueError: no such record" is for programs; people read the last part
  return text.replace(/^\w+\/\w+: (\w+: )?/, "");
}

async function send(method, path, body) {
  const headers = method === "GET" ? {} : { "X-Console-Token": token, "Content-Type": "application/json" };
  let reply;
  try {
    reply = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Refused("The sandbox does not answer. Is it still running?");
  }
  const said = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Refused(words(said.error, reply.status));
  return said;
}

export const get = (path, query = {}) => {
  const text = new URLSearchParams(query).toString();
  return send("GET", text ? `${path}?${text}` : path);
};

export const post = (path, body = {}) => send("POST", path, body);

// what a person does in a vendor's own screens
export const act = (vendor, door, body = {}) => post(`/_sandbox/people/${vendor}/${door}`, body);
