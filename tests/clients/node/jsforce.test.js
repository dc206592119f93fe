// jsforce reads the simulated Salesforce org.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import jsforce from "jsforce";

import { Sandbox, all } from "./sandbox.js";

let sandbox;
let org;

before(async () => {
  sandbox = await Sandbox.open("salesforce");
  org = await connected(sandbox.secrets.client_secret);
});

/** A connection with a session by the client credentials flow. */
async function connected(clientSecret) {
  const { login_url: loginUrl, client_id: clientId } = sandbox.settings;
  const made = new jsforce.Connection({ oauth2: { loginUrl, clientId, clientSecret }, instanceUrl: loginUrl, version: "62.0" });
  await made.authorize({ grant_type: "client_credentials" });
  return made;
}

/** The ids that a query finds on all its pages. */
async function ids(soql, options = {}) {
  const rows = await org.query(soql, { autoFetch: true, maxFetch: 100_000, ...options });
  return rows.records.map((row) => row.Id).sort();
}

for (const sobject of ["Account", "Contact", "Lead", "Opportunity", "Case", "User"]) {
  test(`every ${sobject} is found once`, async () => {
    assert.deepEqual(await ids(`SELECT Id FROM ${sobject}`), await sandbox.ids(sobject));
  });
}

test("a long answer comes in pages, which a locator names", async () => {
  const pages = [await org.query("SELECT Id FROM Contact", { autoFetch: false })];
  while (!pages.at(-1).done) pages.push(await org.queryMore(pages.at(-1).nextRecordsUrl, { autoFetch: false }));

  const seen = pages.flatMap((each) => each.records.map((row) => row.Id));

  assert.ok(pages.length > 1);
  assert.equal(new Set(seen).size, seen.length);
  assert.equal(seen.length, pages[0].totalSize);
});

test("rows are found by the values of their fields", async () => {
  const [known] = (await sandbox.records("Account")).filter((record) => record.payload.Phone);
  const { Name, Phone } = known.payload;

  const found = await org.sobject("Account").find({ Name, Phone }, ["Id", "Name"]).sort("Id").limit(5);
  const counted = await org.sobject("Account").count({ Name, Phone });

  assert.ok(found.some((row) => row.Id === known.id));
  assert.equal(counted, found.length);
});

test("what changed since a moment is found by query and by the log", async () => {
  const { id } = (await sandbox.ofKind("account"))[1];
  const since = await sandbox.now(3600);
  await sandbox.change("account", id, { phone: "+81300000001" });
  const until = await sandbox.now(120);

  const queried = await ids(`SELECT Id FROM Account WHERE SystemModstamp >= ${jsforce.SfDate.toDateTimeLiteral(since)}`);
  const logged = await org.sobject("Account").updated(since, until);

  assert.deepEqual(queried, [id]);
  assert.deepEqual(logged.ids, [id]);
});

test("what was deleted and merged away is found in the bin and in the log", async () => {
  const [winner, loser, gone] = (await sandbox.ofKind("account")).slice(2).map((record) => record.id);
  const since = await sandbox.now(3600);
  await sandbox.delete("account", gone);
  await sandbox.merge("account", winner, loser);
  const until = await sandbox.now(120);

  const bin = await org.query(`SELECT Id, IsDeleted, MasterRecordId FROM Account WHERE Id IN ('${loser}', '${gone}')`, { scanAll: true });
  const shown = await ids(`SELECT Id FROM Account WHERE Id IN ('${loser}', '${gone}')`);
  const log = await org.sobject("Account").deleted(since, until);

  const masters = Object.fromEntries(bin.records.map((row) => [row.Id, row.MasterRecordId]));
  assert.deepEqual(masters, { [loser]: winner, [gone]: null });
  assert.deepEqual(shown, []);
  assert.deepEqual(log.deletedRecords.map((entry) => entry.id).sort(), [loser, gone].sort());
});

test("a query job of the bulk API gives every row", async () => {
  org.bulk2.pollInterval = 20;

  // All on one page: jsforce closes its stream after the first page of a job's results, and fails on a second one.
  const rows = await all(await org.bulk2.query("SELECT Id, Email FROM User"));

  assert.deepEqual(rows.map((row) => row.Id).sort(), await sandbox.ids("User"));
  assert.ok(rows.every((row) => row.Email === "" || row.Email.includes("@")));
});

test("a record is created, changed, read and deleted", async () => {
  const contacts = org.sobject("Contact");
  const made = await contacts.create({ FirstName: "Aoi", LastName: "Mori", Email: "aoi@made.example" });
  const changed = await contacts.update({ Id: made.id, Title: "CFO" });
  const read = await contacts.retrieve(made.id);
  const gone = await contacts.destroy(made.id);

  assert.deepEqual([made.success, changed.success, gone.success], [true, true, true]);
  assert.deepEqual([read.Name, read.Title, read.attributes.type], ["Aoi Mori", "CFO", "Contact"]);
});

test("objects and fields are described", async () => {
  const names = (await org.describeGlobal()).sobjects.map((each) => each.name);
  const { fields } = await org.describe("Task");

  const who = fields.find((field) => field.name === "WhoId");
  assert.ok(names.includes("Opportunity"));
  assert.deepEqual([who.type, who.polymorphicForeignKey, who.referenceTo], ["reference", true, ["Contact", "Lead"]]);
});

test("the calls of the day are counted with every answer", async () => {
  await org.query("SELECT Id FROM User LIMIT 1");

  assert.equal(org.limitInfo.apiUsage.limit, 100_000);
});

test("a wrong secret opens no session", async () => {
  await assert.rejects(connected("guess"), { name: "invalid_client" });
});

test("a lost session is told by its code, and a client that can refresh goes on", async () => {
  const bare = new jsforce.Connection({ instanceUrl: sandbox.url, accessToken: org.accessToken, version: "62.0" });
  const renewing = new jsforce.Connection({
    instanceUrl: sandbox.url,
    accessToken: org.accessToken,
    version: "62.0",
    refreshFn: (_, done) => connected(sandbox.secrets.client_secret).then((fresh) => done(null, fresh.accessToken), done),
  });
  await sandbox.expireTokens();

  const rows = await renewing.query("SELECT Id FROM User LIMIT 1");

  assert.equal(rows.records.length, 1);
  await assert.rejects(bare.query("SELECT Id FROM User"), { errorCode: "INVALID_SESSION_ID" });
  org = await connected(sandbox.secrets.client_secret);
});

for (const [soql, errorCode] of [
  ["SELECT", "MALFORMED_QUERY"],
  ["SELECT Id FROM Nothing__c", "INVALID_TYPE"],
  ["SELECT Id, Nothing__c FROM Account", "INVALID_FIELD"],
]) {
  test(`"${soql}" is refused as ${errorCode}`, async () => {
    await assert.rejects(org.query(soql), { errorCode });
  });
}

test("a record that is not there is not found", async () => {
  await assert.rejects(org.sobject("Account").retrieve("001000000000000AAA"), { errorCode: "NOT_FOUND" });
});

test("too many calls are told by their code", async () => {
  await sandbox.failing("rate_limited", () =>
    assert.rejects(org.query("SELECT Id FROM User"), { errorCode: "REQUEST_LIMIT_EXCEEDED" }),
  );
});
