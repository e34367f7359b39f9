// Runs every client's tests against a Sandbox of their own, says what failed, and ends with `N passed, N failed`.
import { startSandbox } from "./sandbox.mjs";
import { tests as pinataSdk } from "./pinata-sdk.mjs";
import { tests as pinataAccount } from "./pinata-account.mjs";
import { PAIR, tests as pinataFirst } from "./pinata-sdk-v1.mjs";
import { tests as pinatapy } from "./pinatapy.mjs";
import { tests as pinningService } from "./pinning-service.mjs";
import { tests as tus } from "./tus.mjs";

const suites = [
  { client: "pinata SDK", tests: pinataSdk, flags: [] },
  { client: "pinata SDK", tests: pinataAccount, flags: [] },
  { client: "pinata SDK 1", tests: pinataFirst, flags: ["--key", PAIR[0], "--secret", PAIR[1], "--jobs", "3600"] },
  { client: "pinatapy", tests: await pinatapy(), flags: ["--key", PAIR[0], "--secret", PAIR[1], "--jobs", "3600"] },
  { client: "pinning service client", tests: pinningService, flags: ["--psa", "strict", "--jobs", "instant"] },
  { client: "tus-js-client", tests: tus, flags: [] },
];
let [passed, failed] = [0, 0];
for (const { client, tests, flags } of suites) {
  const sandbox = await startSandbox(flags);
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test(sandbox);
      passed += 1;
      console.log(`ok      ${client}: ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${client}: ${name}\n${error.stack ?? error}`);
    }
  }
  await sandbox.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
