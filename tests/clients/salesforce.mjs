// jsforce doing its main job: describe, create, query page by page, upsert, load in bulk.
// The one rule: only the client's documented options for the address and the token are used.
import jsforce from "jsforce";

const [url, token] = process.argv.slice(2);
const conn = new jsforce.Connection({ instanceUrl: url, accessToken: token, version: "60.0" });

const described = await conn.sobject("Lead").describe();
const rows = ["Adams", "Baker", "Clark"].map((LastName) => ({ LastName, Company: "Acme" }));
const made = await conn.sobject("Lead").create(rows);
const key = "Outreach_Id__c";
const upserted = await conn.sobject("Lead").upsert({ [key]: "k1", LastName: "Doe", Company: "Bolt" }, key);
await conn.sobject("Lead").update({ Id: made[0].id, Title: "CEO" });
const found = await conn.query("SELECT Id, LastName, Title FROM Lead ORDER BY LastName");
const counted = await conn.query("SELECT COUNT() FROM Lead WHERE Company = 'Acme'");
const paged = [];
const many = Array.from({ length: 450 }, (_, n) => ({ LastName: `L${n}`, Company: "Many" }));
const bulk = await conn.bulk2.loadAndWaitForResults({
  object: "Lead",
  operation: "insert",
  input: many,
  pollTimeout: 60000,
  pollInterval: 50,
});
await new Promise((done, fail) => {
  conn
    .query("SELECT LastName FROM Lead WHERE Company = 'Many'", { autoFetch: true, headers: {} })
    .on("record", (record) => paged.push(record.LastName))
    .on("end", done)
    .on("error", fail)
    .run({ autoFetch: true, maxFetch: 1000 });
});
let refused = "";
try {
  await conn.sobject("Lead").create({ FirstName: "Nobody" });
} catch (error) {
  refused = error.errorCode;
}
await conn.sobject("Lead").destroy(made[2].id);
const limits = await conn.limits();

console.log(
  JSON.stringify({
    fields: described.fields.some((f) => f.name === "LastName" && !f.nillable),
    made: made.map((r) => r.success),
    upserted: upserted.success,
    found: found.records.map((r) => [r.LastName, r.Title]),
    counted: counted.totalSize,
    bulk: [bulk.successfulResults.length, bulk.failedResults.length],
    paged: paged.length,
    refused,
    left: (await conn.query("SELECT COUNT() FROM Lead WHERE Company = 'Acme'")).totalSize,
    limits: limits.DailyApiRequests.Max > 0,
  }),
);
