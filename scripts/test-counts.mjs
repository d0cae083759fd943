// Prints `passed failed skipped` of a report of vitest's json reporter; names what was skipped on stderr. A test that says
// `(where ...)` needs what no package brings, as FUSE in the kernel or a Temporal server: left out, it is not counted.
import { readFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
const report = JSON.parse(readFileSync(file, 'utf8'));
const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
const isAtHand = ({ fullName }) => !/\(where /.test(fullName);
for (const test of skipped) console.error(`${isAtHand(test) ? 'skipped' : 'left out'}: ${test.fullName}`);
// A file that fails before its first test has no test that failed.
const broken = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
);
for (const { name, message } of broken) console.error(`failed outside a test: ${name}: ${message}`);
// The suites print thousands of lines: what failed is said again where a reader looks first.
for (const { fullName, failureMessages } of tests.filter(({ status }) => status === 'failed'))
  console.error(`failed: ${fullName}: ${failureMessages.join('\n').slice(0, 2000)}`);
const passed = tests.filter(({ status }) => status === 'passed').length;
const failed = tests.filter(({ status }) => status === 'failed').length + broken.length;
console.log(`${passed} ${failed} ${skipped.filter(isAtHand).length}`);
