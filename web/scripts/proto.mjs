// Writes src/api/proto.ts, the page's reader and writer of proto/rondo.proto: plain functions, a switch over tags each, no
// reflection. `npm run proto` writes the file; a unit test compares it with what would be written.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { kWire, readContract } from './proto_schema.mjs';

export const target = join(fileURLToPath(new URL('..', import.meta.url)), 'src/api/proto.ts');
/** What the page sends; everything else of a frame it reads. Pings go both ways. */
const kSent = new Set(['ack', 'start_turn', 'stop', 'regenerate', 'edit', 'rate', 'resume', 'ping', 'pong']);
const kBothWays = new Set(['ping', 'pong']);
const kHead = 'Frame';

const scalars = {
  uint32: { type: 'number', none: '0' },
  int64: { type: 'number', none: '0' },
  float: { type: 'number', none: '0' },
  bool: { type: 'boolean', none: 'false' },
  string: { type: 'string', none: `''` },
  bytes: { type: 'Uint8Array', none: 'kNoBytes' },
};
const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
const tagOf = ({ number, kind }) => number * 8 + kWire[kind];
const typeOf = ({ kind, type }) => (kind === 'message' ? type : kind === 'enum' ? 'number' : scalars[type].type);
const noneOf = ({ kind, type }) => (kind === 'message' ? 'null' : kind === 'enum' ? '0' : scalars[type].none);

/** The module's text. */
export function generate({ messages, enums }) {
  const head = messages.get(kHead);
  const bodies = head.filter(({ oneof }) => oneof !== null);
  const read = bodies.filter(({ name }) => !kSent.has(name) || kBothWays.has(name));
  const written = bodies.filter(({ name }) => kSent.has(name));
  const readTypes = reached(messages, read.map(({ type }) => type));
  const writtenTypes = written.map(({ type }) => type);
  const parts = [
    '// Made by scripts/proto.mjs from proto/rondo.proto. `npm run proto` makes it anew; what the messages mean stands there.\n' +
      "import { kNoBytes, Reader, Writer } from './wire';",
    ...[...enums].map(constants),
    ...readTypes.map((type) => reader(type, messages.get(type))),
    frame(head.filter(({ oneof }) => oneof === null), read),
    frameWriter(head),
    ...written.map((body) => writer(body, messages.get(body.type), readTypes.includes(body.type))),
  ];
  for (const type of writtenTypes) {
    const odd = messages.get(type).find(({ kind, repeated }) => kind === 'message' || repeated);
    if (odd) throw new Error(`${type}.${odd.name}: sending lists or messages inside messages is not supported`);
  }
  return `${parts.join('\n\n')}\n`;
}

/** `types` and all that is inside of them, what is inside first. */
function reached(messages, types, found = []) {
  for (const type of types) {
    if (found.includes(type)) continue;
    const inner = messages.get(type).filter(({ kind }) => kind === 'message');
    reached(messages, inner.map((field) => field.type), found);
    found.push(type);
  }
  return found;
}

const constants = ([name, values]) =>
  `export const ${name} = { ${values.map(([value, number]) => `${value}: ${number}`).join(', ')} } as const;`;

function reader(type, fields) {
  if (fields.length === 0) return `export type ${type} = Record<never, never>;\n\nfunction read${type}(r: Reader): ${type} {\n  r.skipAll();\n  return {};\n}`;
  const member = (field) => {
    const one = typeOf(field);
    if (field.repeated) return `${field.name}: ${one}[]`;
    return `${field.name}: ${one}${field.kind === 'message' || field.optional ? ' | null' : ''}`;
  };
  const none = (field) => (field.repeated ? '[]' : field.optional ? 'null' : noneOf(field));
  const get = ({ kind, type: inner }) => (kind === 'message' ? `r.nested(read${inner})` : `r.${kind === 'enum' ? 'uint32' : kind}()`);
  const keep = (field) => (field.repeated ? `m.${field.name}.push(${get(field)})` : `m.${field.name} = ${get(field)}`);
  return [
    `export interface ${type} {`,
    ...fields.map((field) => `  ${member(field)};`),
    '}',
    '',
    `function read${type}(r: Reader): ${type} {`,
    `  const m: ${type} = { ${fields.map((field) => `${field.name}: ${none(field)}`).join(', ')} };`,
    ...loop('  ', fields.map((field) => [field, keep(field)])),
    '  return m;',
    '}',
  ].join('\n');
}

function loop(indent, cases) {
  return [
    'while (r.more()) {',
    '  const tag = r.uint32();',
    '  switch (tag) {',
    ...cases.map(([field, statement]) => `    case ${tagOf(field)}: ${statement}; break;`),
    '    default: r.skip(tag);',
    '  }',
    '}',
  ].map((line) => indent + line);
}

function frame(head, bodies) {
  return [
    `interface Head {`,
    ...head.map((field) => `  ${field.name}: ${typeOf(field)};`),
    '}',
    '',
    '/** `none`: a body that we do not know. */',
    `export type ${kHead} = Head &`,
    "  (| { kind: 'none'; value: null }",
    ...bodies.map(({ name, type }) => `  | { kind: '${name}'; value: ${type} }`),
    '  );',
    '',
    '/** Errors: throws for bytes that are no message. */',
    `export function decode${kHead}(bytes: Uint8Array): ${kHead} {`,
    '  const r = new Reader(bytes);',
    `  const m: Head & { kind: string; value: unknown } = { ${head.map((field) => `${field.name}: ${noneOf(field)}`).join(', ')}, kind: 'none', value: null };`,
    ...loop('  ', [
      ...head.map((field) => [field, `m.${field.name} = r.${field.kind}()`]),
      ...bodies.map((field) => [field, `m.kind = '${field.name}'; m.value = r.nested(read${field.type})`]),
    ]),
    `  return m as ${kHead};`,
    '}',
  ].join('\n');
}

function frameWriter(head) {
  const id = head.find(({ name }) => name === 'id');
  return [
    '/** What a frame carries from us; made by the functions below. */',
    'export interface Body {',
    '  readonly tag: number;',
    '  readonly write: (w: Writer) => void;',
    '}',
    '',
    '/** `id`: names a command that wants an answer; 0: none. */',
    `export function encode${kHead}(id: number, body: Body): Uint8Array<ArrayBuffer> {`,
    '  const w = new Writer();',
    `  if (id !== 0) w.uint32(${tagOf(id)}, id);`,
    '  w.nested(body.tag, body.write);',
    '  return w.finish();',
    '}',
  ].join('\n');
}

function writer(body, fields, declared) {
  const maker = camel(body.name);
  if (fields.length === 0) return `${declared ? '' : `export type ${body.type} = Record<never, never>;\n\n`}export const ${maker} = (): Body => ({ tag: ${tagOf(body)}, write: () => {} });`;
  if (declared) throw new Error(`${body.type} is both sent and read: not supported for a message with fields`);
  const given = ({ name, kind, optional }) =>
    optional ? `m.${name} !== undefined` : kind === 'bytes' ? `m.${name}?.length` : `m.${name}`;
  const put = (field) => `    if (${given(field)}) w.${field.kind === 'enum' ? 'uint32' : field.kind}(${tagOf(field)}, m.${field.name});`;
  return [
    `export interface ${body.type} {`,
    ...fields.map((field) => `  ${field.name}?: ${typeOf(field)};`),
    '}',
    '',
    `export const ${maker} = (m: ${body.type}): Body => ({`,
    `  tag: ${tagOf(body)},`,
    '  write: (w) => {',
    ...fields.map(put),
    '  },',
    '});',
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await writeFile(target, generate(await readContract()));
