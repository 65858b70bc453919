// Every screen in both languages and both themes under axe's rules; keyboard, themes, and deleting.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, Server, Window } from './support.mjs';

let browser;
let server;
before(async () => {
  browser = await launchBrowser();
  server = await Server.create({ paceMs: 2 });
});
after(async () => {
  await browser?.close();
  await server?.dispose();
});

function scene(claim, options, body) {
  test(claim, { timeout: 60_000 }, async () => {
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

const talks = { zh: ['sales-zh', '你好'], en: ['feynman-en', 'Photosynthesis turns light into sugar.'] };
const names = {
  zh: { list: '对话列表', edit: '修改这句话', keyboard: '键盘操作' },
  en: { list: 'Conversations', edit: 'Edit this message', keyboard: 'Keyboard' },
};

for (const language of ['zh', 'en']) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 360]) {
      const options = { viewport: { width, height: 760 }, colorScheme, locale: language === 'zh' ? 'zh-CN' : 'en' };
      scene(`${language}, ${colorScheme}, ${width} px: every screen is accessible and fits`, options, async (window) => {
        const { page } = window;
        const see = async (screen) => {
          await window.assertFits(width);
          await window.screenshot(`${screen}-${language}-${colorScheme}-${width}`);
          await window.assertAccessible(`${screen}, ${language}, ${colorScheme}, ${width} px`);
        };
        await page.locator('[data-scenario]').nth(1).waitFor();
        await see('front');
        const [scenario, words] = talks[language];
        const session = await window.begin(scenario);
        await window.say(words);
        await window.completed(1);
        await window.advice(1).waitFor({ state: 'attached' });
        await see('conversation');
        await window.turn(1).getByRole('button', { name: names[language].edit }).click();
        await page.locator('.edit-form textarea').waitFor();
        await see('edit');
        await page.keyboard.press('Escape');
        if (width === 360) {
          await page.locator('.coach-bar').click();
          await window.advice(1).waitFor();
          await see('coach');
          await page.locator('.coach-bar').click();
          await page.getByRole('button', { name: names[language].list }).click();
          await page.getByRole('dialog').waitFor();
        }
        await page.locator(`[data-session="${session}"]`).waitFor();
        if (width === 360) await see('sessions');
        await page.locator(`[data-session="${session}"]`).hover();
        await page.locator(`[data-session="${session}"] button`).click();
        await page.getByRole('alertdialog').waitFor();
        await see('delete');
        await page.keyboard.press('Escape');
        await page.getByRole('alertdialog').waitFor({ state: 'detached' });
        if (width === 360) await page.getByRole('button', { name: names[language].keyboard }).click();
        else await page.keyboard.press('Control+/');
        await page.locator('dialog kbd').first().waitFor();
        await see('keyboard');
        await page.keyboard.press('Escape');
        await page.goto(`${server.url}/#/s/nobody`);
        await page.getByRole('alert').waitFor();
        await see('gone');
      });
    }
  }
}

scene('the keyboard reaches everything in order, and shows where it is', {}, async (window) => {
  const { page } = window;
  await window.begin('sales-zh');
  await window.say('你好');
  await window.completed(1);
  await page.reload();
  await window.completed(1);
  // From the beginning of the page, not from the field that it put the cursor in.
  await page.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
  });
  const reached = [];
  for (let presses = 0; presses < 60; ++presses) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return null;
      const drawn = element.closest('label, .composer-row') ?? element;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(drawn);
      const area = element.closest('.top, .side, .talk-main, .coach');
      const seen = (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
      return { area: area?.classList[0], seen, html: element.outerHTML.slice(0, 90) };
    });
    if (here === null) break;
    assert.ok(here.seen, `the focus shows on ${here.html}`);
    reached.push(here);
  }
  const areas = reached.map(({ area }) => area).filter((area, at, all) => area !== all[at - 1]);
  assert.deepEqual(areas, ['top', 'side', 'talk-main', 'coach']);
  assert.match(reached[0].html, /跳到正文|class="skip"/);
});

scene('shortcuts lead where the list says', {}, async (window) => {
  const { page } = window;
  const focused = (selector) => page.waitForFunction((wanted) => document.activeElement.matches(wanted), selector);
  const session = await window.begin('sales-zh');
  await window.say('你好');
  await window.completed(1);
  await page.keyboard.press('Alt+ArrowUp');
  await focused('[data-turn="1"]');
  await page.keyboard.press('e');
  await focused('.edit-form textarea');
  await page.keyboard.press('Escape');
  await focused('[data-turn="1"]');
  await page.keyboard.press('Alt+a');
  await focused('.coach-list');
  await page.keyboard.press('Alt+m');
  await focused('.composer textarea');
  await page.keyboard.press('Control+k');
  await focused('[data-search]');
  await page.keyboard.press('Control+/');
  const keys = await page.getByRole('dialog').locator('kbd').allTextContents();
  for (const key of ['Ctrl+K', 'Alt+N', 'Alt+↑', 'Esc', 'E', 'R', '←']) assert.ok(keys.includes(key), key);
  await page.keyboard.press('Escape');
  await focused('[data-search]');
  await page.keyboard.press('Alt+n');
  await page.locator('[data-scenario]').first().waitFor();
  assert.doesNotMatch(page.url(), new RegExp(session));
});

scene('light, dark, or as the system has it; the choice lasts', { colorScheme: 'light' }, async (window) => {
  const { page } = window;
  const shown = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  assert.equal(await shown(), 'light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('html[data-theme="dark"]').waitFor();
  await page.getByRole('button', { name: '浅色' }).click();
  assert.equal(await shown(), 'light');
  await page.reload();
  await page.getByRole('button', { name: '浅色', pressed: true }).waitFor();
  assert.equal(await shown(), 'light');
  await page.getByRole('button', { name: '深色' }).click();
  assert.equal(await shown(), 'dark');
  assert.equal(await page.locator('meta[name="theme-color"]').first().getAttribute('content'), '#15181b');
  await page.getByRole('button', { name: '跟随系统' }).click();
  await page.emulateMedia({ colorScheme: 'light' });
  await page.locator('html[data-theme="light"]').waitFor();
});

scene('deleting asks first, and leaves the conversation that is gone', {}, async (window) => {
  const { page } = window;
  const session = await window.begin('sales-zh');
  await window.say('你好');
  await window.completed(1);
  const item = page.locator(`[data-session="${session}"]`);
  await item.getByRole('button').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('alertdialog').getByRole('button', { name: '取消' }).click();
  assert.equal(await item.count(), 1);
  await page.keyboard.press('Enter'); // The focus is back on the bin.
  await page.getByRole('alertdialog').getByRole('button', { name: '删除' }).click();
  await item.waitFor({ state: 'detached' });
  await page.locator('[data-scenario]').first().waitFor();
  assert.equal((await fetch(`${server.url}/api/v1/sessions/${session}`)).status, 404);
});
