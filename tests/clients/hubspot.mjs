// HubSpot's own client for Node doing its main job: make, read, change, find and associate.
// The one rule: only the client's documented option for the address is used.
import { Client } from "@hubspot/api-client";

const client = new Client({ accessToken: "pat-na1-node", basePath: process.argv[2] });
const { contacts, companies, deals, associations, properties, owners, lists } = client.crm;

const made = await contacts.batchApi.create({
  inputs: ["ann", "bob"].map((name) => ({
    properties: { email: `${name}@example.com`, firstname: name },
    associations: [],
  })),
});
const [ann, bob] = made.results.sort((a, b) => Number(a.id) - Number(b.id));
await contacts.basicApi.update(ann.id, { properties: { city: "Oslo" } });
const page = await contacts.basicApi.getPage(1, undefined, ["email", "city"]);
const all = await contacts.getAll(1, undefined, ["email"]);
const upserted = await contacts.batchApi.upsert({
  inputs: [{ id: bob.properties.email, idProperty: "email", properties: { city: "Rome" } }],
});
const company = await companies.basicApi.create({ properties: { name: "Acme" }, associations: [] });
await associations.v4.basicApi.createDefault("contacts", ann.id, "companies", company.id);
const ends = await associations.v4.basicApi.getPage("contacts", ann.id, "companies");
const deal = await deals.basicApi.create({
  properties: { dealname: "Big", dealstage: "qualifiedtobuy", pipeline: "default" },
  associations: [
    { to: { id: ann.id }, types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 3 }] },
  ],
});
const schema = await properties.coreApi.getAll("contacts");
const list = await lists.listsApi.create({ name: "L", objectTypeId: "0-1", processingType: "MANUAL" });
const joined = await lists.membershipsApi.add(list.list.listId, [ann.id]);
let refused = 0;
try {
  await contacts.basicApi.create({ properties: { email: "ann@example.com" }, associations: [] });
} catch (error) {
  refused = error.code;
}
await contacts.basicApi.archive(bob.id);
const left = await contacts.getAll();

console.log(
  JSON.stringify({
    page: page.results.map((r) => [r.properties.email, r.properties.city]),
    cursor: page.paging.next.after === String(Number(ann.id) + 1),
    all: all.map((r) => r.properties.email),
    upserted: upserted.results.map((r) => [r._new ?? r.new, r.properties.city]),
    ends: ends.results.map((r) => String(r.toObjectId) === company.id),
    deal: deal.properties.dealstage,
    email: schema.results.some((p) => p.name === "email" && p.type === "string"),
    owners: (await owners.ownersApi.getPage()).results.length,
    joined: (joined.recordsIdsAdded ?? joined.recordIdsAdded)?.length,
    refused,
    left: left.length,
  }),
);
