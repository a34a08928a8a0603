#!/usr/bin/env node
// Plain JavaScript, so that an older Node can still say what is needed instead of failing on the first type annotation.
const needed = 24;
const [major] = process.versions.node.split(".").map(Number);
if (major < needed) {
  console.error(
    `dm-medic needs Node ${needed} or newer; this is ${process.version}.\n` +
      "`npm ci` brings one along: use `npm run -s medic -- …`, which finds it in node_modules/.bin, or install a newer Node.",
  );
  process.exit(1);
}
const { main } = await import("../src/cli/medic.ts");
await main(process.argv.slice(2));
