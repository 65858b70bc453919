// Branches: editing, answering again, switching. A binary without them skips these.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, Server, Window } from './support.mjs';

let browser;
let server;
let able;
before(async () => {
  browser = await launchBrowser();
  server = await Server.create({ paceMs: 2 });
  able = await server.hasBranches();
});
after(async () => {
  await browser?.close();
  await server?.dispose();
});

function scene(claim, options, body) {
  test(claim, { timeout: 60_000 }, async (context) => {
    if (!able) return context.skip('this server has no branches');
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

const users = (page) => page.locator('[data-turn] .user .bubble').allTextContents();

scene('a message is edited, answered again and switched, by keyboard alone', {}, async (window) => {
  const { page } = window;
  const session = await window.begin('sales-zh');
  for (const [index, text] of ['你好', '多少钱？'].entries()) {
    await window.say(text);
    await window.completed(index + 1);
  }
  await page.keyboard.press('ArrowUp');
  await page.getByRole('textbox', { name: '修改后的话' }).fill('可以便宜一点吗？');
  await window.screenshot('edit-zh');
  await window.assertAccessible('an edited message');
  await page.keyboard.press('Enter');
  await window.completed(3);
  assert.deepEqual(await users(page), ['你好', '可以便宜一点吗？']);
  await page.getByText('2 / 2').waitFor();

  await page.keyboard.press('Alt+ArrowUp');
  await page.keyboard.press('r');
  await window.completed(4);
  await page.getByText('3 / 3').waitFor();
  await window.screenshot('versions-zh');
  await window.assertAccessible('versions of a turn');

  await page.getByRole('button', { name: '上一个版本' }).focus();
  await page.keyboard.press('ArrowLeft');
  await page.getByText('2 / 3').waitFor();
  await page.keyboard.press('ArrowLeft');
  await page.getByText('1 / 3').waitFor();
  assert.deepEqual(await users(page), ['你好', '多少钱？']);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), '上一个版本', 'the focus stays');
  await page.locator('[data-announcements]').getByText('第 1 个版本，共 3 个').waitFor();

  // What is said here goes on from here.
  await window.say('好的，谢谢');
  await window.completed(5);
  assert.deepEqual(await users(page), ['你好', '多少钱？', '好的，谢谢']);
  const { items } = await server.get(`sessions/${session}/messages?limit=200`);
  assert.equal(items.find((item) => item.turn_number === 5).parent_turn, 2);
  await page.reload();
  await window.completed(5);
  assert.deepEqual(await users(page), ['你好', '多少钱？', '好的，谢谢']);
});

scene('a telephone of 360 px holds the versions of a turn', { viewport: { width: 360, height: 740 } }, async (window) => {
  const { page } = window;
  await window.begin('sales-zh');
  await window.say('多少钱？');
  await window.completed(1);
  await window.turn(1).getByRole('button', { name: '重新回答' }).click();
  await window.completed(2);
  await page.getByText('2 / 2').waitFor();
  await window.assertFits(360);
  await window.screenshot('versions-360');
  await window.assertAccessible('versions on a telephone');
});
