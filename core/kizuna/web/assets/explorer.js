"use strict";

const START = `{
  customers(first: 3) {
    nodes { id name domain systems openTicketCount }
  }
}`;
const SCHEMA = `{ __schema { types { kind name description
  fields { name description type { ...T } args { name type { ...T } } }
  inputFields { name description type { ...T } }
  enumValues { name } } } }
fragment T on __Type { name kind ofType { name kind ofType { name kind ofType { name kind } } } }`;

const byId = (id) => document.getElementById(id);
const saved = (key, fallback) => sessionStorage.getItem(`kizuna.${key}`) ?? fallback;

async function ask(query, variables) {
  const headers = { "content-type": "application/json" };
  const token = byId("token").value.trim();
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  return response.json();
}

async function run() {
  const query = byId("query").value;
  sessionStorage.setItem("kizuna.query", query);
  sessionStorage.setItem("kizuna.variables", byId("variables").value);
  const began = performance.now();
  byId("status").textContent = "…";
  try {
    const answer = await ask(query, JSON.parse(byId("variables").value || "{}"));
    byId("answer").textContent = JSON.stringify(answer, null, 2);
  } catch (error) {
    byId("answer").textContent = String(error);
  }
  byId("status").textContent = `${Math.round(performance.now() - began)} ms`;
}

function typeName(type) {
  if (type.kind === "NON_NULL") return `${typeName(type.ofType)}!`;
  if (type.kind === "LIST") return `[${typeName(type.ofType)}]`;
  return type.name;
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function described(field) {
  const given = (field.args ?? []).map((one) => `${one.name}: ${typeName(one.type)}`).join(", ");
  const made = document.createElement("div");
  made.append(element("code", `${field.name}${given ? `(${given})` : ""}: ${typeName(field.type)}`));
  made.append(element("p", field.description ?? ""));
  return made;
}

function show(types, wanted) {
  const list = byId("schema");
  list.replaceChildren();
  const word = wanted.toLowerCase();
  for (const type of types) {
    const fields = type.fields ?? type.inputFields ?? [];
    const fitting = fields.filter((field) => field.name.toLowerCase().includes(word));
    const whole = type.name.toLowerCase().includes(word);
    if (!whole && fitting.length === 0) continue;
    const made = document.createElement("details");
    made.open = word !== "" && !whole;
    made.append(element("summary", type.name), element("p", type.description ?? ""));
    if (type.enumValues) made.append(element("code", type.enumValues.map((one) => one.name).join(" · ")));
    for (const field of whole ? fields : fitting) made.append(described(field));
    list.append(made);
  }
}

async function start() {
  byId("query").value = saved("query", START);
  byId("variables").value = saved("variables", "");
  byId("run").addEventListener("click", run);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
  });
  const answer = await ask(SCHEMA, {});
  const first = ["Query", "Mutation", "Customer", "Person"];
  const types = (answer.data?.__schema.types ?? []).filter((type) => !type.name.startsWith("__") && type.kind !== "SCALAR");
  types.sort((a, b) => (first.indexOf(a.name) + 9) % 9 - ((first.indexOf(b.name) + 9) % 9) || a.name.localeCompare(b.name));
  show(types, "");
  byId("find").addEventListener("input", (event) => show(types, event.target.value));
}

document.addEventListener("DOMContentLoaded", start);
