// A session of 2,000 messages: drawn in part, whole for the reader. The figures printed are for people; the claims are about structure.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FakeServer } from './fake_server.mjs';
import { launchBrowser, Window } from './support.mjs';

const kTurns = 1000;
/** What a screenful and its surroundings may take, whatever the length of the conversation. */
const kMaxElements = 2500;

let browser;
let server;
before(async () => {
  browser = await launchBrowser();
  server = await FakeServer.create(kTurns);
});
after(async () => {
  await browser?.close();
  await server?.dispose();
});

const elements = (page) => page.evaluate(() => document.querySelectorAll('*').length);
/** Measured when a frame has been drawn: the page follows its end in the step between layout and paint. */
const fromEnd = (page) =>
  page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const { scrollHeight, scrollTop, clientHeight } = document.querySelector('.scroller');
    return scrollHeight - scrollTop - clientHeight;
  });

/** Milliseconds from following the link to the last turn's being painted. */
const opening = (page) =>
  page.evaluate(async (last) => {
    const begun = performance.now();
    location.hash = '#/s/long';
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    while (!document.querySelector(`[data-turn="${last}"]`)) await frame();
    await frame();
    return Math.round(performance.now() - begun);
  }, kTurns);

test('a session of 2,000 messages opens at its end, and only what is near is drawn', { timeout: 60_000 }, async (context) => {
  const window = await Window.open(browser, server.url, { locale: 'en' });
  const { page } = window;
  await page.locator('[data-session="long"]').waitFor();
  const ms = await opening(page);
  context.diagnostic(`opened in ${ms} ms with ${await elements(page)} elements`);
  assert.ok((await elements(page)) < kMaxElements);
  assert.ok((await fromEnd(page)) <= 1, 'the end is in view');
  assert.equal(await window.turn(kTurns).getAttribute('aria-posinset'), String(kTurns));
  assert.equal(await window.turn(kTurns).getAttribute('aria-setsize'), String(kTurns));
  await window.advice(kTurns).waitFor();
  await window.screenshot('long-session-en');

  await page.locator('.scroller').evaluate((scroller) => (scroller.scrollTop = 0));
  await window.turn(1).waitFor();
  assert.ok((await elements(page)) < kMaxElements);
  await page.locator('.scroller').evaluate((scroller) => (scroller.scrollTop = scroller.scrollHeight / 2));
  await page.waitForFunction(() => {
    const { top, bottom } = document.querySelector('.scroller').getBoundingClientRect();
    const boxes = [...document.querySelectorAll('.turn')].map((turn) => turn.getBoundingClientRect());
    return boxes.length > 0 && boxes[0].top <= top && boxes[boxes.length - 1].bottom >= bottom;
  });
  assert.ok((await elements(page)) < kMaxElements);

  await page.getByRole('button', { name: 'Jump to the latest' }).click();
  await window.turn(kTurns).waitFor();
  await page.waitForFunction(() => {
    const { scrollHeight, scrollTop, clientHeight } = document.querySelector('.scroller');
    return scrollHeight - scrollTop - clientHeight <= 1;
  });
  await window.close();
});

test('reading on moves nothing that is being read', { timeout: 60_000 }, async () => {
  const window = await Window.open(browser, `${server.url}/#/s/long/500`, { locale: 'en' });
  const { page } = window;
  await window.turn(500).waitFor();
  // Rows above are drawn, and turn out to be higher or lower than was believed, while the reader goes up.
  const worst = await page.evaluate(async () => {
    const scroller = document.querySelector('.scroller');
    const frames = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))));
    let moved = 0;
    for (let step = 0; step < 30; ++step) {
      const { top } = scroller.getBoundingClientRect();
      const read = [...document.querySelectorAll('.turn')].find((turn) => turn.getBoundingClientRect().bottom > top + 50);
      const [number, before] = [read.dataset.turn, read.getBoundingClientRect().top];
      scroller.scrollTop -= 150;
      await frames();
      const after = document.querySelector(`[data-turn="${number}"]`).getBoundingClientRect().top;
      moved = Math.max(moved, Math.abs(after - before - 150));
    }
    return moved;
  });
  assert.ok(worst < 2, `moved by ${worst} px`);
  await window.close();
});

test('an answer streams in without redrawing the conversation', { timeout: 60_000 }, async (context) => {
  const window = await Window.open(browser, `${server.url}/#/s/long`, { locale: 'en' });
  const { page } = window;
  await window.turn(kTurns).waitFor();
  await window.say('And then?');
  await page.locator('[data-phase="streaming"]').waitFor();
  await page.evaluate(() => {
    globalThis.redrawn = new Set();
    const record = (records) => records.forEach(({ target }) => redrawn.add((target.parentElement ?? target).closest('[data-turn]')?.dataset.turn));
    new MutationObserver(record).observe(document.querySelector('.turns'), { subtree: true, childList: true, characterData: true });
    globalThis.frameTimes = [];
    let last = performance.now();
    const tick = (now) => {
      frameTimes.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  for (let piece = 1; piece <= 100; ++piece) {
    server.say(`piece ${piece} `);
    await page.waitForFunction((end) => document.querySelector('[data-phase="streaming"] [data-answer]').textContent.endsWith(end), `piece ${piece} `);
  }
  const { redrawn, slow, frames } = await page.evaluate(() => ({
    redrawn: [...globalThis.redrawn],
    slow: frameTimes.filter((ms) => ms > 50).length,
    frames: frameTimes.length,
  }));
  assert.deepEqual(redrawn, [String(kTurns + 1)]);
  assert.ok((await elements(page)) < kMaxElements);
  assert.ok((await fromEnd(page)) <= 1, 'the end stays in view');
  context.diagnostic(`${slow} of ${frames} frames took more than 50 ms`);

  // Nor what the answer already is: only its last paragraph changes.
  const last = (end) =>
    page.waitForFunction((words) => document.querySelector('[data-phase="streaming"] [data-answer] > .paragraph:last-child').textContent === words, end);
  server.say(`${'A paragraph.\n'.repeat(500)}end`);
  await last('end');
  await page.evaluate(() => {
    globalThis.changed = new Set();
    const record = (records) => records.forEach(({ target }) => changed.add((target.parentElement ?? target).textContent));
    new MutationObserver(record).observe(document.querySelector('[data-phase="streaming"] [data-answer]'), { subtree: true, childList: true, characterData: true });
  });
  for (let piece = 1, end = 'end'; piece <= 20; ++piece) {
    server.say('.');
    await last((end += '.'));
  }
  assert.deepEqual(await page.evaluate(() => [...globalThis.changed].filter((words) => !/^end\.+$/.test(words))), []);
  assert.ok((await fromEnd(page)) <= 1, 'the end stays in view');
  server.finish();
  await window.completed(kTurns + 1);
  await window.close();
});
