// Finds words that stand in a component instead of in the dictionaries. Reads what esbuild makes of JSX, where children are
// arguments of a call and attributes are fields of an object, so that nothing has to be guessed about angle brackets.
import { transform } from 'esbuild';

const kCall = 'rondo_jsx';
/** Attributes whose text people see or hear. */
const kSpoken = new Set(['alt', 'aria-description', 'aria-label', 'aria-roledescription', 'aria-valuetext', 'placeholder', 'title']);
/** Names that are the same in every language. */
const kProper = new Set(['rondo']);

/** The literal texts with a letter in them that `source` (TSX) would show or have read out. */
export async function literalTexts(source) {
  const jsx = { jsx: 'transform', jsxFactory: kCall, jsxFragment: 'null' };
  const { code } = await transform(source, { loader: 'tsx', ...jsx, target: 'esnext', charset: 'utf8' });
  const found = [];
  const open = [{ call: false, argument: 0 }];
  let attribute = null;
  let word = '';
  for (const token of tokens(code)) {
    const inner = open[open.length - 1];
    if (token.kind === 'text') {
      const child = inner.call && inner.argument >= 2;
      const spoken = inner.attributes && attribute !== null && kSpoken.has(attribute);
      // A field's name in quotes comes before its colon, and is looked at there.
      if ((child || spoken) && /\p{L}/u.test(token.value) && !kProper.has(token.value.trim())) found.push(token.value);
      word = token.value;
    } else if (token.kind === 'word') word = token.value;
    else if ('([{'.includes(token.value)) {
      const attributes = token.value === '{' && inner.call && inner.argument === 1;
      open.push({ call: token.value === '(' && word === kCall, argument: 0, attributes });
      attribute = null;
      word = '';
    } else if (')]}'.includes(token.value)) open.pop();
    else if (token.value === ',') {
      inner.argument += 1;
      attribute = null;
    } else if (token.value === ':' && inner.attributes && attribute === null) attribute = word;
  }
  return found;
}

/** Words, texts (strings and the fixed parts of templates) and marks; no comments, regular expressions, or texts compared with. */
function* tokens(code) {
  const pattern =
    /\/\*[^]*?\*\/|[!=]==? "[^"]*"|\/\/.*|(?<=[=(,:!&|?]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]])*\]|[^/\\\n])+\/[a-z]*|(?<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`)|(?<word>[\p{L}_$][\p{L}\p{N}_$]*)|(?<mark>[()[\]{},:])/gu;
  for (const { groups } of code.matchAll(pattern)) {
    if (groups.text !== undefined) yield { kind: 'text', value: plain(groups.text) };
    else if (groups.word !== undefined) yield { kind: 'word', value: groups.word };
    else if (groups.mark !== undefined) yield { kind: 'mark', value: groups.mark };
  }
}

function plain(quoted) {
  const inner = quoted.slice(1, -1);
  return quoted.startsWith('`') ? inner.replace(/\$\{[^}]*\}/g, '') : inner;
}
