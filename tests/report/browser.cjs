// Open pages in headless Chromium and print what happened as JSON: dialogs, requests, width, axe violations.
const path = require("path");
const modules = process.env.AUDITOR_NODE_MODULES;
const { chromium } = require(path.join(modules, "playwright-core"));
const AXE = path.join(modules, "axe-core", "axe.min.js");
const task = JSON.parse(require("fs").readFileSync(0, "utf8"));

async function visit(browser, file, width, bypassCSP) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, bypassCSP });
  const page = await context.newPage();
  const seen = { file: path.basename(file), width, dialogs: [], requests: [], console: [] };
  page.on("dialog", (dialog) => { seen.dialogs.push(dialog.message()); dialog.dismiss(); });
  page.on("console", (message) => seen.console.push(message.text()));
  page.on("pageerror", (error) => seen.console.push(String(error)));
  page.on("request", (request) => { if (request.url() !== "file://" + file) seen.requests.push(request.url()); });
  await page.goto("file://" + file);
  const sizes = await page.evaluate(() => {
    const root = document.documentElement;
    return [root.scrollWidth, root.clientWidth, document.scripts.length, getComputedStyle(document.body).margin];
  });
  [seen.scrollWidth, seen.clientWidth, seen.scripts, seen.margin] = sizes;
  if (bypassCSP && task.axe) {
    await page.addScriptTag({ path: AXE });
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const found = await page.evaluate((values) => axe.run(document, { runOnly: { type: "tag", values } }), tags);
    seen.violations = found.violations.map((v) => `${v.id}: ${v.nodes.length} x ${v.nodes[0].html.slice(0, 120)}`);
  }
  if (task.pdf) {
    const printed = (await page.pdf({ tagged: true, preferCSSPageSize: true })).toString("latin1");
    seen.tagged = /\/MarkInfo\s*<<[^>]*\/Marked true/.test(printed) && printed.includes("/StructTreeRoot");
  }
  await context.close();
  return seen;
}

(async () => {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic"];
  const browser = await chromium.launch({ executablePath: task.chromium, args });
  const results = [];
  for (const file of task.files)
    for (const width of task.widths)
      for (const bypass of task.bypass) results.push(await visit(browser, file, width, bypass));
  await browser.close();
  console.log(JSON.stringify(results));
})().catch((error) => { console.error(error); process.exit(1); });
