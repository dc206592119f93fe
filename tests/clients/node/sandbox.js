// What the tests ask of a running sandbox besides its vendor's API: its truth, its faults, its clock, its webhooks.

import { createServer } from "node:http";
import { once } from "node:events";

export class Sandbox {
  /** The sandbox of one vendor, whose address and secrets the environment names. */
  static async open(vendor) {
    const url = process.env[`KIZUNA_SANDBOX_${vendor.toUpperCase()}`];
    if (!url) throw new Error(`No ${vendor} sandbox is served; run these tests with \`./dev pytest -m node\`.`);
    const about = await (await fetch(`${url}/_sandbox/`)).json();
    return new Sandbox(url, about);
  }

  constructor(url, about) {
    this.url = url;
    this.settings = about.settings;
    this.secrets = about.secrets;
  }

  /** The ids of a stream's living records, sorted. */
  async ids(stream) {
    return (await this.records(stream)).map((record) => record.id).sort();
  }

  /** The living records of a stream. */
  async records(stream) {
    return (await this.#asked("GET", `records/${stream}`)).records;
  }

  /** The neutral records of a kind, whose ids are those of the vendor's records. */
  async ofKind(kind) {
    return (await this.#asked("GET", `neutral/${kind}`)).records;
  }

  change(kind, id, fields) {
    return this.#asked("PATCH", `neutral/${kind}/${id}`, fields);
  }

  delete(kind, id) {
    return this.#asked("DELETE", `neutral/${kind}/${id}`);
  }

  merge(kind, winner, loser) {
    return this.#asked("POST", `neutral/${kind}/merge`, { winner, loser });
  }

  /** The simulated time, after so many more seconds of it have passed. */
  async now(advance_s = 0) {
    const { now } = await this.#asked("POST", "clock", { advance_s });
    return new Date(now);
  }

  expireTokens() {
    return this.#asked("DELETE", "tokens");
  }

  /** Lets every request fail in that way while `work` goes on; `most` ends it after so many. */
  async failing(fault, work, most = null) {
    const rates = { [fault]: 1 };
    await this.#asked("POST", "faults", { rates, most_in_a_row: 1000, at_most: most, retry_after_s: 1 });
    try {
      return await work();
    } finally {
      await this.#asked("DELETE", "faults");
    }
  }

  /** The first webhook that `cause` makes the sandbox send: its headers, its body as text, and where it was sent to. */
  async heard(secret, events, cause) {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${server.address().port}/hook`;
    const call = once(server, "request").then(async ([request, response]) => {
      const parts = [];
      for await (const part of request) parts.push(part);
      response.end();
      return { url, headers: request.headers, body: Buffer.concat(parts).toString("utf8") };
    });
    await this.#asked("POST", "webhooks", { url, secret, events });
    try {
      await cause();
      return await call;
    } finally {
      await this.#asked("DELETE", "webhooks");
      server.close();
      server.closeAllConnections();
    }
  }

  async #asked(method, path, body) {
    const answer = await fetch(`${this.url}/_sandbox/${path}`, { method, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.json();
  }
}

/** All that an async iterable yields. */
export async function all(rows) {
  const found = [];
  for await (const row of rows) found.push(row);
  return found;
}
