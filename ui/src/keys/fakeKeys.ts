import type { KeyRow, KeyScopes, KeysQuery, KeyWish, MadeKey, RevealedKey } from "../bindings";
import { commandError, fakeEngine } from "../uploads/fakeEngine";

export function aKey(id: number, with_: Partial<KeyRow> = {}): KeyRow {
  return {
    key: `${String(id).padStart(4, "0")}c0d17b52e84c61aa`,
    name: `Site deploy ${id}`,
    state: "good",
    inUse: false,
    note: null,
    may: "Upload, edit, unpin",
    uses: 412,
    maxUses: null,
    madeAt: 1_700_000_000_000,
    revoking: "Whatever uses this key stops working at once. Pins stay. This cannot be taken back.",
    ...with_,
  };
}

export const inUse = (id: number) =>
  aKey(id, {
    name: "Pinfold on studio-mac",
    inUse: true,
    may: "Everything",
    note: "This app uses it. In the system keychain.",
    revoking: "Pinfold itself works with this key. Uploads, lists and watched folders of this account stop at once.",
  });

const scopes: KeyScopes = {
  resources: [
    { scope: "org:files:read", label: "List files" },
    { scope: "org:files:write", label: "Upload, edit, unpin" },
    { scope: "org:groups:read", label: "Read groups" },
    { scope: "org:groups:write", label: "Edit groups" },
  ],
  legacy: [
    { scope: "pinList", label: "List pins" },
    { scope: "pinFileToIPFS", label: "Upload files and folders" },
  ],
};

export const secrets: RevealedKey = {
  apiKey: "3f9ac0d17b52e84c61aa",
  apiSecret: "the-secret-half-of-a-test-key",
  jwt: "head.of-the-token-of-a-test-key.tail1",
};

/** An engine whose service has these keys, ten a page, and tells the secrets of a new one once. */
export function engineKeys(keys: KeyRow[], usable = true) {
  const held = { keys };
  let told = false;
  return fakeEngine({
    keys_list: ({ query, after }) => {
      const { text, shown } = query as KeysQuery;
      const found = held.keys.filter(
        (key) =>
          (key.name ?? "").toLowerCase().includes(text.toLowerCase()) &&
          (shown === "all" || (shown === "revoked") === (key.state === "revoked")),
      );
      const from = Number(after ?? 0);
      return { rows: found.slice(from, from + 10), next: found.length > from + 10 ? String(from + 10) : null, asOf: 1_700_000_000_000 };
    },
    keys_scopes: () => scopes,
    keys_preview: ({ wish }) => {
      const { admin, scopes } = wish as KeyWish;
      return { sentence: admin ? "This key can do everything." : `This key can do ${scopes.length} things.`, strong: admin };
    },
    keys_create: ({ wish }): MadeKey => ({ handle: "h1", name: (wish as KeyWish).name, may: "List files", usable }),
    keys_reveal: () => {
      if (told) throw commandError("gone", "The secrets of this key were shown once and are gone.");
      told = true;
      return secrets;
    },
    keys_test: () => ({
      handle: "t1",
      owner: "studio@example.invalid",
      keyId: "3f9ac0d1",
      pins: null,
      bytes: null,
      abilities: { may: ["List pins"], mayNot: [{ feature: "Upload files", scope: "org:files:write" }], notOffered: [] },
      service: "Pinata",
      address: null,
    }),
    keys_revoke: ({ key }) => {
      held.keys = held.keys.map((row) => (row.key === key ? { ...row, state: "revoked" as const, may: "Nothing", note: "Revoked." } : row));
      return null;
    },
  });
}
