// Walk from a spreadsheet to a letter in headless Chromium, by what a person reads, and print what happened as JSON.
const path = require("path");
const modules = process.env.AUDITOR_NODE_MODULES;
const { chromium } = require(path.join(modules, "playwright-core"));
const AXE = path.join(modules, "axe-core", "axe.min.js");
const task = JSON.parse(require("fs").readFileSync(0, "utf8"));
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const seen = { pages: [], outside: [], console: [], dialogs: [], saved: [] };
const origin = new URL(task.link).origin;

function watch(page) {
  page.on("dialog", (dialog) => { seen.dialogs.push(dialog.message()); dialog.dismiss(); });
  page.on("console", (message) => seen.console.push(message.text()));
  page.on("pageerror", (error) => seen.console.push(String(error)));
  page.on("request", (request) => { if (!request.url().startsWith(origin)) seen.outside.push(request.url()); });
}

// Look at the page as it stands, on a phone and on a laptop.
async function look(page, name) {
  await page.waitForLoadState("load");
  const scripts = await page.evaluate(() => document.scripts.length); // before ours comes in
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    const about = await page.evaluate(() => {
      const root = document.documentElement;
      const small = [...document.querySelectorAll("button, a.button, select, input[type=text], textarea")]
        .filter((node) => node.getClientRects().length && node.getBoundingClientRect().height < 43).map((node) => node.outerHTML);
      return { wide: root.scrollWidth - root.clientWidth, title: document.title, small };
    });
    await page.addScriptTag({ path: AXE });
    const found = await page.evaluate((values) => axe.run(document, { runOnly: { type: "tag", values } }), TAGS);
    const broken = found.violations.map((v) => `${v.id}: ${v.nodes.length} x ${v.nodes[0].html.slice(0, 160)}`);
    seen.pages.push({ name, width, scripts, ...about, violations: broken });
    if (task.shots) await page.screenshot({ path: path.join(task.shots, `${name}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

async function save(page, click, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  await download.saveAs(path.join(task.folder, name));
  seen.saved.push(download.suggestedFilename());
}

async function ended(page, at) {
  await page.waitForURL(origin + at);
  await page.getByRole("heading", { level: 1 }).waitFor();
}

async function walk(page) {
  await page.goto(task.link);
  await page.waitForURL(origin + "/");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter"); // the skip link, as the first thing that a keyboard reaches
  seen.skipped = await page.evaluate(() => document.activeElement.id);
  await look(page, "1-files");
  await page.getByLabel("Files", { exact: true }).setInputFiles([task.file, task.wrong]);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await look(page, "2-refused");
  await page.getByLabel("Review file").setInputFiles(task.slip);
  await page.getByRole("button", { name: "Add the review file" }).click();
  seen.slip = await page.getByRole("alert").innerText();
  await look(page, "2-review-file-refused");
  await page.getByLabel("Review file").setInputFiles(task.records);
  await page.getByRole("button", { name: "Add the review file" }).press("Enter");
  await page.getByRole("button", { name: "Delete records.toml" }).waitFor();
  await look(page, "2-review-file");
  await page.getByRole("button", { name: "Look at these files" }).click();
  await ended(page, "/questions");
  await look(page, "3-questions");
  await page.getByLabel("Title of the review").fill("Four counties, 2010-2012");
  await page.getByLabel("State of every place in this file").selectOption("Texas");
  await page.getByLabel("What happened to the person of each row?").selectOption("booking");
  for (const [word, group] of [["H", "hispanic"], ["W", "white"], ["B", "black"]])
    await page.getByLabel(`What does “${word}” mean?`).selectOption(group);
  await page.getByRole("button", { name: "Save the answers" }).press("Enter");
  await ended(page, "/questions");
  await page.getByRole("group", { name: "Where is “Dalas County, TX”?" }).getByLabel("Choose").selectOption({ label: task.county });
  await look(page, "4-more-questions");
  await page.getByLabel("Date that the review bears").fill("2012-12-31");
  await page.getByRole("button", { name: "Save the answers" }).click();
  await ended(page, "/questions");
  await look(page, "5-nothing-open");
  await page.getByRole("button", { name: "Check the files" }).click();
  await ended(page, "/check");
  await look(page, "6-check");
  await page.getByRole("button", { name: "Run the audit" }).click({ noWaitAfter: true });
  await page.locator(".step:visible").first().waitFor();
  seen.working = await page.getByRole("button", { name: "Stop" }).isVisible();
  seen.atop = await page.evaluate(() => { // the newest word lies on the others
    const steps = [...document.querySelectorAll(".step")], box = steps.at(-1).getBoundingClientRect();
    return steps.at(-1).contains(document.elementFromPoint(box.x + 9, box.y + 20));
  });
  if (task.shots) await page.screenshot({ path: path.join(task.shots, "7-working-1280.png") });
  await ended(page, "/review");
  await look(page, "8-review");
  const [opened] = await Promise.all([page.waitForEvent("popup"), page.getByRole("link", { name: "Travis County, TX" }).click()]);
  watch(opened);
  await opened.waitForLoadState();
  seen.review = await opened.title();
  seen.record = await opened.getByText("Example v. Travis County").count();
  await opened.close();
  await page.getByRole("link", { name: "Write a letter" }).click();
  await look(page, "9-letters");
  await page.getByLabel("About which place").selectOption(task.place);
  await page.getByLabel("Which letter").selectOption("county-board");
  await page.getByLabel("Your letterhead").setInputFiles(task.letterhead);
  await page.getByLabel("Organisation").first().fill("Example Legal Aid");
  await page.getByText("Incidents", { exact: true }).click();
  await page.getByLabel("Incident 1: what happened").fill("A driver was held for nine hours.");
  await page.getByRole("button", { name: "Write the letter" }).click();
  await look(page, "10-slip");
  await page.getByRole("alert").getByRole("link").first().click();
  seen.focused = await page.evaluate(() => document.activeElement.id || location.hash.slice(1));
  await page.getByLabel("Incident 1: source").fill("Interview of 3 May 2012");
  await page.getByRole("button", { name: "Write the letter" }).click();
  await ended(page, "/letters");
  await look(page, "11-letter");
  await save(page, () => page.getByRole("link", { name: /^Save letter-1/ }).click(), "letter.docx");
  await page.getByRole("link", { name: /Save and close/ }).click();
  await look(page, "12-finish");
  await save(page, () => page.getByRole("link", { name: /in one file/ }).click(), "bundle.zip");
  await save(page, () => page.getByRole("link", { name: /audit\.toml/ }).click(), "audit.toml");
  await again(page);
  await page.getByRole("button", { name: "Close the program" }).click();
  await page.getByRole("heading", { name: "The program is closed" }).waitFor();
}

// Next quarter: everything deleted, the same files handed in with the configuration that was saved, and run again.
async function again(page) {
  await page.getByRole("button", { name: "Delete everything" }).click();
  await page.getByLabel("Files", { exact: true }).setInputFiles(task.file);
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByLabel("Configuration saved before").setInputFiles(path.join(task.folder, "audit.toml"));
  await page.getByRole("button", { name: "Go on from it" }).click();
  seen.lacking = await page.getByRole("alert").innerText();
  await look(page, "13-earlier-refused");
  await page.getByLabel("Review file").setInputFiles(task.records);
  await page.getByRole("button", { name: "Add the review file" }).click();
  await page.getByLabel("Configuration saved before").setInputFiles(path.join(task.folder, "audit.toml"));
  await page.getByRole("button", { name: "Go on from it" }).click();
  await ended(page, "/questions");
  seen.again = await page.getByText("Nothing is open").count();
  await look(page, "14-earlier-taken-up");
  await page.getByRole("button", { name: "Check the files" }).click();
  await ended(page, "/check");
  await page.getByRole("button", { name: "Run the audit" }).click({ noWaitAfter: true });
  await ended(page, "/review");
  await page.getByRole("link", { name: /Save and close/ }).click();
  await save(page, () => page.getByRole("link", { name: /in one file/ }).click(), "again.zip");
}

// The same with the policy in force and no script at all: nothing is missing, nothing is complained of.
async function plain(browser, cookies) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  await context.addCookies(cookies);
  const page = await context.newPage();
  watch(page);
  await page.goto(origin + "/");
  seen.margin = await page.locator("body").evaluate((node) => getComputedStyle(node).margin);
  await page.getByRole("link", { name: "6. Save and close" }).click();
  seen.plain = await page.getByRole("heading", { level: 1 }).textContent();
  await context.close();
}

(async () => {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic"];
  const browser = await chromium.launch({ executablePath: task.chromium, args });
  const context = await browser.newContext({ bypassCSP: true, acceptDownloads: true, viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(240000); // a busy machine is no fault
  const page = await context.newPage();
  watch(page);
  try {
    if (task.plain) {
      await page.goto(task.link);
      await page.waitForURL(origin + "/");
      await plain(browser, await context.cookies());
    } else await walk(page);
  } catch (error) {
    if (task.shots) await page.screenshot({ path: path.join(task.shots, "error.png"), fullPage: true });
    throw error;
  }
  await browser.close();
  console.log(JSON.stringify(seen));
})().catch((error) => { console.error(error); process.exit(1); });
