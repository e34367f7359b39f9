import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { LinkChoices, Links } from "../bindings";
import { anAccount, commandError, fakeEngine } from "../uploads/fakeEngine";
import FakeWindow from "../uploads/FakeWindow.svelte";
import AccountSheets from "./AccountSheets.svelte";
import { Accounts } from "./accounts.svelte";

const CID = "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354";
const choices: LinkChoices = {
  links: { gateway: null, style: "path" },
  own: "https://gateway.pinata.cloud",
  gateways: ["https://tide.mypinata.cloud"],
  unknown: null,
};
const base = (links: Links) => links.gateway ?? choices.own;

function open(more: Partial<LinkChoices> = {}) {
  const engine = fakeEngine({
    accounts_link_choices: () => ({ ...choices, ...more }),
    accounts_sample_link: ({ links }) => {
      const wanted = links as Links;
      if (!base(wanted).startsWith("https://")) throw commandError("bad_endpoint", "This is not the address of a gateway.");
      return wanted.style === "path" ? `${base(wanted)}/ipfs/${CID}` : base(wanted).replace("https://", `https://${CID}.ipfs.`);
    },
    accounts_set_links: () => null,
  });
  const row = anAccount({ id: "p1", kind: "pinata", label: "Tide" });
  const accounts = new Accounts({ accounts: [row], active: "p1" });
  accounts.sheet = { kind: "links", row };
  render(FakeWindow, { props: { component: AccountSheets as never, accounts } });
  return { engine, accounts, user: userEvent.setup() };
}

test("a gateway of the account's own and a form are chosen, with a link that shows what comes of it", async () => {
  const { engine, accounts, user } = open();
  expect(await screen.findByText(`https://gateway.pinata.cloud/ipfs/${CID}`)).toBeVisible();
  await user.click(screen.getByRole("radio", { name: /tide\.mypinata\.cloud/ }));
  await user.click(screen.getByRole("radio", { name: "CID.ipfs." }));
  expect(await screen.findByText(`https://${CID}.ipfs.tide.mypinata.cloud`)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(engine.of("accounts_set_links")).toEqual([{ id: "p1", links: { gateway: "https://tide.mypinata.cloud", style: "subdomain" } }]);
  await waitFor(() => expect(accounts.sheet).toBeNull());
});

test("what is typed as another gateway is said to be wrong at its field, and cannot be saved", async () => {
  const { user } = open();
  await user.click(await screen.findByRole("radio", { name: /Another gateway/ }));
  expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
  await user.type(screen.getByLabelText("Address"), "nonsense");
  expect(await screen.findByText("This is not the address of a gateway.")).toBeVisible();
  expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
});

test("where the account's gateways are not known that is said, and what was chosen stands", async () => {
  open({ links: { gateway: "https://mine.example", style: "path" }, gateways: [], unknown: "Pinata cannot be reached." });
  expect(await screen.findByLabelText("Address")).toHaveValue("https://mine.example");
  expect(screen.getByText(/Your own gateways are not known: Pinata cannot be reached\./)).toBeVisible();
});
