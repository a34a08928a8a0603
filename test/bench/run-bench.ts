import { benchClick } from "./click.ts";
import { benchCompareRows } from "./compare-rows.ts";
import { benchPollCycle } from "./poll-cycle.ts";
import { benchWebhook } from "./webhook.ts";

/** `npm run bench`: ratios within this run; docs/performance.md keeps the last ones. Nothing here makes a test pass or fail. */
const figures = [...benchPollCycle(), ...(await benchWebhook()), ...(await benchClick()), ...(await benchCompareRows())];
for (const { name, ratio, bound, unit, detail } of figures) {
  const good = unit === "at most" ? ratio <= bound : ratio >= bound;
  console.log(`${good ? "✔" : "✘"} ${ratio.toFixed(2).padStart(6)} (${unit} ${bound})  ${name}: ${detail}`);
}
process.exit(0);
