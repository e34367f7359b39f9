// The reference client of TUS against the Sandbox's upload URL.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as tus from "tus-js-client";
import { TOKEN, served } from "./sandbox.mjs";

const MIB = 1024 * 1024;
const CHUNK = 45 * MIB;

/** Uploads, and resolves when all of it arrived; `look` sees the upload before it starts. */
function send(sandbox, content, more = {}, look = () => {}) {
  const seen = { cid: null, patches: [], heads: [] };
  const done = new Promise((resolve, reject) => {
    const upload = new tus.Upload(content, {
      endpoint: `${sandbox.api}/v3/files`,
      chunkSize: CHUNK,
      headers: { Authorization: `Bearer ${TOKEN}` },
      metadata: { filename: "zwölf.bin", filetype: "application/octet-stream", network: "public" },
      retryDelays: null,
      onAfterResponse(request, response) {
        if (request.getMethod() === "HEAD" && response.getStatus() === 200) seen.heads.push(Number(response.getHeader("Upload-Offset")));
        if (request.getMethod() !== "PATCH") return;
        seen.patches.push(response.getStatus());
        seen.cid = response.getHeader("upload-cid") ?? null;
      },
      onError: reject,
      onSuccess: () => resolve(seen),
      ...more,
    });
    look(upload, reject);
    upload.start();
  });
  return { done, seen };
}

const equal = (a, b) => Buffer.compare(Buffer.from(a.buffer, a.byteOffset, a.byteLength), b) === 0;

export const tests = {
  async "120 MB in chunks of 45 MiB, broken off and resumed, are served byte for byte"(sandbox) {
    const content = randomBytes(120_000_000);
    let url;
    const first = send(sandbox, content, {}, (upload, reject) => {
      upload.options.onProgress = (sent) => {
        if (sent < 60_000_000) return;
        url = upload.url;
        // In the middle of the second chunk.
        upload.abort().then(() => reject(new Error("broken off")), reject);
      };
    });
    await assert.rejects(first.done, /broken off/);
    assert.equal(first.seen.cid, null);
    // Until the service has noticed the break, the upload is locked: the client asks again.
    const again = { uploadUrl: url, endpoint: null, retryDelays: Array(50).fill(100) };
    const { cid, heads, patches } = await send(sandbox, content, again).done;
    assert.ok(heads[0] >= CHUNK && heads[0] < 120_000_000, `resumed at ${heads[0]}`);
    assert.deepEqual([...new Set(patches)], [204]);
    assert.match(cid, /^bafybei/);
    assert.ok(equal(await served(sandbox, cid), content));
    const listed = await fetch(`${sandbox.api}/v3/files/public?cid=${cid}`, { headers: { Authorization: `Bearer ${TOKEN}` } });
    assert.equal((await listed.json()).data.files[0].name, "zwölf.bin");
  },

  async "a killed server is found again and the upload ends by itself"(sandbox) {
    const content = randomBytes(12_000_000);
    let killed = null;
    const { done } = send(sandbox, content, { chunkSize: 4_000_000, retryDelays: Array(50).fill(100) }, (upload) => {
      upload.options.onProgress = (sent) => {
        if (sent < 6_000_000 || killed) return;
        killed = sandbox.kill().then(() => sandbox.start());
      };
    });
    const { cid, heads } = await done;
    await killed;
    assert.ok(heads.length > 0 && heads[0] >= 4_000_000, `resumed at ${heads}`);
    assert.ok(equal(await served(sandbox, cid), content));
  },

  async "an empty file is whole at once"(sandbox) {
    let cid = null;
    await send(sandbox, Buffer.alloc(0), {
      onAfterResponse: (_request, response) => {
        cid = response.getHeader("upload-cid") ?? cid;
      },
    }).done;
    assert.equal((await served(sandbox, cid)).length, 0);
  },

  async "an upload that was given up is gone"(sandbox) {
    let ended;
    const { done } = send(sandbox, randomBytes(3 * MIB), { chunkSize: MIB }, (upload, reject) => {
      upload.options.onChunkComplete = () => {
        ended = upload.url;
        upload.abort(true).then(() => reject(new Error("given up")), reject);
      };
    });
    await assert.rejects(done, /given up/);
    const head = await fetch(ended, { method: "HEAD", headers: { Authorization: `Bearer ${TOKEN}` } });
    assert.equal(head.status, 404);
  },

  async "a wrong token begins nothing"(sandbox) {
    const { done } = send(sandbox, Buffer.from("x"), { headers: { Authorization: "Bearer wrong" } });
    await assert.rejects(done, /401/);
  },
};
