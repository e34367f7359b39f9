// What the official SDK does besides uploading and listing: keys, groups, pins by CID, links, swaps, TUS.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { sdk } from "./pinata-sdk.mjs";
import { served } from "./sandbox.mjs";

const NOWHERE = "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm";
/** The SDK's builders are thenable, and no promises. */
const refused = (builder, why) => assert.rejects(async () => await builder, why);
const text = (bytes) => new TextDecoder().decode(bytes);
/** A link as it can be followed on this computer: the SDK makes https of every gateway. */
const local = (url) => url.replace("https://", "http://");

export const tests = {
  async "a key is made, used, counted, listed and revoked"(sandbox) {
    const client = sdk(sandbox);
    const made = await client.keys.create({ keyName: "twice", maxUses: 2, permissions: { resources: ["org:files:read"] } });
    const other = sdk(sandbox, { pinataJwt: made.JWT });
    assert.deepEqual((await other.files.public.list()).files, []);
    await refused(other.groups.public.list(), /NO_SCOPES_FOUND/);
    await other.files.public.list();
    await refused(other.files.public.list(), /API_KEY_REVOKED/);
    const [used] = await client.keys.list().name("TWICE").limitedUse(true).exhausted(true);
    assert.deepEqual([used.key, used.uses, used.revoked], [made.pinata_api_key, 2, true]);

    const admin = await client.keys.create({ keyName: "admin", permissions: { admin: true } });
    const answers = await client.keys.revoke([admin.pinata_api_key]);
    assert.equal(answers[0].status, "Revoked");
    await refused(sdk(sandbox, { pinataJwt: admin.JWT }).files.public.list(), /API_KEY_REVOKED/);
  },

  async "a group is made, filled, listed, renamed, emptied and deleted"(sandbox) {
    const client = sdk(sandbox);
    const group = await client.groups.public.create({ name: "Reports", isPublic: true });
    assert.equal(group.is_public, true);
    const inside = await client.upload.public.file(new File(["in the group"], "in.txt")).group(group.id);
    const joined = await client.upload.public.file(new File(["joins later"], "later.txt"));
    assert.equal(inside.group_id, group.id);
    assert.equal((await client.groups.public.addFiles({ groupId: group.id, files: [joined.id] }))[0].status, "OK");
    const names = async () => (await client.files.public.list().group(group.id)).files.map((file) => file.name).toSorted();
    assert.deepEqual(await names(), ["in.txt", "later.txt"]);
    assert.equal((await client.groups.public.update({ groupId: group.id, name: "Letters" })).name, "Letters");
    assert.equal((await client.groups.public.get({ groupId: group.id })).name, "Letters");
    assert.equal((await client.groups.public.list().name("lett")).groups.length, 1);
    await client.groups.public.removeFiles({ groupId: group.id, files: [inside.id] });
    assert.deepEqual(await names(), ["later.txt"]);
    await client.groups.public.delete({ groupId: group.id });
    await refused(client.groups.public.get({ groupId: group.id }));
    assert.equal((await client.files.public.get(joined.id)).group_id, null);
  },

  async "a pin by CID is queued, listed by its status and cancelled"(sandbox) {
    const client = sdk(sandbox);
    const job = await client.upload.public.cid(NOWHERE).name("by cid").keyvalues({ k: "v" });
    assert.deepEqual([job.cid, job.status, job.name], [NOWHERE, "prechecking", "by cid"]);
    const { jobs } = await client.files.public.queue().cid(NOWHERE).sort("ASC").pageLimit(1);
    assert.equal(jobs[0].id, job.id);
    await client.files.public.deletePinRequest(job.id);
    assert.deepEqual((await client.files.public.queue().cid(NOWHERE)).jobs, []);
  },

  async "a private file is on no public gateway and is read by its link"(sandbox) {
    const client = sdk(sandbox);
    const file = await client.upload.private.file(new File(["for few"], "secret.txt"));
    await refused(served(sandbox, file.cid), /404/);
    assert.equal((await fetch(`${sandbox.gateway}/files/${file.cid}`)).status, 401);
    const gateway = sandbox.gateway.replace("http://", "");
    const link = local(await client.gateways.private.createAccessLink({ cid: file.cid, expires: 60, gateway }));
    const response = await fetch(link);
    assert.deepEqual([response.status, await response.text()], [200, "for few"]);
    assert.equal((await fetch(link.replace("X-Expires=60", "X-Expires=6000"))).status, 403);
    const past = Math.floor(Date.now() / 1000) - 100;
    const old = local(await client.gateways.private.createAccessLink({ cid: file.cid, expires: 60, date: past, gateway }));
    assert.equal((await fetch(old)).status, 403);
    await client.files.private.delete([file.id]);
    assert.equal((await fetch(link)).status, 404);
  },

  async "a signed URL takes one upload of the right kind from somebody without a key"(sandbox) {
    const client = sdk(sandbox);
    const url = await client.upload.public.createSignedURL({ expires: 60, name: "signed.txt", mimeTypes: ["text/*"], maxFileSize: 100 });
    const stranger = sdk(sandbox, { pinataJwt: "" });
    const file = await stranger.upload.public.file(new File(["by a stranger"], "a.txt", { type: "text/plain" })).url(url);
    assert.equal(file.name, "signed.txt");
    assert.equal(text(await served(sandbox, file.cid)), "by a stranger");
    const image = new File(["png"], "a.png", { type: "image/png" });
    await refused(stranger.upload.public.file(image).url(url), /detected MIME type: image\/png/);
  },

  async "a swap shows other content, with its history"(sandbox) {
    const client = sdk(sandbox);
    const [one, two] = [await client.upload.public.json({ n: 1 }), await client.upload.public.json({ n: 2 })];
    const swap = await client.files.public.addSwap({ cid: one.cid, swapCid: two.cid });
    assert.equal(swap.mapped_cid, two.cid);
    assert.equal(text(await served(sandbox, one.cid)), '{"n":2}');
    const history = await client.files.public.getSwapHistory({ cid: one.cid, domain: "any.mypinata.cloud" });
    assert.equal(history[0].mapped_cid, two.cid);
    await client.files.public.deleteSwap(one.cid);
    assert.equal(text(await served(sandbox, one.cid)), '{"n":1}');
  },

  async "above 90 MiB the SDK goes by TUS, in chunks of 50 MiB and one byte"(sandbox) {
    const content = randomBytes(95_000_000);
    const file = await sdk(sandbox).upload.public.file(new File([content], "large.bin")).keyvalues({ kind: "large" });
    assert.deepEqual([file.name, file.keyvalues], ["large.bin", { kind: "large" }]);
    assert.equal(Buffer.compare(Buffer.from(await served(sandbox, file.cid)), content), 0);
  },
};
