// A server that wants an API key: the page asks for it, sends it with everything, and forgets it with the tab.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, Server, Window } from './support.mjs';

let browser;
let server;
let key;
before(async () => {
  browser = await launchBrowser();
  server = await Server.create({ paceMs: 2 });
  key = await server.makeKey('ada');
});
after(async () => {
  await browser?.close();
  await server?.dispose();
});

const words = {
  zh: { locale: 'zh-CN', field: 'API 密钥', use: '使用此密钥', wrong: /不接受/ },
  en: { locale: 'en', field: 'API key', use: 'Use this key', wrong: /does not accept/ },
};
for (const [language, { locale, field, use, wrong }] of Object.entries(words)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`${language}, ${colorScheme}: asked for, refused when wrong, then used for everything`, { timeout: 60_000 }, async () => {
      const window = await Window.open(browser, server.url, { locale, colorScheme });
      const { page } = window;
      const enter = async (text) => {
        await page.getByLabel(field).fill(text);
        await page.getByRole('button', { name: use }).click();
      };
      await page.getByRole('dialog').waitFor();
      await window.assertAccessible(`the key, ${language}, ${colorScheme}`);
      await window.screenshot(`key-${language}-${colorScheme}`);
      await enter(`${key}x`);
      await page.getByText(wrong).waitFor();
      await window.assertAccessible(`a wrong key, ${language}, ${colorScheme}`);
      await enter(key);
      await page.locator('[data-scenario]').nth(1).waitFor();
      const session = await window.begin('sales-zh');
      await window.say('你好');
      await window.completed(1);
      await page.reload();
      await window.completed(1);
      assert.ok(await page.locator(`[data-session="${session}"]`).count(), 'listed as one of ours');
      const kept = await page.evaluate((text) => Object.values(localStorage).some((value) => value.includes(text)), key);
      assert.ok(!kept, 'nothing of the key outlives the tab');
      await window.close();
    });
  }
}
