// Shows /openapi.json as a page. Plain script: it is served as it stands.
'use strict';

const words = {
  en: { filter: 'Filter', parameters: 'Parameters', body: 'Body', answers: 'Answers', try: 'Try it', required: 'required', none: 'Nothing matches.',
        failed: 'The document could not be loaded.', other: '中文', otherLang: 'zh', place: 'in' },
  zh: { filter: '筛选', parameters: '参数', body: '请求体', answers: '响应', try: '示例', required: '必填', none: '没有匹配的接口。',
        failed: '接口文档加载失败。', other: 'English', otherLang: 'en', place: '位于' },
};
let language = navigator.language.startsWith('zh') ? 'zh' : 'en';
let spec = null;

/** make('td', {className: 'x'}, 'text', child…) */
function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null));
  return element;
}

function resolve(node) {
  if (!node || !node.$ref) return node ?? {};
  return node.$ref.split('/').slice(1).reduce((at, key) => at[key], spec);
}

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.oneOf) return schema.oneOf.map(typeOf).join(' | ');
  if (schema.type === 'array') return `${typeOf(schema.items)}[]`;
  return [schema.type ?? 'any'].flat().join(' | ');
}

function fields(rows) {
  const body = make('tbody', {}, ...rows.map(([name, type, text]) =>
    make('tr', {}, make('td', {}, make('code', {}, name)), make('td', { className: 'soft' }, type), make('td', {}, text))));
  return make('div', { className: 'scroll' }, make('table', {}, body));
}

function members(schema) {
  const whole = resolve(schema);
  const required = whole.required ?? [];
  return Object.entries(whole.properties ?? {}).map(([name, member]) =>
    [name, typeOf(member), [required.includes(name) ? words[language].required : '', member.description ?? ''].filter(Boolean).join('. ')]);
}

/** The first replay as a curl line; spec.servers says no address, so this page's own is shown. */
function curl(path, method, operation) {
  const replay = (operation['x-replay'] ?? [])[0];
  if (!replay) return null;
  const target = path.replace(/\{(\w+)\}/g, (_, name) => (replay.path ?? {})[name] ?? name);
  const query = new URLSearchParams(replay.query ?? {}).toString();
  const parts = ['curl -s'];
  if (method !== 'get') parts.push(`-X ${method.toUpperCase()}`);
  for (const [name, value] of Object.entries(replay.headers ?? {})) parts.push(`-H '${name}: ${value}'`);
  if (replay.body) parts.push(`-H 'Content-Type: application/json' -d '${JSON.stringify(replay.body)}'`);
  parts.push(`'${location.origin}${target}${query ? `?${query}` : ''}'`);
  return parts.join(' ');
}

function section(title, ...children) {
  return [make('h3', {}, title), ...children];
}

function operationView(path, method, operation) {
  const say = words[language];
  const inner = make('div', { className: 'inner' });
  if (operation.description) inner.append(make('p', {}, operation.description));
  const parameters = (operation.parameters ?? []).map(resolve);
  if (parameters.length) {
    inner.append(...section(say.parameters, fields(parameters.map((parameter) =>
      [parameter.name, `${typeOf(parameter.schema)}, ${say.place} ${parameter.in}`,
       [parameter.required ? say.required : '', parameter.description ?? ''].filter(Boolean).join('. ')]))));
  }
  const body = operation.requestBody?.content?.['application/json']?.schema;
  if (body) inner.append(...section(say.body, fields(members(body))));
  inner.append(...section(say.answers, fields(Object.entries(operation.responses).map(([status, answer]) => {
    const content = Object.entries(answer.content ?? {}).map(([type, { schema }]) => `${typeOf(schema)} (${type})`);
    return [status, content.join(', '), answer.description];
  }))));
  const line = curl(path, method, operation);
  if (line) inner.append(...section(say.try, make('pre', { tabIndex: 0 }, line)));
  return make('details', { id: operation.operationId },
    make('summary', {}, make('span', { className: 'method' }, method.toUpperCase()), make('code', {}, path),
      make('span', { className: 'say' }, operation.summary)), inner);
}

function show() {
  const say = words[language];
  document.documentElement.lang = language;
  document.querySelector('[data-say=filter]').textContent = say.filter;
  const filter = document.getElementById('filter');
  filter.placeholder = say.filter;
  const other = document.getElementById('language');
  other.textContent = say.other;
  other.lang = say.otherLang;
  const main = document.getElementById('main');
  main.replaceChildren();
  if (!spec) return;
  const wanted = filter.value.trim().toLowerCase();
  main.append(make('h1', {}, `${spec.info.title} ${spec.info.version}`), make('p', {}, spec.info.description));
  let shown = 0;
  for (const { name } of spec.tags) {
    const views = Object.entries(spec.paths).flatMap(([path, operations]) => Object.entries(operations)
      .filter(([, operation]) => operation.tags.includes(name))
      .filter(([method, operation]) => `${method} ${path} ${operation.summary}`.toLowerCase().includes(wanted))
      .map(([method, operation]) => operationView(path, method, operation)));
    if (views.length) main.append(make('h2', {}, name), ...views);
    shown += views.length;
  }
  if (shown === 0) main.append(make('p', {}, say.none));
  const linked = location.hash && document.getElementById(location.hash.slice(1));
  if (linked) linked.open = true;
}

document.getElementById('filter').addEventListener('input', show);
document.getElementById('language').addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  show();
});
window.addEventListener('hashchange', show);
fetch('/openapi.json')
  .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
  .then((document_) => { spec = document_; show(); })
  .catch(() => { show(); document.getElementById('main').append(make('p', { role: 'alert' }, words[language].failed)); });
