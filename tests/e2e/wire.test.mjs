// The connection: cut, reloaded, restarted under, shared by tabs, and away. The answer on the screen is the server's own, each time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cable } from './cable.mjs';
import { launchBrowser, Server, Window } from './support.mjs';

const kPaceMs = 60;
const kQuestion = '你们的产品有什么功能？';

let browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

/** Runs `body` with a server, a cable to it and a window on the cable, all gone afterwards. */
function scene(claim, { paceMs = kPaceMs, ...options }, body) {
  test(claim, { timeout: 120_000 }, async () => {
    const server = await Server.create({ paceMs });
    const cable = await Cable.create(new URL(server.url).port);
    let window;
    try {
      window = await Window.open(browser, cable.url, options);
      await body(window, server, cable);
      await window.close();
    } catch (error) {
      await window?.screenshot('failed');
      console.error(`${claim}: see failed.png; the server's log ends with\n${server.log}`);
      throw error;
    } finally {
      await cable.dispose();
      await server.dispose();
    }
  });
}

const lost = (page) => page.locator('.lost');

/** What became of answers that grew shorter; none may, unless the server was restarted. */
async function watch(page) {
  await page.evaluate(() => {
    globalThis.shrunk = [];
    const lengths = new Map();
    const look = () => {
      for (const answer of document.querySelectorAll('[data-answer]')) {
        const turn = answer.closest('[data-turn]')?.dataset.turn;
        if (answer.textContent.length < (lengths.get(turn) ?? 0)) globalThis.shrunk.push(answer.textContent);
        lengths.set(turn, answer.textContent.length);
      }
    };
    new MutationObserver(look).observe(document.querySelector('.turns'), { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => globalThis.shrunk);
}

scene('a connection cut in mid-answer, again and again, loses and repeats nothing', {}, async (window, server, cable) => {
  const { page } = window;
  const session = await window.begin('sales-zh');
  await window.say(kQuestion);
  await window.midAnswer(1);
  const shrunk = await watch(page);
  for (let cut = 0; cut < 3; ++cut) {
    const before = (await window.answer(1)).length;
    cable.cut();
    await lost(page).waitFor();
    if (cut === 0) await window.screenshot('cut-zh');
    await lost(page).locator('button').click({ timeout: 2_000 }).catch(() => {}); // It may have come back by itself.
    await lost(page).waitFor({ state: 'detached' });
    await page.waitForFunction(
      (length) => document.querySelector('[data-turn="1"] [data-answer]').textContent.length > length ||
        document.querySelector('[data-turn="1"][data-phase="completed"]'),
      before,
    );
  }
  await window.completed(1);
  assert.equal(await window.answer(1), (await server.stored(session, 1)).npc.text);
  assert.deepEqual(await shrunk(), [], 'the text only ever grew');
  assert.equal(await page.getByText('这条回答已重新开始').count(), 0);
  assert.equal(await page.locator('[data-turn]').count(), 1);
  await window.advice(1).waitFor();
});

scene('a reload in mid-answer shows it from its beginning', {}, async (window, server) => {
  const { page } = window;
  const session = await window.begin('sales-zh');
  await window.say(kQuestion);
  const partial = await window.midAnswer(1);
  await page.reload();
  assert.ok((await window.midAnswer(1)).startsWith(partial.slice(0, 3)));
  await window.completed(1);
  assert.equal(await window.answer(1), (await server.stored(session, 1)).npc.text);
  assert.equal(await page.locator('[data-turn]').count(), 1);
});

scene('a message said in the moment of the cut is one turn', {}, async (window, server, cable) => {
  const { page } = window;
  const session = await window.begin('sales-zh');
  await page.getByRole('textbox').fill(kQuestion);
  await Promise.all([page.keyboard.press('Enter'), cable.cut()]);
  await window.completed(1);
  await page.reload();
  await window.completed(1);
  assert.equal(await page.locator('[data-turn]').count(), 1);
  assert.equal(await window.answer(1), (await server.stored(session, 1)).npc.text);
});

scene('a restart of the server in mid-answer is survived', {}, async (window, server) => {
  const { page } = window;
  const session = await window.begin('sales-zh');
  await window.say(kQuestion);
  await window.midAnswer(1);
  await server.restart();
  await window.completed(1);
  await lost(page).waitFor({ state: 'detached' });
  const { npc } = await server.stored(session, 1);
  assert.equal(npc.status, 'completed');
  assert.equal(await window.answer(1), npc.text);
  await window.say('多少钱？');
  await window.completed(2);
  assert.equal(await window.answer(2), (await server.stored(session, 2)).npc.text);
});

scene('two tabs agree: what is said in one streams in both, and so does the advice', {}, async (window, server) => {
  const session = await window.begin('sales-zh');
  const other = await window.tab(window.page.url());
  await other.page.getByRole('textbox').waitFor();
  await window.say(kQuestion);
  const partial = await other.midAnswer(1);
  await other.turn(1).getByText(kQuestion).waitFor();
  await other.screenshot('other-tab-zh');
  await Promise.all([window, other].map((each) => each.completed(1)));
  const { npc } = await server.stored(session, 1);
  assert.ok(npc.text.startsWith(partial));
  for (const each of [window, other]) {
    assert.equal(await each.answer(1), npc.text);
    await each.advice(1).waitFor();
    assert.equal(await each.page.locator('[data-turn]').count(), 1);
  }
  assert.equal(await window.advice(1).innerText(), await other.advice(1).innerText());

  // The other way round, with a stop that both see.
  await other.say(kQuestion);
  await window.midAnswer(2);
  await window.page.getByRole('button', { name: '停止' }).click();
  await Promise.all([window, other].map((each) => each.completed(2, 'stopped')));
  const stopped = (await server.stored(session, 2)).npc.text;
  for (const each of [window, other]) assert.equal(await each.answer(2), stopped);

  // Another version made in one is shown in both.
  await window.turn(2).getByRole('button', { name: '重新回答' }).click();
  await Promise.all([window, other].map((each) => each.completed(3)));
  for (const each of [window, other]) await each.page.getByText('2 / 2').waitFor();
  assert.equal(await other.answer(3), (await server.stored(session, 3)).npc.text);
});

const words = {
  zh: { locale: 'zh-CN', lost: /连接中断/, offline: '你已离线。', queued: '尚未发送。', cancel: '取消', texts: ['你好', '多少钱？', '不用了'] },
  en: { locale: 'en', lost: /Connection lost/, offline: 'You are offline.', queued: 'Not sent yet.', cancel: 'Cancel', texts: ['Hello', 'How much?', 'Never mind'] },
};
for (const [language, { locale, lost: lostWords, offline, queued, cancel, texts }] of Object.entries(words)) {
  for (const [colorScheme, width] of [['light', 1280], ['dark', 1280], ['light', 360]]) {
    const options = { locale, colorScheme, viewport: { width, height: 760 }, paceMs: 2 };
    scene(`${language}, ${colorScheme}, ${width} px: what is said offline waits, can be called off, and goes out`, options, async (window, server, cable) => {
      const { page } = window;
      const [first, second, third] = texts;
      const session = await window.begin(language === 'zh' ? 'sales-zh' : 'sales-en');
      await window.say(first);
      await window.completed(1);
      await window.advice(1).waitFor({ state: 'attached' });
      cable.unplug();
      await lost(page).getByText(lostWords).waitFor();
      await window.context.setOffline(true);
      await lost(page).getByText(offline).waitFor();
      await window.say(second);
      await window.say(third);
      assert.equal(await page.getByText(queued).count(), 2);
      await window.assertFits(width);
      await window.screenshot(`offline-${language}-${colorScheme}-${width}`);
      await window.assertAccessible(`offline, ${language}, ${colorScheme}, ${width} px`);
      await page.locator('.queued').nth(1).getByRole('button', { name: cancel }).click();
      assert.equal(await page.getByText(queued).count(), 1);
      assert.equal(await page.locator('.composer textarea').inputValue(), third, 'its words go back to be edited');
      await window.context.setOffline(false);
      cable.plug();
      await lost(page).locator('button').click({ timeout: 2_000 }).catch(() => {}); // It may have come back by itself.
      await window.completed(2);
      assert.deepEqual((await server.stored(session, 2)).user.text, second);
      assert.equal(await page.getByText(queued).count(), 0);
      assert.equal(await page.locator('[data-turn]').count(), 2);
    });
  }
}

scene('what waits is there after a reload without a server, and goes out when one comes', { paceMs: 2 }, async (window, server, cable) => {
  const { page } = window;
  const session = await window.begin('sales-zh');
  cable.unplug();
  await lost(page).waitFor();
  await window.say('你好');
  await page.getByText('尚未发送。').waitFor();
  // The page itself comes through, the session does not.
  await page.route('**/api/**', (route) => route.abort());
  cable.plug();
  await page.reload();
  await page.locator('main').getByRole('alert').waitFor();
  await page.unroute('**/api/**');
  await page.locator('main').getByRole('button', { name: '重试' }).click();
  await window.completed(1);
  assert.equal((await server.stored(session, 1)).user.text, '你好');
});
