// @hubspot/api-client reads the simulated HubSpot portal.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { Client, Signature } from "@hubspot/api-client";

import { Sandbox, all } from "./sandbox.js";

let sandbox;
let portal;

before(async () => {
  sandbox = await Sandbox.open("hubspot");
  portal = client(sandbox.secrets.access_token);
});

function client(accessToken, options = {}) {
  return new Client({ accessToken, basePath: sandbox.url, ...options });
}

/** Rows of a search by id, page after page from the last id. */
async function* byKeyset(filters, properties) {
  for (let last = "0"; ; ) {
    const after = { propertyName: "hs_object_id", operator: "GT", value: last };
    const query = { filterGroups: [{ filters: [after, ...filters] }], sorts: ["hs_object_id"], properties, limit: 25 };
    const { results } = await portal.crm.companies.searchApi.doSearch(query);
    if (results.length === 0) return;
    yield* results;
    last = results.at(-1).id;
  }
}

for (const kind of ["contacts", "companies", "deals", "tickets", "products"]) {
  test(`all ${kind} are listed, each once`, async () => {
    const found = await portal.crm[kind].getAll(20);

    assert.deepEqual(found.map((one) => one.id).sort(), await sandbox.ids(kind));
  });
}

test("a page names the next one", async () => {
  const first = await portal.crm.contacts.basicApi.getPage(5, undefined, ["email"]);
  const second = await portal.crm.contacts.basicApi.getPage(5, first.paging.next.after, ["email"]);

  assert.deepEqual([first.results.length, second.results.length], [5, 5]);
  assert.ok(Number(second.results[0].id) > Number(first.results[4].id));
  assert.ok(first.results[0].createdAt instanceof Date);
});

test("a search pages through every record by id", async () => {
  const found = await all(byKeyset([], ["name"]));

  assert.deepEqual(found.map((one) => one.id).sort(), await sandbox.ids("companies"));
});

test("a search finds what has a value", async () => {
  const [known] = (await sandbox.records("companies")).filter((record) => record.payload.properties.domain);
  const { domain } = known.payload.properties;

  const found = await all(byKeyset([{ propertyName: "domain", operator: "EQ", value: domain }], ["domain"]));

  assert.ok(found.some((one) => one.id === known.id));
  assert.deepEqual([...new Set(found.map((one) => one.properties.domain))], [domain]);
});

test("what changed since a moment is found by its time of modification", async () => {
  const { id } = (await sandbox.ofKind("account"))[0];
  const since = await sandbox.now(3600);
  await portal.crm.companies.basicApi.update(id, { properties: { phone: "+81 3 0000 0000" } });
  await sandbox.now(60);

  const filter = { propertyName: "hs_lastmodifieddate", operator: "GTE", value: String(since.getTime()) };
  const found = await all(byKeyset([filter], ["phone"]));

  assert.deepEqual(found.map((one) => [one.id, one.properties.phone]), [[id, "+81 3 0000 0000"]]);
});

test("what was archived and merged away is in no list of the living", async () => {
  const [winner, loser, gone] = (await sandbox.ofKind("account")).slice(1).map((record) => record.id);
  await portal.crm.companies.basicApi.archive(gone);
  await portal.apiRequest({
    method: "POST",
    path: "/crm/v3/objects/companies/merge",
    body: { primaryObjectId: winner, objectIdToMerge: loser },
  });

  const living = (await portal.crm.companies.getAll(100)).map((one) => one.id);
  const archived = (await portal.crm.companies.getAll(100, undefined, undefined, undefined, undefined, true)).map((one) => one.id);
  const followed = await portal.crm.companies.basicApi.getById(loser);

  assert.ok(!living.includes(gone) && !living.includes(loser));
  assert.deepEqual(archived, [gone]);
  assert.equal(followed.id, winner);
});

test("a batch gives what is there and tells what is not", async () => {
  const known = (await sandbox.ids("companies"))[0];

  const batch = await portal.crm.companies.batchApi.read({
    inputs: [{ id: known }, { id: "1" }],
    properties: ["name"],
    propertiesWithHistory: [],
  });

  assert.deepEqual(batch.results.map((one) => one.id), [known]);
  assert.deepEqual(batch.errors[0].context.ids, ["1"]);
});

test("contacts are bound to companies", async () => {
  const contacts = await portal.crm.contacts.getAll(100, undefined, ["email"], undefined, ["companies"]);
  const bound = contacts.find((one) => one.associations);

  const [pair] = (
    await portal.crm.associations.v4.batchApi.getPage("contacts", "companies", { inputs: [{ id: bound.id }] })
  ).results;

  assert.equal(bound.associations.companies.results[0].type, "contact_to_company");
  assert.equal(String(pair.to[0].toObjectId), bound.associations.companies.results[0].id);
});

test("owners, pipelines and properties are told", async () => {
  const owners = (await portal.crm.owners.ownersApi.getPage()).results;
  const pipelines = (await portal.crm.pipelines.pipelinesApi.getAll("deals")).results;
  const properties = (await portal.crm.properties.coreApi.getAll("companies")).results;

  assert.ok(owners.every((owner) => owner.email && owner.createdAt instanceof Date));
  assert.equal(pipelines[0].id, "default");
  assert.ok(pipelines[0].stages.some((stage) => stage.metadata.isClosed === "true"));
  assert.ok(properties.some((property) => property.name === "domain" && property.hubspotDefined));
});

test("a wrong token is refused", async () => {
  await assert.rejects(client("pat-na1-somebody-else").crm.contacts.basicApi.getPage(), (error) => {
    assert.deepEqual([error.code, error.body.category], [401, "INVALID_AUTHENTICATION"]);
    return true;
  });
});

test("a record that is not there is not found", async () => {
  await assert.rejects(portal.crm.contacts.basicApi.getById("1"), (error) => {
    assert.deepEqual([error.code, error.body.category], [404, "OBJECT_NOT_FOUND"]);
    return true;
  });
});

test("too many requests are told with the limit that they broke", async () => {
  await sandbox.failing("rate_limited", () =>
    assert.rejects(portal.crm.contacts.basicApi.getPage(), (error) => {
      assert.deepEqual([error.code, error.body.policyName], [429, "TEN_SECONDLY_ROLLING"]);
      assert.equal(error.headers["retry-after"], "1");
      return true;
    }),
  );
});

test("a failure is got over by asking again", async () => {
  const patient = client(sandbox.secrets.access_token, { numberOfApiCallRetries: 3 });

  const page = await sandbox.failing("server_error", () => patient.crm.contacts.basicApi.getPage(3), 1);

  assert.equal(page.results.length, 3);
});

test("a webhook is genuine, and no longer so when a letter of it changes", async () => {
  const { id } = (await sandbox.ofKind("account"))[5];

  const { url, headers, body } = await sandbox.heard("client-secret", ["company.propertyChange"], () =>
    sandbox.change("account", id, { phone: "+81 3 1111 1111" }),
  );

  const [event] = JSON.parse(body);
  const call = {
    signatureVersion: "v3",
    signature: headers["x-hubspot-signature-v3"],
    method: "POST",
    url,
    clientSecret: "client-secret",
    timestamp: Number(headers["x-hubspot-request-timestamp"]),
  };
  assert.deepEqual([event.subscriptionType, String(event.objectId)], ["company.propertyChange", id]);
  assert.equal(Signature.isValid({ ...call, requestBody: body }), true);
  assert.equal(Signature.isValid({ ...call, requestBody: body.replace("1111", "2222") }), false);
  assert.equal(Signature.isValid({ ...call, requestBody: body, clientSecret: "another" }), false);
});
