// The page in Debian's Chromium against the real server. Waits for what it claims, never for time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, Server, Window } from './support.mjs';

// Slow enough to see an answer stream; slow enough to interrupt one for sure.
const kStreamingPaceMs = 25;
const kInterruptiblePaceMs = 80;
const kQuestion = '你们的产品有什么功能？';

let browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

/** Runs `body` with a server and a window of its own, both gone afterwards. */
function scene(claim, { paceMs = kStreamingPaceMs, ...options }, body) {
  test(claim, { timeout: 120_000 }, async () => {
    const server = await Server.create({ paceMs });
    let window;
    try {
      window = await Window.open(browser, server.url, options);
      await body(window, server);
      await window.close();
    } catch (error) {
      await window?.screenshot('failed');
      console.error(`${claim}: see failed.png; the server's log ends with\n${server.log}`);
      throw error;
    } finally {
      await server.dispose();
    }
  });
}

scene('a Chinese conversation of three turns is streamed, coached, measured and rated', {}, async (window, server) => {
  const { page } = window;
  const policy = (await fetch(server.url)).headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src '(none|self)'/);
  assert.doesNotMatch(policy, /unsafe/);
  await page.locator('[data-scenario]').nth(1).waitFor();

  const session = await window.begin('sales-zh');
  await window.screenshot('opening-zh');
  for (const [index, text] of ['你好', kQuestion, '多少钱？'].entries()) {
    const number = index + 1;
    await window.say(text);
    const partial = await window.midAnswer(number);
    const early = await page.locator('[data-announcements] p').allTextContents();
    assert.ok(!early.some((words) => words.startsWith(partial)), 'nothing is read out in mid-answer');
    if (number === 2) await window.screenshot('streaming-zh');
    await window.completed(number);
    await window.advice(number).waitFor();

    const { user, npc } = await server.stored(session, number);
    const shown = await window.answer(number);
    assert.equal(user.text, text);
    assert.equal(shown, npc.text);
    assert.ok(shown.startsWith(partial) && shown.length > partial.length, 'the answer grew');
    const heard = await page.locator('[data-announcements] p').allTextContents();
    assert.equal(heard.filter((words) => words === shown).length, 1, 'the answer is read out once, and whole');
    const facts = await window.turn(number).locator('dl').innerText();
    for (const fact of ['风险', '首字', '用量'])
      assert.ok(facts.includes(fact) || facts.includes('已拦截'), `${fact} in ${facts}`);
    assert.ok(npc.usage.output_tokens > 0);
    assert.notEqual((await window.advice(number).innerText()).trim(), '');
  }
  assert.equal(await page.locator('.stages [aria-current="step"]').count(), 1);
  await page.getByText('不是大语言模型').first().waitFor();

  await window.turn(1).locator('.stars label').nth(3).click();
  while ((await server.stored(session, 1)).npc.rating !== 4);
  await page.mouse.move(0, 0);
  await window.screenshot('conversation-zh');
  await window.assertAccessible('the conversation');

  await page.reload();
  await window.completed(3);
  assert.equal(await window.turn(1).locator('input:checked').getAttribute('value'), '4');
  assert.equal(await page.locator('[data-turn]').count(), 3);
});

scene('a reload in mid-answer loses and repeats nothing', { paceMs: kInterruptiblePaceMs }, async (window, server) => {
  const { page } = window;
  const session = await window.begin('sales-zh');
  await window.say(kQuestion);
  const partial = await window.midAnswer(1);
  await page.reload();
  await window.turn(1).waitFor();
  await window.screenshot('reloaded-zh');
  await window.completed(1);

  const { npc } = await server.stored(session, 1);
  assert.equal(await window.answer(1), npc.text);
  assert.ok(npc.text.startsWith(partial));
  assert.equal(await page.locator('[data-turn]').count(), 1);
  await window.advice(1).waitFor();
});

scene('stop keeps what was said, and the next turn works', { paceMs: kInterruptiblePaceMs }, async (window, server) => {
  const { page } = window;
  const session = await window.begin('sales-zh');
  await window.say(kQuestion);
  const partial = await window.midAnswer(1);
  await page.getByRole('button', { name: '停止' }).click();
  await window.completed(1, 'stopped');

  const { npc } = await server.stored(session, 1);
  assert.equal(npc.status, 'stopped');
  assert.equal(await window.answer(1), npc.text);
  assert.ok(npc.text.startsWith(partial));
  await window.screenshot('stopped-zh');

  await window.say('多少钱？');
  await window.completed(2);
  assert.equal(await window.answer(2), (await server.stored(session, 2)).npc.text);
});

scene('a killed server finishes its answer after the restart', { paceMs: kInterruptiblePaceMs }, async (window, server) => {
  const { page } = window;
  const session = await window.begin('sales-zh');
  await window.say(kQuestion);
  await window.midAnswer(1);
  await server.kill();
  await page.locator('.lost').waitFor();
  await window.screenshot('connection-lost-zh');
  await server.start();
  await page
    .locator('.lost button')
    .click({ timeout: 5_000 })
    .catch(() => {}); // It may have come back by itself.
  await window.completed(1);

  const { npc } = await server.stored(session, 1);
  assert.equal(npc.status, 'completed');
  assert.equal(await window.answer(1), npc.text);
  await page.getByText('这条回答已重新开始').waitFor();
  await page.locator('.lost').waitFor({ state: 'detached' });
  await window.screenshot('restarted-zh');

  await window.say('多少钱？');
  await window.completed(2);
  assert.equal(await window.answer(2), (await server.stored(session, 2)).npc.text);
});

scene('the page speaks English, and so does the tutor', {}, async (window, server) => {
  const { page } = window;
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Rehearse the conversation before it counts.' }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  const session = await window.begin('feynman-en');
  await page.getByRole('textbox').fill('I want to explain how photosynthesis works.');
  await page.getByRole('button', { name: 'Send' }).click();
  await window.completed(1);
  await window.advice(1).waitFor();
  assert.equal(await window.answer(1), (await server.stored(session, 1)).npc.text);
  await page.getByText('it is not an LLM').first().waitFor();
  await window.screenshot('conversation-en');
  await page.reload();
  await page.getByRole('button', { name: 'English', pressed: true }).waitFor();
});

scene('the list of sessions leads back', {}, async (window) => {
  const { page } = window;
  const session = await window.begin('sales-zh');
  await window.say('你好');
  await window.completed(1);
  await window.advice(1).waitFor();
  const answer = await window.answer(1);
  await page.getByRole('link', { name: 'rondo' }).click();
  await page.locator(`a[href="#/s/${session}"]`).waitFor();
  await page.locator(`a[href="#/s/${session}"]`).click();
  await window.completed(1);
  assert.equal(await window.answer(1), answer);
});

scene('an unknown session says so and leads home', {}, async (window, server) => {
  const { page } = window;
  await page.goto(`${server.url}/#/s/nobody`);
  await page.getByRole('alert').getByText('这个对话不存在').waitFor();
  await page.getByRole('link', { name: '全部场景' }).click();
  await page.locator('[data-scenario]').first().waitFor();
});
