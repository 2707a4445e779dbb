// Reads `go test -json` and prints what matters: packages, failures with what
// they said, and at the end what was skipped, and how many there were of each.
// Exits with 1 where something failed.
import { createInterface } from "node:readline";

const said = new Map(); // output of tests that are still running
const count = { pass: 0, fail: 0, skip: 0 };
const skipped = [];
let broken = false; // also a package that does not compile, and what is no JSON

for await (const line of createInterface({ input: process.stdin })) {
  if (!line.startsWith("{")) {
    console.log(line);
    continue;
  }
  const { Action: action, Package: pkg, Test: test, Output: output } = JSON.parse(line);
  const key = `${pkg} ${test ?? ""}`;
  if (action === "output" || action === "build-output") {
    if (action === "build-output" || (!test && /^(ok|FAIL|\?|panic)\b/.test(output))) process.stdout.write(output);
    else said.set(key, (said.get(key) ?? "") + output);
  } else if (action in count) {
    if (test) count[action]++;
    if (action === "skip" && test) skipped.push(said.get(key)?.trim().replace(/\s*\n\s*/g, " ") ?? key);
    if (action === "fail") {
      broken = true;
      process.stdout.write(said.get(key) ?? "");
    }
    said.delete(key);
  } else if (action === "build-fail") broken = true;
}
for (const why of skipped) console.log(`skipped: ${why}`);
console.log(`${count.pass} passed, ${count.fail} failed, ${count.skip} skipped`);
process.exit(broken ? 1 : 0);
