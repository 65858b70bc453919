// The search in titles and messages. A binary without it skips these.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, Server, Window } from './support.mjs';

let browser;
let server;
let able;
before(async () => {
  browser = await launchBrowser();
  server = await Server.create({ paceMs: 2 });
  // One session at least, so that finding none says something.
  await server.converse('你好');
  able = await server.searches();
});
after(async () => {
  await browser?.close();
  await server?.dispose();
});

function scene(claim, options, body) {
  test(claim, { timeout: 60_000 }, async (context) => {
    if (!able) return context.skip('this server has no search');
    const window = await Window.open(browser, server.url, options);
    try {
      await body(window);
      await window.close();
    } catch (error) {
      await window.screenshot('failed');
      throw error;
    }
  });
}

scene('a search finds what was said, and leads to the turn', {}, async (window) => {
  const { page } = window;
  const session = await window.begin('sales-zh');
  await window.say('我们下周三演示甘特图');
  await window.completed(1);
  await page.keyboard.press('Alt+n');
  await window.begin('sales-zh');
  await window.say('你好');
  await window.completed(1);

  await page.keyboard.press('Control+k');
  await page.keyboard.type('甘特图');
  await page.locator('mark').first().waitFor();
  await page.getByText('找到 1 个对话').waitFor();
  await window.screenshot('search-zh');
  await window.assertAccessible('search results');
  await page.locator(`[data-session="${session}"] a`).click();
  await window.turn(1).getByText('我们下周三演示甘特图').waitFor();

  await page.locator('[data-search]').fill('没有人说过的词');
  await page.getByText('没有对话包含这些词').waitFor();
  await window.screenshot('search-empty-zh');
  await window.assertAccessible('a search without results');
});


scene('a telephone of 360 px holds what was found', { viewport: { width: 360, height: 740 } }, async (window) => {
  const { page } = window;
  await server.converse('可以打折吗？');
  await page.getByRole('button', { name: '对话列表' }).click();
  await page.locator('[data-search]').fill('打折');
  await page.locator('mark').first().waitFor();
  await window.assertFits(360);
  await window.screenshot('search-360');
  await window.assertAccessible('search on a telephone');
  await page.locator('[data-session] a').first().click();
  await window.turn(1).getByText('可以打折吗？').waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0, 'the sheet makes way');
});

scene('a long list comes page by page', {}, async (window) => {
  const { page } = window;
  await Promise.all(Array.from({ length: 25 }, (_, index) => server.converse(`翻页 ${index}`)));
  await page.reload();
  await page.locator('[data-session]').nth(19).waitFor();
  const before = await page.locator('[data-session]').count();
  await page.getByRole('button', { name: '显示更多' }).click();
  await page.locator('[data-session]').nth(before).waitFor();
  const ids = await page.locator('[data-session]').evaluateAll((items) => items.map((item) => item.dataset.session));
  assert.equal(new Set(ids).size, ids.length, 'none is listed twice');
});
