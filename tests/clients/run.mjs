// Runs every client's tests against one Sandbox, says what failed, and ends with `N passed, N failed`.
import { startSandbox } from "./sandbox.mjs";
import { tests as pinataSdk } from "./pinata-sdk.mjs";

const suites = { "pinata SDK": pinataSdk };
const sandbox = await startSandbox();
let [passed, failed] = [0, 0];
for (const [client, tests] of Object.entries(suites)) {
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
}
await sandbox.stop();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
