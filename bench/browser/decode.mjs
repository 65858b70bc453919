// What a message costs to read in Chromium: the page's own decoder (web/src/api/proto.ts) beside JSON.parse of the same message.
//   node bench/browser/decode.mjs FOLDER [ROUNDS]
// FOLDER holds the corpus as `rondo-bench ws --case browser` writes it: flat.jsonl and lean.jsonl, a message a line; frames.bin, each
// frame after its length in 4 bytes, little-endian. Prints one JSON object: nanoseconds a message, medians.
// Needs `npm ci` in web/ (esbuild) and in tests/e2e/ (playwright-core), and Chromium (E2E_CHROMIUM, else Debian's).
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [folder, rounds = '15'] = process.argv.slice(2);
if (!folder) stop('name the folder that `rondo-bench ws --case browser` has written');
const browserPath = process.env.E2E_CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(browserPath)) stop(`${browserPath} does not exist; install Debian's chromium or set E2E_CHROMIUM`);

const { build } = from('web', 'esbuild');
const { chromium } = from('tests/e2e', 'playwright-core');

const decoder = await build({
  stdin: { contents: "export { decodeFrame } from './proto';", resolveDir: join(root, 'web/src/api'), loader: 'ts' },
  bundle: true,
  minify: true,
  format: 'iife',
  globalName: 'decoder',
  target: 'es2022',
  write: false,
});
const corpus = {
  flat: await lines('flat.jsonl'),
  lean: await lines('lean.jsonl'),
  frames: (await readFile(join(folder, 'frames.bin'))).toString('base64'),
};

const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] });
try {
  const page = await browser.newPage();
  await page.addScriptTag({ content: decoder.outputFiles[0].text });
  const measured = await page.evaluate(measure, { corpus, rounds: Number(rounds) });
  console.log(JSON.stringify(measured));
} finally {
  await browser.close();
}

/** Runs in the page. */
function measure({ corpus, rounds }) {
  const { decodeFrame } = globalThis.decoder;
  const bytes = Uint8Array.from(atob(corpus.frames), (character) => character.charCodeAt(0));
  const frames = [];
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; ) {
    const size = view.getUint32(at, true);
    frames.push(bytes.slice(at + 4, at + 4 + size)); // a buffer of its own, as a WebSocket delivers it
    at += 4 + size;
  }

  // All say the same, else the times mean nothing.
  const texts = { flat: '', lean: '', pb: '' };
  for (const message of corpus.flat) texts.flat += JSON.parse(message).payload.text ?? '';
  for (const message of corpus.lean) {
    const frame = JSON.parse(message);
    texts.lean += frame.delta?.text ?? frame.advice?.text ?? '';
  }
  for (const frame of frames) texts.pb += decodeFrame(frame).value.text ?? '';
  if (texts.flat !== texts.pb || texts.lean !== texts.pb) throw new Error('the forms of the corpus differ in their texts');

  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  const time = (messages, read) => {
    let kept = 0; // what is read is looked at, so that reading it cannot be left out
    const begin = performance.now();
    for (const message of messages) kept += read(message).seq ?? 1;
    const took = ((performance.now() - begin) * 1e6) / messages.length;
    if (kept === 0) throw new Error('no message has a number');
    return took;
  };
  const found = { flat_ns: [], lean_ns: [], pb_ns: [] };
  for (let round = 0; round < rounds + 3; ++round) {
    const took = {
      flat_ns: time(corpus.flat, JSON.parse),
      lean_ns: time(corpus.lean, JSON.parse),
      pb_ns: time(frames, decodeFrame),
    };
    if (round < 3) continue; // before the compiler has seen it all
    for (const [name, value] of Object.entries(took)) found[name].push(value);
  }
  return {
    messages: frames.length,
    ...Object.fromEntries(Object.entries(found).map(([name, values]) => [name, Math.round(median(values))])),
  };
}

async function lines(name) {
  return (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n');
}

function from(packageFolder, name) {
  try {
    return createRequire(join(root, packageFolder, 'package.json'))(name);
  } catch {
    return stop(`${name} is missing; run \`npm ci\` in ${packageFolder}/`);
  }
}

function stop(message) {
  console.error(`decode.mjs: ${message}`);
  process.exit(1);
}
